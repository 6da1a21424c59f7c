// SPDX-License-Identifier: MIT
// The ASID allocator of arm64 (arch/arm64/mm/context.c), at the sizes and with the atomic steps of a published
// specification, asidalloc.tla of Catalin Marinas' kernel-tla: what stands between two label()s is one step there. CPUs
// switch among tasks for ever; with machine.unmap, one more CPU unmaps their pages (the specification of 2021; that of
// 2018 has no page tables). Not here: CnP, pinned ASIDs. All state but the lock is frame state. docs/asidalloc.md has
// what was measured.

/** The specification has a label here: a step ends, and the next one begins. */
function label(): void {
  instruction();
}

// ---- the machine ----------------------------------------------------------------------------------------------------

const MAPPED = 0;
const UNMAPPED = 1;
/** Unmapped, and every TLB has been told. */
export const INVAL = 2;

export const NOBODY = -1;

interface task_state {
  /** mm->context.id */
  context_id: upto<"ids">;
  /** Its only page. */
  pte: int<0, 2>;
}
export const tasks = DEFINE_FRAME<array<task_state, "tasks">>();

interface cpu_state {
  /** Whose tables TTBR0 names, and the ASID there. */
  task: int<-1, "tasks">;
  asid: index<"asids">;
  /** By ASID, less 1: the task whose page is found under it. */
  tlb: array<int<-1, "tasks">, "user_asids">;
}
export const cpus = DEFINE_FRAME<array<cpu_state, "cpus">>();

/** UniqueASIDPerCPU. */
export const unique_asid_per_cpu = never("no CPU's TLB has entries of two tasks under one ASID");

/** An entry may be loaded as soon as TTBR0 is set, and so it is. */
function cpu_switch_mm(task: number, asid: number): void {
  const cpu = smp_processor_id();
  cpus[cpu].task = task;
  cpus[cpu].asid = asid;
  if (tasks[task].pte === MAPPED) load_entry(task, asid_of(tasks[task].context_id));
}

function load_entry(task: number, asid: number): void {
  const cpu = smp_processor_id();
  const other = cpus[cpu].tlb[asid - 1];
  if (other !== NOBODY && other !== task) raise(unique_asid_per_cpu);
  cpus[cpu].tlb[asid - 1] = task;
}

/** What the running task may load again at once stays. */
function local_flush_tlb_all(): void {
  const cpu = smp_processor_id();
  for (let i = 0; i < machine.user_asids; i++) if (cpus[cpu].tlb[i] !== cpus[cpu].task) cpus[cpu].tlb[i] = NOBODY;
}

/** TLBI ASIDE1IS, and the DSB behind it. */
function flush_tlb_asid(asid: number): void {
  if (asid !== 0) for (let cpu = 0; cpu < machine.users; cpu++) cpus[cpu].tlb[asid - 1] = NOBODY;
}

// ---- arch/arm64/mm/context.c ----------------------------------------------------------------------------------------

interface lock_state {
  cpu_asid_lock: spinlock_t;
}
const lock = DEFINE_SHARED<lock_state>();

interface allocator_state {
  generation: int<1, "generations">;
  map: array<bool, "asids">;
  cur_idx: index<"asids">;
}
export const allocator = DEFINE_FRAME<allocator_state>();

interface percpu_state {
  active_asids: upto<"ids">;
  reserved_asids: upto<"ids">;
  tlb_flush_pending: bool;
  /** In a register: the id of the next task, until its generation is looked at; 0 otherwise. */
  context_id: upto<"ids">;
  /** Inside of check_and_switch_context(). */
  switching: bool;
}
export const percpu = DEFINE_FRAME<array<percpu_state, "cpus">>();

/** Context ids hold an ASID and a generation; 0: none. */
function asid2ctxid(asid: number, generation: number): number {
  return generation * machine.asids + asid;
}

function asid_of(id: number): number {
  return id % machine.asids;
}

function generation_of(id: number): number {
  return id / machine.asids;
}

export const rollover = sometimes("a generation ends");
export const reserved_asid_kept = sometimes("a task keeps its ASID beyond a rollover, as a CPU has reserved it");

/** The CPUs that run tasks. */
function users(): cpumask_copy_t {
  return machine.cpus > machine.users ? cpumask_without(machine.users, cpumask_all) : cpumask_all;
}

function find_next_zero_bit(start: number): number {
  let found = machine.asids;
  for (let i = 1; i < machine.asids; i++) if (found === machine.asids && i >= start && !allocator.map[i]) found = i;
  return found;
}

function flush_context(): void {
  label();
  for (let i = 0; i < machine.asids; i++) allocator.map[i] = false;
  for (const cpu of for_each_cpu(users())) {
    label();
    let asid = percpu[cpu].active_asids;
    percpu[cpu].active_asids = 0;
    label();
    // It has gone through a rollover before, and not switched since.
    if (asid === 0) asid = percpu[cpu].reserved_asids;
    allocator.map[asid_of(asid)] = true;
    percpu[cpu].reserved_asids = asid;
  }
  queue_flushes();
}

export function queue_flushes(): void {
  instruction();
  for (let cpu = 0; cpu < machine.users; cpu++) {
    percpu[cpu].tlb_flush_pending = true;
  }
  if (machine.unbounded > 0) forget_ids();
}

export function check_update_reserved_asid(asid: number, newasid: number): boolean {
  label();
  let hit = false;
  left_behind(HIT, 0);
  for (const cpu of for_each_cpu(users())) {
    label();
    if (percpu[cpu].reserved_asids === asid) {
      hit = true;
      percpu[cpu].reserved_asids = newasid;
      left_behind(HIT, 1);
      reached(reserved_asid_kept);
    }
  }
  label();
  return hit;
}

function new_context(task: number): number {
  label();
  const asid = tasks[task].context_id;
  let generation = allocator.generation;
  if (asid !== 0) {
    const newasid = asid2ctxid(asid_of(asid), generation);
    const reserved = check_update_reserved_asid(asid, newasid);
    label();
    if (reserved) {
      left_behind(ID, newasid);
      return newasid;
    }
    label();
    const old = allocator.map[asid_of(asid)];
    allocator.map[asid_of(asid)] = true;
    if (!old) {
      left_behind(ID, newasid);
      label();
      return newasid;
    }
  }
  label();
  let free = find_next_zero_bit(allocator.cur_idx);
  if (free === machine.asids) {
    generation = next_generation();
    flush_context();
    // More ASIDs than CPUs: there is one.
    label();
    free = find_next_zero_bit(1);
  }
  label();
  allocator.map[free] = true;
  allocator.cur_idx = free;
  left_behind(ID, asid2ctxid(free, generation));
  return asid2ctxid(free, generation);
}

function next_generation(): number {
  // Beyond the last one, TLC does not look: who would begin another one stays here for ever.
  while (true) {
    label();
    if (machine.unbounded > 0 || allocator.generation < machine.generations) break;
  }
  reached(rollover);
  if (machine.unbounded > 0) allocator.generation = unused_generation();
  else allocator.generation = allocator.generation + 1;
  return allocator.generation;
}

export function check_and_switch_context(task: number): void {
  const cpu = smp_processor_id();
  percpu[cpu].switching = true;
  label();
  percpu[cpu].context_id = tasks[task].context_id;
  let old_active_asid = percpu[cpu].active_asids;
  label();
  let asid = percpu[cpu].context_id;
  percpu[cpu].context_id = 0;
  let fast = false;
  if (old_active_asid !== 0 && generation_of(asid) === allocator.generation) {
    label();
    // cmpxchg()
    if (percpu[cpu].active_asids === old_active_asid) percpu[cpu].active_asids = asid;
    else old_active_asid = percpu[cpu].active_asids;
    label();
    fast = old_active_asid !== 0;
  }
  left_behind(OLD, old_active_asid);
  if (!fast) {
    left_behind(ASID, asid);
    spin_lock(lock.cpu_asid_lock);
    left_behind(ASID, 0);
    asid = tasks[task].context_id;
    if (generation_of(asid) !== allocator.generation) {
      const id = new_context(task);
      label();
      asid = id;
      tasks[task].context_id = asid;
    }
    label();
    if (percpu[cpu].tlb_flush_pending) {
      percpu[cpu].tlb_flush_pending = false;
      local_flush_tlb_all();
    }
    // One step: behind an access stands what is done with it.
    spin_unlock(lock.cpu_asid_lock);
    percpu[cpu].active_asids = asid;
  }
  label();
  left_behind(OLD, 0);
  cpu_switch_mm(task, asid_of(asid));
  percpu[cpu].switching = false;
}

// ---- generations without end ----------------------------------------------------------------------------------------
// Generations are only compared for equality: which number one has does not matter, and one that nobody holds is as
// good as a new one.

/** Behind a flush: an old id that no CPU has reserved is never again equal to one. What counts is its ASID. */
function forget_ids(): void {
  for (let i = 0; i < machine.tasks; i++)
    if (!some(machine.users, (cpu) => percpu[cpu].reserved_asids === tasks[i].context_id))
      tasks[i].context_id = tasks[i].context_id % machine.asids;
  // All are old. Who looks at the generation now finds that out, and reads the id again.
  for (let cpu = 0; cpu < machine.users; cpu++) percpu[cpu].context_id = 0;
}

function unused_generation(): number {
  let free = 0;
  for (let i = 1; i <= machine.generations; i++) if (free === 0 && !is_used(i)) free = i;
  return free;
}

function is_used(generation: number): boolean {
  return (
    allocator.generation === generation ||
    some(
      machine.users,
      (cpu) =>
        percpu[cpu].reserved_asids / machine.asids === generation ||
        percpu[cpu].context_id / machine.asids === generation,
    )
  );
}

// ---- what TLC counts ------------------------------------------------------------------------------------------------

/** What PlusCal's procedures return lies in variables for ever, and what they have had in theirs until they return. */
interface leftovers {
  asid: upto<"ids">;
  old_active_asid: upto<"ids">;
  hit: bool;
  id: upto<"ids">;
}
const leftover = DEFINE_FRAME<array<leftovers, "cpus">>();

const ASID = 0;
const OLD = 1;
const HIT = 2;
const ID = 3;

/** Nobody reads it: only states that are compared with TLC's have it. */
function left_behind(where: number, value: number): void {
  if (machine.leftovers === 0) return;
  const cpu = smp_processor_id();
  if (where === ASID) leftover[cpu].asid = value;
  if (where === OLD) leftover[cpu].old_active_asid = value;
  if (where === HIT) leftover[cpu].hit = value > 0;
  if (where === ID) leftover[cpu].id = value;
}

// ---- the client -----------------------------------------------------------------------------------------------------

export function sched(): void {
  const cpu = smp_processor_id();
  while (true) check_and_switch_context(any_such(machine.tasks, (i) => i !== cpus[cpu].task));
}

export function try_to_unmap(task: number): void {
  label();
  tasks[task].pte = UNMAPPED;
  label();
  const asid = asid_of(tasks[task].context_id);
  label();
  flush_tlb_asid(asid);
  left_behind(ASID, asid);
  label();
  left_behind(ASID, 0);
  tasks[task].pte = INVAL;
}

/** Without the barrier of 5e10f9887ed8: the id may be read before the page table entry is cleared. */
export function try_to_unmap_reordered(task: number): void {
  label();
  const asid = asid_of(tasks[task].context_id);
  label();
  tasks[task].pte = UNMAPPED;
  label();
  flush_tlb_asid(asid);
  label();
  tasks[task].pte = INVAL;
}

export function ttu(): void {
  while (true) try_to_unmap(any(machine.tasks));
}
