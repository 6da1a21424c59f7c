// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/lib/usercopy.c and mm/tlb.c: an NMI (perf, BPF) reads the memory of the task that it interrupted.
import { user_load } from "../../../../hw/mmu/cpu.ts";
import { config } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { cpu_tlbstate } from "./tlbstate.ts";

/** An NMI found the task's page tables loaded, and read a page of it. */
export const nmi_reads = sometimes("an NMI reads user memory");

/** Reads the first page, if it may. */
export function copy_from_user_nmi(): void {
  if (!nmi_uaccess_okay()) return;
  reached(nmi_reads);
  user_load(get_current().mm!.pgd, 0);
}

/** Whether CR3 is that of the running task: an NMI comes in anywhere, in the middle of a switch, too. */
export function nmi_uaccess_okay(): bool {
  const current_mm = get_current().mm;
  if (!config.nmi_uaccess_okay) return current_mm !== null;
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  // Neither matches in a kernel thread, nor where a switch is under way: loaded_mm is LOADED_MM_SWITCHING then.
  return loaded_mm === current_mm;
}
