// SPDX-License-Identifier: MIT
// Clients: every CPU again and again does any of the things that a kernel and its users may do, for ever. What holds
// here holds for executions of any length, at these numbers of CPUs, tasks, mms and pages. The rungs of the ladder
// differ in their machine: what is not asked for there is not compiled.
import {
  frames,
  no_foreign_user_access,
  no_stale_user_access,
  no_walk_of_freed_table,
  user_load,
} from "../hw/mmu/x86.ts";
import { lazy_cpu_leaves, lazy_cpu_skipped, switch_mm_irqs_off, unlazy_flushes } from "../kernel/arch/x86/mm/tlb.ts";
import { exec_mmap } from "../kernel/exec.ts";
import { exit_mm } from "../kernel/exit.ts";
import { mm_alloc, mmget, mmput, next_ctx_id, pte_alloc } from "../kernel/fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "../kernel/kthread.ts";
import { unmap_page, unmap_table } from "../kernel/mm/mmap.ts";
import type { mm_struct } from "../kernel/mm_types.ts";
import { mms, tasks } from "../kernel/mm_types.ts";
import { __schedule } from "../kernel/sched/core.ts";
import { get_current } from "../kernel/sched/sched.ts";
import { boot, map_pages, new_mm, new_thread, two_asids } from "../scenarios/setup.ts";

/** No two mms ever have the same ctx_id, and it is only compared with that of an mm: the number of its slot will do. */
export const ids = UNIQUE(next_ctx_id, slot_of);

function slot_of(mm: mm_struct): number {
  let slot = 0;
  for (let i = 0; i < machine.mms; i++) if (mm === mms[i]) slot = i + 1;
  return slot;
}

/** What the scheduler and the allocators know: nobody's memory, and exact. */
interface world_state {
  /** Runs, or has been chosen to. What nobody has taken, any CPU may, and waits for on_cpu. */
  taken: array<bool, "tasks">;
  /** A free task_struct. */
  dead: array<bool, "tasks">;
  /** Has an address space. */
  user: array<bool, "tasks">;
  /** What each CPU runs. */
  current: array<index<"tasks">, "cpus">;
  /** Somebody takes an mm, a table or a page: one at a time, so that there is one left when he comes to it. */
  allocating: bool;
  /** mmap_lock, by mm. */
  readers: array<upto<"cpus">, "mms">;
  writer: array<bool, "mms">;
  /** An mm that a user has handed, with a reference, to a kernel thread. */
  work: mm_struct | null;
}
const world = DEFINE_FRAME<world_state>();

// Below: a switch to the task of that number.
const TOUCH = 5;
const MAP = 6;
const MADVISE = 7;
const MUNMAP = 8;
const EXIT = 9;
const CLONE = 10;
const FORK = 11;
const EXEC = 12;
const HAND_OVER = 13;
const WORK = 14;
const NOTHING = 15;
const ACTIONS = 16;

/** Whether the CPU may do it now. tasks[0 … cpus-1] are the idle tasks, each bound to its CPU. */
function may(cpu: cpu_id, action: number): boolean {
  return action < TOUCH
    ? action < machine.tasks &&
        !world.taken[action] &&
        !world.dead[action] &&
        (action >= machine.cpus || action === cpu)
    : world.user[world.current[cpu]]
      ? may_as_user(action)
      : action === NOTHING ||
        (action === WORK && machine.with_use_mm > 0 && world.work !== null) ||
        // A kernel thread starts a process.
        (action === FORK && machine.with_fork > 0 && !world.allocating && a_task_is_free() && an_mm_is_free());
}

function may_as_user(action: number): boolean {
  return action === TOUCH
    ? true
    : action === MAP
      ? machine.with_map > 0 && !world.allocating && some(machine.frames, (i) => !is_allocated(frames[i]))
      : action === MADVISE
        ? machine.with_madvise > 0
        : action === MUNMAP
          ? machine.with_munmap > 0
          : action === EXIT
            ? machine.with_exit > 0
            : action === CLONE
              ? machine.with_fork > 0 && a_task_is_free()
              : action === FORK
                ? machine.with_fork > 0 && !world.allocating && a_task_is_free() && an_mm_is_free()
                : action === EXEC
                  ? machine.with_exec > 0 && !world.allocating && an_mm_is_free()
                  : action === HAND_OVER && machine.with_use_mm > 0 && world.work === null;
}

function a_task_is_free(): boolean {
  return some(machine.tasks, (i) => world.dead[i]);
}

function an_mm_is_free(): boolean {
  return some(machine.mms, (i) => !is_allocated(mms[i]));
}

export function client(): void {
  const cpu = smp_processor_id();
  while (true) {
    const action = any_such(ACTIONS, (i) => may(cpu, i));
    let next = action;
    if (action >= machine.tasks) next = act(action);
    if (next !== NOTHING) {
      const prev = world.current[cpu];
      world.taken[next] = true;
      world.current[cpu] = next;
      if (action < machine.tasks) put_prev_task(prev);
      __schedule(tasks[next]);
      if (machine.with_exit > 0 && action === EXIT) world.dead[prev] = true;
    }
  }
}

/** With the rq lock held, which publishes that it ran here: from now on another CPU may pick the task. */
function put_prev_task(prev: number): void {
  serialising_instruction();
  world.taken[prev] = false;
}

/** What the CPU is to run next, if it must switch. */
function act(action: number): number {
  const cpu = smp_processor_id();
  if (action === TOUCH) user_load(get_current().mm!.pgd, 0);
  if (machine.with_exit > 0 && action === EXIT) {
    // Nobody takes it any more: its task_struct is free once its CPU has switched away from it.
    exit_mm();
    world.user[world.current[cpu]] = false;
    return cpu;
  }
  if (machine.with_map > 0 && action === MAP) {
    world.allocating = true;
    map(get_current().mm!);
    world.allocating = false;
  }
  if (machine.with_madvise > 0 && action === MADVISE) madvise(get_current().mm!);
  if (machine.with_munmap > 0 && action === MUNMAP) munmap(get_current().mm!);
  if (machine.with_fork > 0 && action === CLONE) clone();
  if (machine.with_fork > 0 && action === FORK) {
    world.allocating = true;
    fork();
    world.allocating = false;
  }
  if (machine.with_exec > 0 && action === EXEC) {
    world.allocating = true;
    const mm = mm_alloc();
    world.allocating = false;
    exec_mmap(mm);
  }
  if (machine.with_use_mm > 0 && action === HAND_OVER) {
    const mm = get_current().mm!;
    mmget(mm);
    world.work = mm;
  }
  if (machine.with_use_mm > 0 && action === WORK) work();
  return NOTHING;
}

function work(): void {
  const mm = world.work!;
  world.work = null;
  kthread_use_mm(mm);
  user_load(mm.pgd, 0);
  kthread_unuse_mm(mm);
  mmput(mm);
}

/** A task_struct, and with it the right to fill it in. */
function take_task_struct(): number {
  const free = any_such(machine.tasks, (i) => world.dead[i]);
  world.dead[free] = false;
  world.taken[free] = true;
  return free;
}

function wake_up_new_task(task: number): void {
  serialising_instruction();
  world.user[task] = true;
  world.taken[task] = false;
}

function clone(): void {
  const mm = get_current().mm!;
  const child = take_task_struct();
  mmget(mm);
  tasks[child].mm = mm;
  tasks[child].active_mm = mm;
  wake_up_new_task(child);
}

function fork(): void {
  const child = take_task_struct();
  const mm = mm_alloc();
  tasks[child].mm = mm;
  tasks[child].active_mm = mm;
  wake_up_new_task(child);
}

function map(mm: mm_struct): void {
  down_write(mm);
  if (mm.pgd.entry === null) pte_alloc(mm);
  const table = mm.pgd.entry!;
  const old = table.pte[0];
  if (old === null) WRITE_ONCE(table.pte[0], pool_alloc(frames));
  up_write(mm);
}

/** MADV_DONTNEED: any number at a time. */
function madvise(mm: mm_struct): void {
  down_read(mm);
  if (mm.pgd.entry !== null) unmap_page(mm, 0);
  up_read(mm);
}

function munmap(mm: mm_struct): void {
  down_write(mm);
  unmap_table(mm);
  up_write(mm);
}

function down_write(mm: mm_struct): void {
  serialising_instruction();
  when(every(machine.mms, (i) => mm !== mms[i] || (!world.writer[i] && world.readers[i] === 0)));
  for (let i = 0; i < machine.mms; i++) if (mm === mms[i]) world.writer[i] = true;
}

function up_write(mm: mm_struct): void {
  serialising_instruction();
  for (let i = 0; i < machine.mms; i++) if (mm === mms[i]) world.writer[i] = false;
}

function down_read(mm: mm_struct): void {
  serialising_instruction();
  when(every(machine.mms, (i) => mm !== mms[i] || !world.writer[i]));
  for (let i = 0; i < machine.mms; i++) if (mm === mms[i]) world.readers[i] = world.readers[i] + 1;
}

function up_read(mm: mm_struct): void {
  serialising_instruction();
  for (let i = 0; i < machine.mms; i++) if (mm === mms[i]) world.readers[i] = world.readers[i] - 1;
}

function start(): void {
  boot();
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    world.taken[cpu] = true;
    world.current[cpu] = cpu;
  }
  const mm = new_mm(tasks[machine.cpus]);
  map_pages(mm);
  world.user[machine.cpus] = true;
  for (let i = machine.cpus + 1; i < machine.tasks; i++) {
    new_thread(tasks[i], mm);
    world.user[i] = true;
  }
}

/** Two threads of one process; room for another mm, and for the references of those who borrow. */
const two_cpus = {
  cpus: 2,
  mms: 3,
  tasks: 4,
  pages: 1,
  tables: 2,
  frames: 1,
  refs: 7,
  ctx_ids: 3,
  tlb_gens: 15,
  address: 2,
  stride_shift: 0,
  PAGE_SHIFT: 0,
  store_buffer: 10,
};
/** One mm, and nothing is mapped again: an mm, once gone, stays gone. */
const three_cpus = { ...two_cpus, cpus: 3, mms: 2, tasks: 5, tables: 1 };

const unmap_and_exit = {
  with_map: 0,
  with_madvise: 1,
  with_munmap: 1,
  with_exit: 1,
  with_fork: 0,
  with_exec: 0,
  with_use_mm: 0,
};
const map_unmap_and_exit = { ...unmap_and_exit, with_map: 1 };
const everything = { ...map_unmap_and_exit, with_fork: 1, with_exec: 1, with_use_mm: 1 };

/** Tables are freed after a grace period: freed at once, they are walked (switch_away_vs_freed_tables). */
const clients = { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: true };

export const rung_1 = scenario({
  question: `2 CPUs do anything for ever: switch among users and kernel threads, touch, map, unmap with and without page
    tables, exit, fork, exec, work in a user's mm. Is a stale translation or a freed table ever used?`,
  needs: { arch: "x86", parts: { lifetime: "refcount" }, config: { lazy_tlb: true } },
  machine: { ...two_cpus, ...everything },
  config: { ...clients },
  init() {
    start();
  },
  threads: {
    CPU0() {
      client();
    },
    CPU1() {
      client();
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_skipped, unlazy_flushes, lazy_cpu_leaves],
  mutants: [],
});

export const rung_1_without_new_mms = scenario({
  question: `2 CPUs switch, touch, map, unmap with and without page tables, and exit, for ever. Is a stale translation
    or a freed table ever used?`,
  needs: { arch: "x86", parts: { lifetime: "refcount" }, config: { lazy_tlb: true } },
  machine: { ...two_cpus, ...map_unmap_and_exit },
  config: { ...clients },
  init() {
    start();
  },
  threads: {
    CPU0() {
      client();
    },
    CPU1() {
      client();
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_skipped, unlazy_flushes, lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no smp_mb() when lazy mode ends",
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy mode ends without a look at tlb_gen",
      mutant: omit(switch_mm_irqs_off, "this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) === next_tlb_gen"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const rung_2 = scenario({
  question: `3 CPUs switch, touch, unmap with and without page tables, and exit, for ever. Is a stale translation or a
    freed table ever used?`,
  needs: { arch: "x86", parts: { lifetime: "refcount" }, config: { lazy_tlb: true } },
  machine: { ...three_cpus, ...unmap_and_exit },
  config: { ...clients },
  init() {
    start();
  },
  threads: {
    CPU0() {
      client();
    },
    CPU1() {
      client();
    },
    CPU2() {
      client();
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_skipped, unlazy_flushes, lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});
