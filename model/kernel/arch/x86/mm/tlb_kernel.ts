// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/mm/tlb.c: flushes of kernel addresses, which all address spaces share. No generation counts them,
// so every CPU is asked, lazy or not. Only recordings are held against this: the checked machine has no kernel pages,
// and what INVLPG and CR4.PGE do to them is left out.
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { config } from "../../../parts.ts";
import { on_each_cpu } from "../../../smp.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { invalidate_user_asid } from "./asid.ts";
import { get_flush_tlb_info, put_flush_tlb_info } from "./tlb.ts";
import { cpu_tlbstate, TLB_GENERATION_INVALID } from "./tlbstate.ts";

export function flush_tlb_all(): void {
  on_each_cpu(do_flush_tlb_all, as_void(null));
}

function do_flush_tlb_all(_info: void_star): void {
  flush_tlb_global();
}

/** Every PCID, kernel and user halves: nothing stays pending, and nobody notes it. */
function flush_tlb_global(): void {}

/** Kernel addresses [start, end). */
export function flush_tlb_kernel_range(start: number, end: number): void {
  if (end === TLB_FLUSH_ALL || end - start > config.tlb_single_page_flush_ceiling << machine.PAGE_SHIFT) {
    flush_tlb_all();
    return;
  }
  preempt_disable();
  const info = get_flush_tlb_info(null, start, end, 0, false, TLB_GENERATION_INVALID);
  on_each_cpu(do_kernel_range_flush, info);
  put_flush_tlb_info();
  preempt_enable();
}

function do_kernel_range_flush(f: flush_tlb_info): void {
  for (let addr = f.start; addr < f.end; addr += 1 << machine.PAGE_SHIFT) flush_tlb_one_kernel();
}

/** Under PTI the kernel has an entry in each slot: INVLPG reaches that of the loaded one. */
function flush_tlb_one_kernel(): void {
  if (!config.PTI) return;
  if (!config.INVPCID) invalidate_user_asid(this_cpu_read(cpu_tlbstate.loaded_mm_asid));
  this_cpu_write(cpu_tlbstate.invalidate_other, true);
}
