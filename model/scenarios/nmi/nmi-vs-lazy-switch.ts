// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_stale_user_access } from "../../hw/mmu/cpu.ts";
import { copy_from_user_nmi, nmi_reads, nmi_uaccess_okay } from "../../kernel/arch/x86/mm/nmi.ts";
import { enter_lazy_tlb, lazy_cpu_skipped, switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { cpu_tlbstate, cpu_tlbstate_shared } from "../../kernel/arch/x86/mm/tlbstate.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, three_asids, two_asids, two_mms } from "../setup.ts";
import { enter_lazy_tlb_keeps_loaded_mm } from "../tlb/no-lazy-vs-flush.ts";

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

/** CPU 0 runs a process; CPU 1 is on init_mm, whose hardware finds nothing to walk. */
function one_user(): void {
  boot();
  map_pages(new_mm(tasks[2]));
  run_user(0, tasks[2]);
}

export const nmi_vs_lazy_switch = scenario({
  question: `CPU 0 switches from a user task to a kernel thread, and to another process, while CPU 1 unmaps a page and
    frees it. An NMI (perf, BPF) reads the memory of the task that it interrupts, if nmi_uaccess_okay(). Does it read
    another process's memory, or a freed page?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, flush_skips_lazy: true, nmi_uaccess_okay: true } },
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

export const nmi_vs_asked_lazy_switch = scenario({
  question: `CPU 0 switches to a kernel thread and no further, where flushes ask lazy CPUs, too; CPU 1 reclaims a
    page. Is that enough?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, flush_skips_lazy: false, nmi_uaccess_okay: true } },
  machine: { ...small },
  config: { ...two_asids, trim_cpumask: false },
  init() {
    one_user();
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access],
  witness: [nmi_reads, ipi_sent],
  // The interrupt waits until the switch is over, and the flush for the interrupt.
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "CPU 0 is not asked",
      mutant: drop(parts.coherence.flush_tlb_mm_range, "flush_tlb_multi"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const nmi_vs_switch_to_init_mm = scenario({
  question: `The same, where CPU 0 loads init_mm for the kernel thread.`,
  needs: { arch: "x86", config: { lazy_tlb: false, nmi_uaccess_okay: true } },
  machine: { ...small },
  config: { ...two_asids, trim_cpumask: false },
  init() {
    one_user();
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access],
  witness: [nmi_reads],
  // loaded_mm says at any time what CR3 holds.
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "whatever is loaded is the task's (before 4012e77a903d)",
      mutant: replace(nmi_uaccess_okay, has_user_memory),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
    {
      name: "loaded_mm goes on to name the mm, and CR3 is init_mm's",
      needs: { config: { lazy_switches_cr3: true } },
      mutant: replace(enter_lazy_tlb, enter_lazy_tlb_keeps_loaded_mm),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
  ],
});

export const nmi_vs_switch = scenario({
  question: `CPU 0 switches from one process to another; an NMI reads the memory of the task that it interrupts. Is it
    that task's?`,
  needs: { arch: "x86", config: { PCID64: false } },
  machine: { ...two_mms, cpus: 1, tasks: 4, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
    },
  },
  check: [no_foreign_user_access],
  witness: [nmi_reads],
  expect: { sc: safe, x86_tso: safe },
  // Until 4.19 nobody asks what is loaded: CR3 has changed, and `current` has not.
  expect_of: {
    "linux-4.12-x86": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    "linux-4.13-x86": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    "linux-4.14-rc-posted": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    "linux-4.14-rc-fully-lazy": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    "linux-4.14-x86": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    "linux-4.14-x86-nopcid": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
  },
  mutants: [
    {
      name: "whatever is loaded is the task's (before 4012e77a903d)",
      needs: { config: { nmi_uaccess_okay: true } },
      mutant: replace(nmi_uaccess_okay, has_user_memory),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
    {
      name: "loaded_mm is the old mm until CR3 is written",
      needs: { parts: { coherence: "tlb" }, config: { flush_reads_loaded_mm: false } },
      mutant: drop(switch_mm_irqs_off, "this_cpu_write", 3),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
    {
      name: "repaired: loaded_mm is asked, and is written before CR3 (4.13)",
      needs: { parts: { coherence: "tlb_4_13" } },
      mutant: replace(nmi_uaccess_okay, loaded_mm_is_current),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "loaded_mm is asked, but is written after CR3 (4.14)",
      needs: { parts: { coherence: "tlb_4_14" } },
      mutant: replace(nmi_uaccess_okay, loaded_mm_is_current),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
  ],
});

export function has_user_memory(): bool {
  return get_current().mm !== null;
}

export function loaded_mm_is_current(): bool {
  const current_mm = get_current().mm;
  return current_mm !== null && this_cpu_read(cpu_tlbstate.loaded_mm) === current_mm;
}

export function nmi_uaccess_okay_if_not_lazy(): bool {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  const current_mm = get_current().mm;
  if (this_cpu_read(cpu_tlbstate_shared.is_lazy)) return false;
  return loaded_mm === current_mm;
}
