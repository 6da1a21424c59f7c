// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_stale_user_access } from "../../hw/mmu/cpu.ts";
import { copy_from_user_nmi, nmi_reads, nmi_uaccess_okay } from "../../kernel/arch/x86/mm/nmi.ts";
import { lazy_cpu_skipped } from "../../kernel/arch/x86/mm/tlb.ts";
import { cpu_tlbstate, cpu_tlbstate_shared } from "../../kernel/arch/x86/mm/tlbstate.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { boot, map_pages, new_mm, new_thread, run_user, three_asids, two_mms } from "../setup.ts";

interface nmi_state {
  done: bool;
}
/** One NMI, wherever it comes in. */
const nmi = DEFINE_FRAME<nmi_state>();

function exc_nmi(): void {
  when(!nmi.done);
  nmi.done = true;
  copy_from_user_nmi();
}
export const nmi_vector = INTERRUPT(exc_nmi, 3);

export const nmi_vs_lazy_switch = scenario({
  question: `CPU 0 switches from a user task to a kernel thread, and to another process, while CPU 1 unmaps a page and
    frees it. An NMI (perf, BPF) reads the memory of the task that it interrupts, if nmi_uaccess_okay(). Does it read
    another process's memory, or a freed page?`,
  needs: { arch: "x86", config: { lazy_tlb: true } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids, trim_cpumask: false },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
      __schedule(tasks[4]);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access],
  witness: [nmi_reads, lazy_cpu_skipped],
  // enter_lazy_tlb() comes before switch_to(): for some instructions `current` is still the user task, its mm loaded,
  // and flushes are withheld from this CPU, as it is lazy. Since is_lazy keeps flushes away (145f573b89a6, 4.20).
  expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
  mutants: [
    {
      name: "repaired: not where the CPU is lazy already",
      mutant: replace(nmi_uaccess_okay, nmi_uaccess_okay_if_not_lazy),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function nmi_uaccess_okay_if_not_lazy(): bool {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  const current_mm = get_current().mm;
  if (this_cpu_read(cpu_tlbstate_shared.is_lazy)) return false;
  return loaded_mm === current_mm;
}
