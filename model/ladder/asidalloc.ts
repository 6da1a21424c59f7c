// SPDX-License-Identifier: MIT
// The ASID allocator of arm64 (arch/arm64/mm/context.c of v5.10, by way of Catalin Marinas' kernel-tla,
// asidalloc.tla), at that specification's sizes and with its atomic steps: what stands between two label()s is one step
// there. All state is frame state. Two CPUs switch among tasks for ever, a third one unmaps their pages.
//
//   node bin/lazymm.js check asidalloc_4_tasks --no-liveness

/** Where a label of the specification is. */
function label(): void {
  instruction();
}

// ---- the machine ----------------------------------------------------------------------------------------------------

const MAPPED = 0;
const UNMAPPED = 1;
/** Unmapped, and every TLB has been told. */
const INVAL = 2;

const NOBODY = -1;

interface task_state {
  /** mm->context.id */
  context_id: upto<"ids">;
  /** Its only page. */
  pte: int<0, 2>;
}
const tasks = DEFINE_FRAME<array<task_state, "tasks">>();

interface cpu_state {
  /** What TTBR0 holds. */
  task: int<-1, "tasks">;
  asid: index<"asids">;
  /** By ASID, less 1: whose page is found under it. */
  tlb: array<int<-1, "tasks">, "user_asids">;
}
const cpus = DEFINE_FRAME<array<cpu_state, "cpus">>();

/** As soon as TTBR0 is set, an entry can be loaded, even if nobody uses it. */
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

/** Whatever the running task could have loaded stays. */
function local_flush_tlb_all(): void {
  const cpu = smp_processor_id();
  for (let i = 0; i < machine.user_asids; i++)
    if (cpus[cpu].tlb[i] !== cpus[cpu].task) cpus[cpu].tlb[i] = NOBODY;
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
const allocator = DEFINE_FRAME<allocator_state>();

interface percpu_state {
  active_asids: upto<"ids">;
  reserved_asids: upto<"ids">;
  tlb_flush_pending: bool;
  /** In a register: the id of the next task, until its generation is looked at. 0 otherwise. */
  context_id: upto<"ids">;
}
const percpu = DEFINE_FRAME<array<percpu_state, "cpus">>();

/** A context id: an ASID and a generation. 0: none. */
function asid2ctxid(asid: number, generation: number): number {
  return generation * machine.asids + asid;
}

function asid_of(id: number): number {
  return id % machine.asids;
}

function generation_of(id: number): number {
  return id / machine.asids;
}

function find_next_zero_bit(start: number): number {
  let found = machine.asids;
  for (let i = 1; i < machine.asids; i++)
    if (found === machine.asids && i >= start && !allocator.map[i]) found = i;
  return found;
}

/** The CPUs that run tasks. */
function users(): cpumask_copy_t {
  return machine.cpus > machine.users ? cpumask_without(machine.users, cpumask_all) : cpumask_all;
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
  request_flushes();
}

function request_flushes(): void {
  instruction();
  for (let cpu = 0; cpu < machine.users; cpu++) percpu[cpu].tlb_flush_pending = true;
  if (machine.forget > 0) forget();
}

function forget(): void {
  for (let i = 0; i < machine.tasks; i++)
    if (!some(machine.users, (cpu) => percpu[cpu].reserved_asids === tasks[i].context_id))
      tasks[i].context_id = tasks[i].context_id % machine.asids;
  for (let cpu = 0; cpu < machine.users; cpu++) percpu[cpu].context_id = 0;
}

function check_update_reserved_asid(asid: number, newasid: number): boolean {
  label();
  let hit = false;
  for (const cpu of for_each_cpu(users())) {
    label();
    if (percpu[cpu].reserved_asids === asid) {
      hit = true;
      percpu[cpu].reserved_asids = newasid;
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
    if (reserved) return newasid;
    label();
    const old = allocator.map[asid_of(asid)];
    allocator.map[asid_of(asid)] = true;
    if (!old) {
      label();
      return newasid;
    }
  }
  label();
  let free = find_next_zero_bit(allocator.cur_idx);
  if (free === machine.asids) {
    generation = next_generation();
    flush_context();
    label();
    free = find_next_zero_bit(1);
  }
  label();
  allocator.map[free] = true;
  allocator.cur_idx = free;
  return asid2ctxid(free, generation);
}

function next_generation(): number {
  while (true) {
    label();
    if (machine.recycle > 0 || allocator.generation < machine.generations) break;
  }
  if (machine.recycle > 0) {
    let free = 0;
    for (let i = 1; i <= machine.generations; i++) if (free === 0 && !is_used(i)) free = i;
    allocator.generation = free;
  } else {
    allocator.generation = allocator.generation + 1;
  }
  return allocator.generation;
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

function check_and_switch_context(task: number): void {
  const cpu = smp_processor_id();
  label();
  percpu[cpu].context_id = tasks[task].context_id;
  let old_active_asid = percpu[cpu].active_asids;
  label();
  let asid = percpu[cpu].context_id;
  percpu[cpu].context_id = 0;
  let fast = false;
  if (old_active_asid !== 0 && generation_of(asid) === allocator.generation) {
    label();
    if (percpu[cpu].active_asids === old_active_asid) percpu[cpu].active_asids = asid;
    else old_active_asid = percpu[cpu].active_asids;
    label();
    fast = old_active_asid !== 0;
  }
  if (!fast) {
    spin_lock(lock.cpu_asid_lock);
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
    spin_unlock(lock.cpu_asid_lock);
    percpu[cpu].active_asids = asid;
  }
  label();
  cpu_switch_mm(task, asid_of(asid));
}

// ---- the client -----------------------------------------------------------------------------------------------------

function try_to_unmap(task: number): void {
  label();
  tasks[task].pte = UNMAPPED;
  label();
  const asid = asid_of(tasks[task].context_id);
  label();
  flush_tlb_asid(asid);
  label();
  tasks[task].pte = INVAL;
}

function sched(): void {
  const cpu = smp_processor_id();
  while (true) check_and_switch_context(any_such(machine.tasks, (i) => i !== cpus[cpu].task));
}

function ttu(): void {
  while (true) try_to_unmap(any(machine.tasks));
}

export const unique_asid_per_cpu = never("no CPU's TLB has entries of two tasks under one ASID");

const ALLOCATOR = {
  needs: { config: { asidalloc: true } },
  init() {
    allocator.generation = 1;
    allocator.cur_idx = 1;
    for (let cpu = 0; cpu < machine.cpus; cpu++) {
      cpus[cpu].task = NOBODY;
      for (let i = 0; i < machine.user_asids; i++) cpus[cpu].tlb[i] = NOBODY;
    }
  },
  threads: {
    CPU0() {
      sched();
    },
    CPU1() {
      sched();
    },
    CPU2() {
      ttu();
    },
  },
  check: [unique_asid_per_cpu],
  witness: [],
  mutants: [],
  expect: { sc: safe },
};
const MACHINE = { cpus: 3, users: 2, asids: 4, user_asids: 3, generations: 3, ids: 15, forget: 0, recycle: 0 };

export const asidalloc_1_task = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 1 } });
export const asidalloc_2_tasks = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 2 } });
export const asidalloc_3_tasks = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 3 } });
export const asidalloc_4_tasks = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 4 } });
export const asidalloc_6_tasks = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 6 } });

export const asidalloc_f4 = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 4, forget: 1 } });
export const asidalloc_f6 = scenario({ ...ALLOCATOR, question: "?", machine: { ...MACHINE, tasks: 6, forget: 1 } });
const UNBOUNDED = { ...MACHINE, forget: 1, recycle: 1, generations: 6, ids: 27 };
export const asidalloc_u4 = scenario({ ...ALLOCATOR, question: "?", machine: { ...UNBOUNDED, tasks: 4} });
export const asidalloc_u6 = scenario({ ...ALLOCATOR, question: "?", machine: { ...UNBOUNDED, tasks: 6} });

const T2 = { CPU0() { sched(); }, CPU1() { sched(); } };
const ALLOC = { ...ALLOCATOR, threads: {...T2} };
export const asidalloc_n2 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, cpus: 2, tasks: 2 } });
export const asidalloc_n3 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, cpus: 2,tasks: 3 } });
export const asidalloc_n4 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, cpus: 2,tasks: 4 } });
export const asidalloc_nf4 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, cpus: 2,tasks: 4, forget: 1 } });
export const asidalloc_nu4 = scenario({ ...ALLOC, question: "?", machine: { ...UNBOUNDED, cpus: 2,tasks: 4 } });
export const asidalloc_n6 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, cpus: 2,tasks: 6 } });
export const asidalloc_nf6 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, cpus: 2,tasks: 6, forget: 1 } });
export const asidalloc_nu6 = scenario({ ...ALLOC, question: "?", machine: { ...UNBOUNDED, cpus: 2,tasks: 6 } });

export const asidalloc_g4 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, generations: 4, ids: 19, cpus: 2,tasks: 4, forget: 1 } });
export const asidalloc_g5 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, generations: 5, ids: 23, cpus: 2,tasks: 4, forget: 1 } });
export const asidalloc_m5 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, generations: 5, ids: 23, cpus: 2,tasks: 4 } });
export const asidalloc_m6 = scenario({ ...ALLOC, question: "?", machine: { ...MACHINE, generations: 6, ids: 27, cpus: 2,tasks: 4 } });
