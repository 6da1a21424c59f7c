// SPDX-License-Identifier: MIT
import { cr4_update_pce, cr4_update_pce_mm } from "../../kernel/arch/x86/attributes/pce.ts";
import {
  event_begins,
  event_is_mapped,
  map_event,
  no_lost_rdpmc,
  no_stray_rdpmc,
  rdpmc,
  unmap_event,
  x86_pmu_event_mapped,
  x86_pmu_event_unmapped,
} from "../../kernel/arch/x86/events/core.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, new_mm, new_thread, run_user, small, switched_to, three_asids, two_mms } from "../setup.ts";

export const rdpmc_vs_lazy = scenario({
  question: `CPU 0 is lazy in a process, may leave its mm for a deep idle state, and returns to the process or to
    another one, while CPU 1 maps an event, reads it, and unmaps it again. Whose programs may read counters?`,
  needs: { arch: "x86", parts: { attributes: "pce" } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
    switched_to(tasks[0]);
  },
  threads: {
    CPU0() {
      if (any(2) === 0) {
        local_irq_disable();
        parts.coherence.leave_mm();
        local_irq_enable();
      }
      __schedule(any(2) === 0 ? tasks[2] : tasks[4]);
      rdpmc(get_current().mm === mms[1]);
    },
    CPU1() {
      map_event(mms[1]);
      rdpmc(true);
      unmap_event(mms[1]);
      rdpmc(true);
    },
  },
  check: [no_lost_rdpmc, no_stray_rdpmc],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "nobody is told of the first event",
      mutant: drop(x86_pmu_event_mapped, "on_each_cpu_mask"),
      expect: { sc: violates(no_lost_rdpmc), x86_tso: violates(no_lost_rdpmc) },
    },
    {
      name: "nobody is told that the last one is gone",
      mutant: drop(x86_pmu_event_unmapped, "on_each_cpu_mask"),
      expect: { sc: violates(no_stray_rdpmc), x86_tso: violates(no_stray_rdpmc) },
    },
    {
      name: "no switch looks",
      mutant: drop(parts.coherence.switch_mm_irqs_off, "switch_attributes"),
      expect: { sc: violates(no_stray_rdpmc), x86_tso: violates(no_stray_rdpmc) },
    },
    {
      name: "a CPU that is told asks active_mm, as until 4.12: what is loaded next looks again",
      mutant: replace(cr4_update_pce, cr4_update_pce_of_active_mm),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function cr4_update_pce_of_active_mm(_mm: mm_struct): void {
  cr4_update_pce_mm(get_current().active_mm!);
}

export const rdpmc_of_two_threads = scenario({
  question: `Two threads of a process map an event each. The second one tells nobody, as the first one does. May it read
    a counter as soon as its mmap() returns?`,
  needs: { arch: "x86", parts: { attributes: "pce" } },
  machine: { ...small },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      map_event(mms[1]);
      rdpmc(true);
    },
    CPU1() {
      map_event(mms[1]);
      rdpmc(true);
    },
  },
  check: [no_lost_rdpmc, no_stray_rdpmc],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "without mmap_lock",
      mutant: replace(map_event, map_event_unlocked),
      expect: { sc: violates(no_lost_rdpmc), x86_tso: violates(no_lost_rdpmc) },
    },
  ],
});

export function map_event_unlocked(mm: mm_struct): void {
  event_begins();
  x86_pmu_event_mapped(mm);
  event_is_mapped();
}
