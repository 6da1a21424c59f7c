// SPDX-License-Identifier: MIT
// The ASID allocator of arm64 at the sizes of kernel-tla's asidalloc.cfg, and without end. docs/asidalloc.md has what
// was measured.
//
//   node bin/lazymm.js check asidalloc_4_tasks -m sc --no-liveness --reduce fusion,symmetry
import {
  allocator,
  check_and_switch_context,
  check_update_reserved_asid,
  cpus,
  INVAL,
  NOBODY,
  percpu,
  queue_flushes,
  reserved_asid_kept,
  rollover,
  sched,
  tasks,
  try_to_unmap,
  try_to_unmap_reordered,
  ttu,
  unique_asid_per_cpu,
} from "./asid-allocator.ts";

/** SameASIDActiveTask. */
export const same_asid_active_task = always("a task that runs on two CPUs has one ASID there", () =>
  every(machine.users, (a) =>
    every(
      machine.users,
      (b) =>
        percpu[a].switching ||
        percpu[b].switching ||
        cpus[a].task === NOBODY ||
        cpus[a].task !== cpus[b].task ||
        cpus[a].asid === cpus[b].asid,
    ),
  ),
);

/** TLBEmptyInvalPTE. */
export const tlb_empty_inval_pte = always("a running task's page that was unmapped and flushed is in no TLB", () =>
  every(
    machine.users,
    (a) =>
      cpus[a].task === NOBODY ||
      tasks[cpus[a].task].pte !== INVAL ||
      every(machine.users, (b) =>
        every(
          machine.user_asids,
          (i) => cpus[b].tlb[i] !== cpus[a].task || tasks[cpus[a].task].context_id % machine.asids !== i + 1,
        ),
      ),
  ),
);

const THREADS = {
  CPU0() {
    sched();
  },
  CPU1() {
    sched();
  },
};
const ALLOCATOR = {
  needs: { config: { asid_allocator_alone: true } },
  init() {
    allocator.generation = 1;
    allocator.cur_idx = 1;
    for (let cpu = 0; cpu < machine.cpus; cpu++) {
      cpus[cpu].task = NOBODY;
      for (let i = 0; i < machine.user_asids; i++) cpus[cpu].tlb[i] = NOBODY;
    }
  },
  threads: { ...THREADS },
  check: [unique_asid_per_cpu, same_asid_active_task],
  witness: [rollover, reserved_asid_kept],
  expect: { sc: safe },
  mutants: [],
};

/** With one more CPU, which reclaims memory. */
const WITH_UNMAP = {
  ...ALLOCATOR,
  threads: {
    ...THREADS,
    CPU2() {
      ttu();
    },
  },
  check: [unique_asid_per_cpu, same_asid_active_task, tlb_empty_inval_pte],
};

/** Those of asidalloc.cfg. */
const SIZES = { cpus: 2, users: 2, asids: 4, user_asids: 3, generations: 3, ids: 15, unbounded: 0, leftovers: 0 };
/** A number for each that may be held: of now, reserved and in a register by each CPU, and one more. */
const NO_END = { ...SIZES, unbounded: 1, generations: 6, ids: 27 };

/** Two tasks, or three, have an ASID each, for ever. */
export const asidalloc_2_tasks = scenario({
  ...ALLOCATOR,
  question: "2 CPUs switch between 2 tasks for ever. Does a TLB hold entries of two tasks under one ASID?",
  machine: { ...SIZES, tasks: 2 },
  witness: [],
});

export const asidalloc_3_tasks = scenario({
  ...ALLOCATOR,
  question: "2 CPUs switch among 3 tasks for ever. Does a TLB hold entries of two tasks under one ASID?",
  machine: { ...SIZES, tasks: 3 },
  witness: [],
});

export const asidalloc_4_tasks = scenario({
  ...ALLOCATOR,
  question: `2 CPUs switch among 4 tasks, up to the third generation of 3 ASIDs. Does a TLB hold entries of two tasks
    under one ASID?`,
  machine: { ...SIZES, tasks: 4 },
  mutants: [
    {
      name: "nobody flushes behind a rollover",
      mutant: omit(queue_flushes, "percpu[cpu].tlb_flush_pending = true"),
      expect: { sc: violates(unique_asid_per_cpu) },
    },
    {
      name: "the fast path does not ask whether there was a rollover",
      mutant: omit(check_and_switch_context, "old_active_asid !== 0"),
      expect: { sc: violates(unique_asid_per_cpu) },
    },
  ],
});

export const asidalloc_6_tasks = scenario({
  ...ALLOCATOR,
  question: `2 CPUs switch among 6 tasks, up to the third generation of 3 ASIDs. Does a TLB hold entries of two tasks
    under one ASID?`,
  machine: { ...SIZES, tasks: 6 },
});

export const asidalloc_4_tasks_unbounded = scenario({
  ...ALLOCATOR,
  question: `2 CPUs switch among 4 tasks for ever, with 3 ASIDs. Does a TLB hold entries of two tasks under one ASID?`,
  machine: { ...NO_END, tasks: 4 },
  mutants: [
    // Of two rollovers that a CPU sleeps through, the second one loses its ASID.
    {
      name: "a reserved id stays as it was when its task gets a new one",
      mutant: omit(check_update_reserved_asid, "percpu[cpu].reserved_asids = newasid"),
      expect: { sc: violates(unique_asid_per_cpu) },
    },
  ],
});

export const asidalloc_6_tasks_unbounded = scenario({
  ...ALLOCATOR,
  question: `2 CPUs switch among 6 tasks for ever, with 3 ASIDs. Does a TLB hold entries of two tasks under one ASID?`,
  machine: { ...NO_END, tasks: 6 },
});

export const asidalloc_unmap_2_tasks = scenario({
  ...WITH_UNMAP,
  question: `2 CPUs switch between 2 tasks, and a third one unmaps their pages, for ever. Does an entry outlive the
    flush behind an unmap?`,
  machine: { ...SIZES, cpus: 3, tasks: 2 },
  witness: [],
  mutants: [
    {
      name: "an unmap reads the id before the page table entry is cleared, as before 5e10f9887ed8",
      mutant: replace(try_to_unmap, try_to_unmap_reordered),
      expect: { sc: violates(tlb_empty_inval_pte) },
    },
  ],
});

export const asidalloc_unmap_4_tasks = scenario({
  ...WITH_UNMAP,
  question: `2 CPUs switch among 4 tasks, and a third one unmaps their pages, up to the third generation of 3 ASIDs.
    Does an entry outlive the flush behind an unmap?`,
  machine: { ...SIZES, cpus: 3, tasks: 4 },
});

// With what PlusCal's procedures leave behind, as many states are found without reductions as TLC finds without
// symmetry.

export const asidalloc_as_tlc_2_tasks = scenario({
  ...ALLOCATOR,
  question: "The specification of 2018, 2 tasks: as many states as TLC counts?",
  machine: { ...SIZES, tasks: 2, leftovers: 1 },
  witness: [],
});

export const asidalloc_as_tlc_3_tasks = scenario({
  ...ALLOCATOR,
  question: "The specification of 2018, 3 tasks: as many states as TLC counts?",
  machine: { ...SIZES, tasks: 3, leftovers: 1 },
  witness: [],
});

export const asidalloc_as_tlc_1_cpu = scenario({
  ...ALLOCATOR,
  question: "The specification of 2018, 1 CPU, 4 tasks, 2 ASIDs, 3 generations: as many states as TLC counts?",
  machine: { ...SIZES, cpus: 1, users: 1, tasks: 4, asids: 3, user_asids: 2, ids: 11, leftovers: 1 },
  threads: {
    CPU0() {
      sched();
    },
  },
});

export const asidalloc_as_tlc_unmap_2_tasks = scenario({
  ...WITH_UNMAP,
  question: "The specification of 2021, 2 tasks: as many states as TLC counts?",
  machine: { ...SIZES, cpus: 3, tasks: 2, leftovers: 1 },
  witness: [],
});
