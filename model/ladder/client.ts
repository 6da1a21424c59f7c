// SPDX-License-Identifier: MIT
// The client: every CPU again and again does any of the things that a kernel and its users may do, for ever. What holds
// here holds for executions of any length, at these numbers of CPUs, tasks, mms and pages. The rungs of the ladder
// (two-cpus.ts, three-cpus.ts, …) differ in their machine: what is not asked for there is not compiled.
import { frames, page_tables, user_load } from "../hw/mmu/cpu.ts";
import { next_ctx_id } from "../kernel/arch/x86/mm/context.ts";
import { exec_mmap } from "../kernel/exec.ts";
import { exit_mm } from "../kernel/exit.ts";
import { mm_alloc, mmget, mmput, pte_alloc } from "../kernel/fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "../kernel/kthread.ts";
import { unmap_page, unmap_table } from "../kernel/mm/mmap.ts";
import type { mm_struct } from "../kernel/mm_types.ts";
import { mms, tasks } from "../kernel/mm_types.ts";
import { __schedule } from "../kernel/sched/core.ts";
import { pcpu_hot } from "../kernel/sched/sched.ts";
import { boot, map_pages, new_mm, new_thread, preemptible, two_asids } from "../scenarios/setup.ts";

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
  /** Its address space, until it begins to give it up. */
  mm: array<mm_struct | null, "tasks">;
  /** It is handing its address space to a kernel thread, and cannot give it up meanwhile. */
  lending: array<bool, "tasks">;
  /** What each CPU runs. */
  current: array<index<"tasks">, "cpus">;
  /** Somebody takes an mm, a table or a page: one at a time, so that there is one left when he comes to it. */
  allocating: bool;
  /** mmap_lock, by mm. */
  readers: array<upto<"cpus">, "mms">;
  writer: array<bool, "mms">;
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
const WORK = 13;
const NOTHING = 14;
const ACTIONS = 15;

/** Whether the CPU may do it now. tasks[0 … cpus-1] are the idle tasks, each bound to its CPU. */
function may(cpu: cpu_id, action: number): boolean {
  return action < TOUCH
    ? may_run(cpu, action)
    : world.mm[world.current[cpu]] !== null
      ? may_as_user(cpu, action)
      : action === NOTHING ||
        (action === WORK && machine.with_use_mm > 0) ||
        // A kernel thread starts a process.
        (action === FORK && machine.with_fork > 0 && !world.allocating && a_task_is_free() && an_mm_is_free());
}

function may_run(cpu: cpu_id, task: number): boolean {
  return task < machine.tasks && !world.taken[task] && !world.dead[task] && (task >= machine.cpus || task === cpu);
}

function may_as_user(cpu: cpu_id, action: number): boolean {
  return action === TOUCH
    ? true
    : action === MAP
      ? machine.with_map > 0 && !world.allocating && a_page_is_free()
      : action === MADVISE
        ? machine.with_madvise > 0
        : action === MUNMAP
          ? machine.with_munmap > 0
          : action === EXIT
            ? machine.with_exit > 0 && !world.lending[world.current[cpu]]
            : action === CLONE
              ? machine.with_fork > 0 && a_task_is_free()
              : action === FORK
                ? machine.with_fork > 0 && !world.allocating && a_task_is_free() && an_mm_is_free()
                : action === EXEC &&
                  machine.with_exec > 0 &&
                  !world.lending[world.current[cpu]] &&
                  !world.allocating &&
                  an_mm_is_free();
}

function a_task_is_free(): boolean {
  return some(machine.tasks, (i) => world.dead[i]);
}

function a_page_is_free(): boolean {
  return some(machine.frames, (i) => !is_allocated(frames[i]));
}

function a_table_is_free(): boolean {
  instruction();
  return some(machine.tables, (i) => !is_allocated(page_tables[i]));
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
      if (machine.with_exit > 0 && action === EXIT) put_task_struct(prev);
    }
  }
}

/** With the rq lock held, which publishes that it ran here: from now on another CPU may pick the task. */
function put_prev_task(prev: number): void {
  serialising_instruction();
  world.taken[prev] = false;
}

/** The last reference, behind a LOCKed operation: whoever takes it next finds all that was stored there. */
function put_task_struct(task: number): void {
  serialising_instruction();
  world.dead[task] = true;
}

/** What the CPU is to run next, if it must switch. */
function act(action: number): number {
  const cpu = smp_processor_id();
  if (action === TOUCH) touch();
  if (machine.with_exit > 0 && action === EXIT) {
    // Nobody takes it any more: its task_struct is free once its CPU has switched away from it.
    world.mm[world.current[cpu]] = null;
    exit_mm();
    return cpu;
  }
  if (machine.with_map > 0 && action === MAP) {
    world.allocating = true;
    map();
    world.allocating = false;
  }
  if (machine.with_madvise > 0 && action === MADVISE) madvise();
  if (machine.with_munmap > 0 && action === MUNMAP) munmap();
  if (machine.with_fork > 0 && action === CLONE) clone();
  if (machine.with_fork > 0 && action === FORK) {
    world.allocating = true;
    fork();
    world.allocating = false;
  }
  if (machine.with_exec > 0 && action === EXEC) {
    world.mm[world.current[cpu]] = null;
    world.allocating = true;
    const mm = mm_alloc();
    world.allocating = false;
    exec_mmap(mm);
    world.mm[world.current[cpu]] = mm;
  }
  if (machine.with_use_mm > 0 && action === WORK) work();
  return NOTHING;
}

/** The address space of whom this CPU runs. */
function current_mm(): mm_struct {
  return world.mm[world.current[smp_processor_id()]]!;
}

function touch(): void {
  user_load(current_mm().pgd, 0);
}

/** vhost, vfio: for a user, who has handed it its mm with a reference. */
function work(): void {
  const me = world.current[smp_processor_id()];
  const user = any_such(machine.tasks, (i) => i === me || (world.mm[i] !== null && !world.lending[i]));
  if (user === me) return;
  const mm = world.mm[user]!;
  world.lending[user] = true;
  mmget(mm);
  world.lending[user] = false;
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

function wake_up_new_task(task: number, mm: mm_struct): void {
  serialising_instruction();
  world.mm[task] = mm;
  world.taken[task] = false;
}

function clone(): void {
  const mm = current_mm();
  const child = take_task_struct();
  mmget(mm);
  tasks[child].mm = mm;
  tasks[child].active_mm = mm;
  wake_up_new_task(child, mm);
}

function fork(): void {
  const child = take_task_struct();
  const mm = mm_alloc();
  tasks[child].mm = mm;
  tasks[child].active_mm = mm;
  wake_up_new_task(child, mm);
}

function map(): void {
  const mm = current_mm();
  down_write(mm);
  if (mm.pgd.entry === null && a_table_is_free()) pte_alloc(mm);
  const table = mm.pgd.entry;
  if (table !== null) {
    const old = table.pte[0];
    if (old === null) WRITE_ONCE(table.pte[0], pool_alloc(frames));
  }
  up_write(mm);
}

/** MADV_DONTNEED: any number at a time. */
function madvise(): void {
  const mm = current_mm();
  down_read(mm);
  if (mm.pgd.entry !== null) unmap_page(mm, 0);
  up_read(mm);
}

function munmap(): void {
  const mm = current_mm();
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

/** Not where the client has chosen what comes next, and has not switched to it yet. */
function may_be_preempted(cpu: cpu_id): boolean {
  return preemptible(cpu) && per_cpu(pcpu_hot.current_task, cpu) === tasks[world.current[cpu]];
}

/** Another task runs for a while wherever this one may be preempted, which stays here. */
export function preempted(): void {
  const cpu = smp_processor_id();
  const next = any_such(machine.tasks, (i) => may_be_preempted(cpu) && may_run(cpu, i));
  const prev = world.current[cpu];
  world.taken[next] = true;
  world.current[cpu] = next;
  __schedule(tasks[next]);
  if (world.mm[next] !== null) touch();
  world.current[cpu] = prev;
  put_prev_task(next);
  __schedule(tasks[prev]);
}

export function start(): void {
  boot();
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    world.taken[cpu] = true;
    world.current[cpu] = cpu;
  }
  const mm = new_mm(tasks[machine.cpus]);
  map_pages(mm);
  world.mm[machine.cpus] = mm;
  for (let i = machine.cpus + 1; i < machine.tasks; i++) {
    new_thread(tasks[i], mm);
    world.mm[i] = mm;
  }
}

/** Two threads of one process; room for another mm, and for the references of those who borrow. */
export const two_cpus = {
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
export const three_cpus = { ...two_cpus, cpus: 3, mms: 2, tasks: 5, tables: 1 };

export const unmap_and_exit = {
  with_map: 0,
  with_madvise: 1,
  with_munmap: 1,
  with_exit: 1,
  with_fork: 0,
  with_exec: 0,
  with_use_mm: 0,
};
export const map_unmap_and_exit = { ...unmap_and_exit, with_map: 1 };
export const everything = { ...map_unmap_and_exit, with_fork: 1, with_exec: 1, with_use_mm: 1 };

/** Tables are freed after a grace period: freed at once, they are walked (switch_away_vs_freed_tables). */
export const clients = { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: true };
