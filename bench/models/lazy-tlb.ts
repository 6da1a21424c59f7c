// SPDX-License-Identifier: MIT
// The common model: x86 lazy TLB at its smallest, for comparing checkers, which agree on how many states it has. Three
// CPUs, mm 0 and mm 1 with one page each, and init_mm; tlb_gen; interrupts to the CPUs of mm_cpumask that are not lazy;
// TLB fills out of the blue; sequential consistency. All state is frame state, so that exactly what is written as one
// action or one instruction() is one step.
//
//   node bin/lazymm.js check bench/models/lazy-tlb.ts:in_order --design bench/models/lazy-tlb.ts

export const reference = design({
  name: "reference",
  arch: "x86",
  parts: {},
  config: { reference: true },
  source: "a stand-alone model",
  status: "for counting states",
});

const INIT_MM = 2;

const EMPTY = 0;
const CACHED = 1;
const FREED = 2;

interface cpu_state {
  loaded_mm: int<0, 2>;
  cr3: int<0, 2>;
  is_lazy: bool;
  /** The generation up to which the TLB is clean. */
  tlb_gen: upto<"gens">;
  /** The entry for the page of cr3's mm: EMPTY, CACHED, or FREED if its page is. */
  tlb: int<0, 2>;
  /** Who waits for an answer to a call. */
  calls: cpumask_copy_t;
  irqs_off: bool;
}
const cpus = DEFINE_FRAME<array<cpu_state, "cpus">>();

interface mm_state {
  tlb_gen: upto<"gens">;
  cpumask: cpumask_copy_t;
  mapped: bool;
  /** mmap_lock, for write. */
  locked: bool;
}
const mms = DEFINE_FRAME<array<mm_state, 3>>();

export const no_freed_access = never("no user access through an entry to a freed page");
export const lazy_skipped = sometimes("a lazy CPU is not interrupted");

function in_user_mode(cpu: cpu_id): boolean {
  return cpus[cpu].loaded_mm !== INIT_MM && !cpus[cpu].is_lazy;
}

const ACCESS = 0;
const MAP = 1;
const UNMAP = 2;
const GO_LAZY = 3;
/** And SWITCH + 1, to mm 1. */
const SWITCH = 4;
const ACTIONS = 6;

/** Whether a CPU can begin the action. */
function may(cpu: cpu_id, action: number): boolean {
  return action >= SWITCH
    ? !(in_user_mode(cpu) && cpus[cpu].loaded_mm === action - SWITCH)
    : in_user_mode(cpu) &&
        (action === ACCESS ||
          action === GO_LAZY ||
          (!mms[cpus[cpu].loaded_mm].locked &&
            (action === MAP
              ? !mms[cpus[cpu].loaded_mm].mapped
              : mms[cpus[cpu].loaded_mm].mapped &&
                mms[cpus[cpu].loaded_mm].tlb_gen < (cpus[cpu].loaded_mm === 0 ? machine.unmaps0 : machine.unmaps1))));
}

/** A CPU again and again picks an action. The first step of each action is the choice itself. */
function run(): void {
  const cpu = smp_processor_id();
  while (true) {
    const action = any_such(ACTIONS, (i) => may(cpu, i));
    if (action === ACCESS) {
      if (cpus[cpu].tlb === FREED) raise(no_freed_access);
    } else if (action === MAP) {
      mms[cpus[cpu].loaded_mm].mapped = true;
    } else if (action === GO_LAZY) {
      cpus[cpu].is_lazy = true;
    } else if (action === UNMAP) {
      mms[cpus[cpu].loaded_mm].locked = true;
      unmap();
    } else {
      cpus[cpu].irqs_off = true;
      switch_mm(action - SWITCH);
    }
  }
}

// ---- switch_mm_irqs_off() -------------------------------------------------------------------------------------------

function switch_mm(next: int<0, 1>): void {
  if (leave_lazy_mode(next)) {
    const gen = read_gen(next);
    if (is_clean(gen)) return;
    load(next, gen);
  } else {
    clear_cpumask();
    set_cpumask(next);
    load(next, read_gen(next));
  }
}

/** Whether it comes back to the mm that it still has. */
function leave_lazy_mode(next: int<0, 1>): boolean {
  instruction();
  const cpu = smp_processor_id();
  cpus[cpu].is_lazy = false;
  return cpus[cpu].loaded_mm === next;
}

function read_gen(mm: int<0, 1>): upto<"gens"> {
  instruction();
  return mms[mm].tlb_gen;
}

function is_clean(gen: upto<"gens">): boolean {
  instruction();
  const cpu = smp_processor_id();
  const clean = cpus[cpu].tlb_gen === gen;
  if (clean) cpus[cpu].irqs_off = false;
  return clean;
}

function clear_cpumask(): void {
  instruction();
  const cpu = smp_processor_id();
  const prev = cpus[cpu].loaded_mm;
  if (prev !== INIT_MM) mms[prev].cpumask = cpumask_without(cpu, mms[prev].cpumask);
}

function set_cpumask(mm: int<0, 1>): void {
  instruction();
  mms[mm].cpumask = cpumask_with(smp_processor_id(), mms[mm].cpumask);
}

function load(next: int<0, 1>, gen: upto<"gens">): void {
  set_gen(gen);
  write_cr3(next);
  set_loaded_mm(next);
}

function set_gen(gen: upto<"gens">): void {
  instruction();
  cpus[smp_processor_id()].tlb_gen = gen;
}

function write_cr3(mm: int<0, 2>): void {
  instruction();
  const cpu = smp_processor_id();
  cpus[cpu].cr3 = mm;
  cpus[cpu].tlb = EMPTY;
}

function set_loaded_mm(mm: int<0, 1>): void {
  instruction();
  const cpu = smp_processor_id();
  cpus[cpu].loaded_mm = mm;
  cpus[cpu].irqs_off = false;
}

// ---- munmap(), with mmap_lock held ----------------------------------------------------------------------------------

function unmap(): void {
  clear_pte();
  inc_gen();
  if (machine.unordered) {
    let left = cpumask_all;
    while (true) {
      if (cpumask_empty(left)) break;
      const to = any_such(machine.cpus, (i) => cpumask_contains(i, left));
      left = cpumask_without(to, left);
      call(to);
    }
  } else {
    for (let to = 0; to < machine.cpus; to++) call_in_order(to);
  }
  flush_local();
  wait_for_answers();
  free_page();
}

function clear_pte(): void {
  instruction();
  mms[cpus[smp_processor_id()].loaded_mm].mapped = false;
}

function inc_gen(): void {
  instruction();
  const mm = cpus[smp_processor_id()].loaded_mm;
  mms[mm].tlb_gen = mms[mm].tlb_gen + 1;
}

function call_in_order(to: cpu_id): void {
  instruction();
  call(to);
}

function call(to: cpu_id): void {
  const cpu = smp_processor_id();
  if (to !== cpu && cpumask_contains(to, mms[cpus[cpu].loaded_mm].cpumask)) {
    if (cpus[to].is_lazy) reached(lazy_skipped);
    else cpus[to].calls = cpumask_with(cpu, cpus[to].calls);
  }
}

function flush_local(): void {
  instruction();
  const cpu = smp_processor_id();
  const gen = mms[cpus[cpu].loaded_mm].tlb_gen;
  if (cpus[cpu].tlb_gen !== gen) {
    cpus[cpu].tlb = EMPTY;
    cpus[cpu].tlb_gen = gen;
  }
}

function wait_for_answers(): void {
  instruction();
  const cpu = smp_processor_id();
  when(!some(machine.cpus, (i) => cpumask_contains(cpu, cpus[i].calls)));
}

function free_page(): void {
  instruction();
  const mm = cpus[smp_processor_id()].loaded_mm;
  for (let i = 0; i < machine.cpus; i++) if (cpus[i].cr3 === mm && cpus[i].tlb === CACHED) cpus[i].tlb = FREED;
  mms[mm].locked = false;
}

// ---- the interrupt: flush_tlb_func() --------------------------------------------------------------------------------

function flush_tlb_func(): void {
  const cpu = smp_processor_id();
  const from = any_such(machine.cpus, (i) => !cpus[cpu].irqs_off && cpumask_contains(i, cpus[cpu].calls));
  const todo = look();
  if (todo === LAZY) {
    clear_cpumask();
    write_cr3(INIT_MM);
    forget_mm();
  } else if (todo !== NOTHING) {
    if (differs(todo)) set_gen(todo);
  }
  answer(from);
}
export const flush_vector = INTERRUPT(flush_tlb_func, 2);

/** The generation that the CPU should have, NOTHING on init_mm, or LAZY. */
function look(): int<-2, "gens"> {
  instruction();
  const cpu = smp_processor_id();
  const mm = cpus[cpu].loaded_mm;
  if (mm === INIT_MM) return NOTHING;
  return cpus[cpu].is_lazy ? LAZY : mms[mm].tlb_gen;
}
const NOTHING = -1;
const LAZY = -2;

function differs(gen: upto<"gens">): boolean {
  instruction();
  const cpu = smp_processor_id();
  const stale = cpus[cpu].tlb_gen !== gen;
  if (stale) cpus[cpu].tlb = EMPTY;
  return stale;
}

function forget_mm(): void {
  instruction();
  const cpu = smp_processor_id();
  cpus[cpu].loaded_mm = INIT_MM;
  cpus[cpu].is_lazy = false;
  cpus[cpu].tlb_gen = 0;
}

function answer(from: cpu_id): void {
  instruction();
  const cpu = smp_processor_id();
  cpus[cpu].calls = cpumask_without(from, cpus[cpu].calls);
}

// ---- the hardware ---------------------------------------------------------------------------------------------------

function fill_tlb(): void {
  const cpu = smp_processor_id();
  when(cpus[cpu].cr3 !== INIT_MM && cpus[cpu].tlb === EMPTY && mms[cpus[cpu].cr3].mapped);
  cpus[cpu].tlb = CACHED;
}
export const walker = WALKER(fill_tlb);

// ---- the question ---------------------------------------------------------------------------------------------------

function boot(): void {
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    cpus[cpu].loaded_mm = INIT_MM;
    cpus[cpu].cr3 = INIT_MM;
  }
}

/** What the two forms have in common; they differ in machine.unordered. */
const FORM = {
  needs: { config: { reference: true } },
  init() {
    boot();
  },
  threads: {
    CPU0() {
      run();
    },
    CPU1() {
      run();
    },
    CPU2() {
      run();
    },
  },
  check: [no_freed_access],
  witness: [lazy_skipped],
  expect: { sc: safe },
};
const MACHINE = { cpus: 3, gens: 2, unmaps0: 1, unmaps1: 0 };

export const in_order = scenario({
  ...FORM,
  question: "Can a user access reach a freed page? Calls go out in the order of CPUs.",
  machine: { ...MACHINE, unordered: 0 },
  mutants: [
    {
      name: "lazy mode ends without a look at tlb_gen",
      mutant: replace(is_clean, always_clean),
      expect: { sc: violates(no_freed_access) },
    },
  ],
});

function always_clean(_gen: upto<"gens">): boolean {
  instruction();
  cpus[smp_processor_id()].irqs_off = false;
  return true;
}

export const in_any_order = scenario({
  ...FORM,
  question: "Can a user access reach a freed page? Calls go out in any order.",
  machine: { ...MACHINE, unordered: 1 },
  mutants: [],
});
