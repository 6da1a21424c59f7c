// SPDX-License-Identifier: MIT
// All that a dialect file may name. Everything else (Math, Date, Map, Promise, console) does not exist here.
// docs/dialect.md explains each group; src/compiler/primitives.ts gives it its meaning.

// ---- what TypeScript itself insists on -------------------------------------------------------------------------
interface Boolean {}
interface CallableFunction {}
interface Function {}
interface IArguments {}
interface NewableFunction {}
interface Number {}
interface Object {}
interface RegExp {}
interface String {}
interface Array<T> {
  readonly length: number;
  [index: number]: T;
}
interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
}
type NoInfer<T> = intrinsic;
interface SymbolConstructor {
  readonly iterator: unique symbol;
}
declare var Symbol: SymbolConstructor;
interface IteratorYieldResult<T> {
  done?: false;
  value: T;
}
interface IteratorReturnResult<T> {
  done: true;
  value: T;
}
type IteratorResult<T, R = unknown> = IteratorYieldResult<T> | IteratorReturnResult<R>;
interface Iterator<T, R = unknown, N = unknown> {
  next(...args: [] | [N]): IteratorResult<T, R>;
}
interface Iterable<T, R = unknown, N = unknown> {
  [Symbol.iterator](): Iterator<T, R, N>;
}

// ---- scalar types: every shared scalar has a range --------------------------------------------------------------
type bool = boolean;
/** 0 … machine.cpus - 1. */
type cpu_id = number;
/** lo … hi, both included. */
type int<Lo extends number | string, Hi extends number | string> = number;
/** 0 … n, where n is what the scenario's machine (or the design's config) gives under this name. */
type upto<Bound extends string> = number;
/** 0 … n - 1. */
type index<Bound extends string> = number;
/** Like upto, but touched only by the atomic_*() primitives. */
interface atomic<Bound extends string> {
  readonly __atomic: Bound;
}
/**
 * A counter that only grows: code copies it, compares copies (=, <, <=, = with a successor) and increments the newest,
 * so that a distance of two is as good as any larger one. `Name` is the field next to it that names its object for
 * ever.
 */
interface atomic_counter<Bound extends string, Name extends string> extends atomic<Bound> {
  readonly __name: Name;
}
/** A copy of one: `Owner` is the field next to it that says whose, a pointer or such a name. */
type counter<Bound extends string, Owner extends string> = number;
interface cpumask_t {
  readonly __opaque: "cpumask";
}
interface spinlock_t {
  readonly __opaque: "spinlock";
}
/** A function whose name is known at compile time; in memory it is a small id. */
type callback<T> = (info: T) => void;
interface void_star {
  readonly __opaque: "void *";
}
/** `n` elements, where n is a number or a name that the machine or the config gives. */
interface array<T, Extent extends string | number> {
  [index: number]: T;
}

// ---- declarations -----------------------------------------------------------------------------------------------
/** As many objects as the machine gives under this name; freed ones are reused. A `T` is a pointer to one of them. */
declare function DEFINE_POOL<T>(size: string): array<T, string>;
/** A pointer value that is neither NULL nor an object. */
declare function INVALID_POINTER<T>(pool: array<T, string>): T;
declare function DEFINE_PER_CPU<T>(): T;
/** One instance for all CPUs, in shared memory. */
declare function DEFINE_SHARED<T>(): T;
/** Registers, TLBs, wires: touched directly, but only by instructions, walkers and properties. */
declare function DEFINE_HARDWARE<T>(): T;
/** A stack frame, or a register that only its own CPU sees: free to touch, no step of its own. */
declare function DEFINE_PER_CPU_FRAME<T>(): T;
declare function DEFINE_FRAME<T>(): T;

/** Functions that run when an interrupt comes in, highest level last: 1 preemption, 2 hardirq, 3 NMI. */
declare function INTERRUPT(handler: () => void, level: number): void;
/** What the hardware may do by itself at any moment. A parameter takes every value of its type. */
declare function WALKER(walk: (...args: never) => void): void;

/** In the programs that load this file, calls of `func` go to `other`; only this file itself still reaches `func`. */
declare function REPLACE<T>(func: T, other: T): void;
/** The same for what gives out ids: what `other` returns names its object for ever, though the number comes again. */
declare function UNIQUE<T>(func: T, other: T): void;

/** The scenario's machine: cpus, mms, tasks, pages, … */
declare const machine: { readonly [name: string]: number };

// ---- accesses: the first argument is a place, whose syntax the compiler reads ------------------------------------
declare function READ_ONCE<T>(place: T): T;
declare function WRITE_ONCE<T>(place: T, value: NoInfer<T>): void;
declare function smp_load_acquire<T>(place: T): T;
declare function smp_store_release<T>(place: T, value: NoInfer<T>): void;
/** Waits until the condition, which names the loaded value VAL, holds. */
declare function smp_cond_load_acquire<T>(place: T, condition: boolean): T;
declare const VAL: number;
/** KCSAN looks at no access in there: `x = data_race(mm.pgd)`, `data_race(mm.pgd = x)`. A plain read of a place. */
declare function data_race<T>(accesses: T): T;

declare function this_cpu_read<T>(place: T): T;
declare function this_cpu_write<T>(place: T, value: NoInfer<T>): void;
/** The place of another CPU; a plain read if used as a value. */
declare function per_cpu<T>(place: T, cpu: cpu_id): T;
declare function this_cpu_ptr<T>(place: T): T;

declare function xchg<T>(place: T, value: NoInfer<T>): T;
declare function xchg_relaxed<T>(place: T, value: NoInfer<T>): T;
declare function cmpxchg<T>(place: T, old: NoInfer<T>, value: NoInfer<T>): T;
declare function try_cmpxchg<T>(place: T, old: NoInfer<T>, value: NoInfer<T>): boolean;
declare function try_cmpxchg_relaxed<T>(place: T, old: NoInfer<T>, value: NoInfer<T>): boolean;

declare function atomic_read(v: atomic<string>): number;
declare function atomic_set(v: atomic<string>, n: number): void;
declare function atomic_inc(v: atomic<string>): void;
declare function atomic_dec(v: atomic<string>): void;
declare function atomic_add(n: number, v: atomic<string>): void;
declare function atomic_sub(n: number, v: atomic<string>): void;
declare function atomic_or(bits: number, v: atomic<string>): void;
declare function atomic_inc_return(v: atomic<string>): number;
declare function atomic_dec_return_release(v: atomic<string>): number;
declare function atomic_dec_and_test(v: atomic<string>): boolean;
declare function atomic_sub_and_test(n: number, v: atomic<string>): boolean;
declare function atomic_inc_not_zero(v: atomic<string>): boolean;

declare function cpumask_test_cpu(cpu: cpu_id, mask: cpumask_t): boolean;
declare function cpumask_set_cpu(cpu: cpu_id, mask: cpumask_t): void;
declare function cpumask_clear_cpu(cpu: cpu_id, mask: cpumask_t): void;
/** These two are plain stores: only while nobody else knows the mask. */
declare function cpumask_clear(mask: cpumask_t): void;
declare function cpumask_or(mask: cpumask_t, more: cpumask_t): void;
/** Any member but `cpu`, or nr_cpu_ids. */
declare function cpumask_any_but(mask: cpumask_t, cpu: cpu_id): cpu_id;
/** A copy of the mask, as smp_call_function_many() takes one; only copies can be iterated. */
declare function cpumask_copy(mask: cpumask_t): cpumask_copy_t;
interface cpumask_copy_t {
  readonly __opaque: "cpumask copy";
}
declare function cpumask_empty(mask: cpumask_copy_t): boolean;
declare function cpumask_contains(cpu: cpu_id, mask: cpumask_copy_t): boolean;
declare function cpumask_without(cpu: cpu_id, mask: cpumask_copy_t): cpumask_copy_t;
declare function cpumask_with(cpu: cpu_id, mask: cpumask_copy_t): cpumask_copy_t;
declare const cpumask_none: cpumask_copy_t;
/** All possible CPUs. */
declare const cpumask_all: cpumask_copy_t;
declare const nr_cpu_ids: number;
declare function for_each_cpu(mask: cpumask_copy_t): Iterable<cpu_id>;
declare function for_each_possible_cpu(): Iterable<cpu_id>;

declare function spin_lock(lock: spinlock_t): void;
declare function spin_unlock(lock: spinlock_t): void;

// ---- barriers ----------------------------------------------------------------------------------------------------
declare function smp_mb(): void;
declare function smp_rmb(): void;
declare function smp_wmb(): void;
declare function smp_mb__after_spinlock(): void;
/** Armv8's ISB, and DSB for stores, which page walks then see. The others: hw/mmu/arm64.ts. */
declare function isb(): void;
declare function dsb_ishst(): void;
declare function dsb_nshst(): void;
/** SFENCE.VMA as far as it orders: walks of this CPU see what it has stored or loaded. The rest: hw/mmu/riscv.ts. */
declare function order_walks(): void;
/** A compiler barrier: outside the model, kept so that the code reads like the kernel. */
declare function barrier(): void;

// ---- pools -------------------------------------------------------------------------------------------------------
/** The lowest free object; all of its memory reads as it was left. */
declare function pool_alloc<T>(pool: array<T, string>): T;
declare function pool_free<T>(object: T): void;
declare function is_allocated<T>(object: T): boolean;

// ---- control -----------------------------------------------------------------------------------------------------
declare function smp_processor_id(): cpu_id;
/** First statement of a function that is one machine instruction: one atomic step. */
declare function instruction(): void;
/** The same, and earlier stores of this CPU are visible before it executes. */
declare function serialising_instruction(): void;
/** The step waits until this holds. In an instruction, an interrupt entry, a walker, or on its own. */
declare function when(condition: boolean): asserts condition;
/** Any value in 0 … n-1. */
declare function any(n: number): number;
/** Any value in 0 … n-1 for which the condition holds; waits while there is none. */
declare function any_such(n: number, holds: (i: number) => boolean): number;
/** What a page walker reads: memory, or a store that still sits in its own CPU's buffer. */
declare function walker_read<T>(place: T): T;
declare function call_func(func: callback<never> | null, info: void_star): void;
declare function as_void<T>(info: T): void_star;
declare function WARN_ON_ONCE(condition: boolean): void;
declare function VM_WARN_ON(condition: boolean): void;
declare function BUG_ON(condition: boolean): void;
declare function lockdep_assert_irqs_disabled(): void;
/** This run shows that the named `never` property is violated. */
declare function raise(property: Property): void;
/** This run shows that the witness happens. */
declare function reached(witness: Witness): void;

// ---- properties and scenarios --------------------------------------------------------------------------------------
interface Property {
  readonly __opaque: "property";
}
interface Witness {
  readonly __opaque: "witness";
}
/** Holds in every state. */
declare function always(name: string, holds: () => boolean): Property;
/** Nobody ever raises it. */
declare function never(name: string): Property;
/** Holds when every thread has ended and nothing is pending. */
declare function at_end(name: string, holds: () => boolean): Property;
/** Some run reaches it: by reached(), or a state in which the predicate holds. */
declare function sometimes(name: string, holds?: () => boolean): Witness;

/** Always checked: no access to a freed object, no NULL dereference or BUG(), no data race (data_race() apart). */
declare const no_use_after_free: Property;
declare const no_bug: Property;
declare const no_data_race: Property;
/** Always checked: never do all CPUs wait at once, and nobody waits for ever while others go on. */
declare const no_deadlock: Property;
declare const no_endless_wait: Property;
/** Checked where a scenario lists it: no WARN_ON() fires. */
declare const no_warning: Property;

/** Quantifiers over small ranges, in properties. */
declare function every(n: number, holds: (i: number) => boolean): boolean;
declare function some(n: number, holds: (i: number) => boolean): boolean;
declare function count(n: number, holds: (i: number) => boolean): number;

interface Verdict {
  readonly __opaque: "verdict";
}
declare const safe: Verdict;
declare function violates(property: Property): Verdict;
/** By memory model. */
type Expect = { readonly sc?: Verdict; readonly x86_tso?: Verdict; readonly armv8?: Verdict };

interface Mutant {
  readonly __opaque: "mutant";
}
/** Leaves out the nth call (from 1) of `callee` in `func`. */
declare function drop(func: unknown, callee: string, nth?: number): Mutant;
/** Leaves out the one statement of `func`, operand of && or ||, or test of an if (which then holds) that reads so. */
declare function omit(func: unknown, text: string): Mutant;
/** Moves the statement with the nth call of `callee` in front of the one with the other_nth call of `other`. */
declare function move_before(func: unknown, callee: string, nth: number, other: string, other_nth: number): Mutant;
/** Calls `primitive` instead of `callee` at its nth call in `func`. */
declare function weaken(func: unknown, callee: string, nth: number, primitive: string): Mutant;
/** Uses `other` wherever `func` is called. */
declare function replace(func: unknown, other: unknown): Mutant;

interface Machine {
  readonly cpus: number;
  readonly [name: string]: number;
}
interface Scenario {
  /** One question, as a kernel developer would ask it. */
  readonly question: string;
  /** Designs without these are not asked. A list: any one of them. */
  readonly needs?: {
    readonly arch?: string | readonly string[];
    readonly parts?: { readonly [part: string]: string | readonly string[] };
    readonly config?: { readonly [name: string]: number | boolean | readonly (number | boolean)[] };
  };
  /** Where not all models of the design's architecture are asked: which are, and why the others are not. */
  readonly models?: { readonly asked: readonly (keyof Expect)[]; readonly because: string };
  readonly machine: Machine;
  /** Overrides of the design's config: smaller bounds, for instance. */
  readonly config?: { readonly [name: string]: number | boolean };
  /** Builds the initial state, directly. */
  readonly init: () => void;
  /** What each CPU runs: CPU0, CPU1, … */
  readonly threads: { readonly [thread: string]: () => void };
  /** What may preempt them, wherever preemption is allowed. */
  readonly preempt?: { readonly [thread: string]: () => void };
  readonly check: readonly Property[];
  readonly witness: readonly Witness[];
  /** By memory model; without it, `check` reports the verdict and compares it with nothing. */
  readonly expect?: Expect;
  /**
   * Where a design answers differently, or all those with a variant of this name; the design's own entry goes first.
   */
  readonly expect_of?: { readonly [design_or_variant: string]: Expect };
  readonly mutants: readonly {
    readonly name: string;
    readonly mutant: Mutant;
    readonly expect: Expect;
    readonly expect_of?: { readonly [design_or_variant: string]: Expect };
    /** Only for designs with these (default: the scenario's). */
    readonly needs?: Scenario["needs"];
  }[];
}
declare function scenario(s: Scenario): Scenario;

interface Design {
  readonly name: string;
  readonly arch: "x86" | "arm64" | "powerpc" | "riscv";
  readonly parts: unknown;
  readonly config: { readonly [name: string]: number | boolean };
  /** Where it is from. */
  readonly source: string;
  /** Where it went. */
  readonly status: string;
  /** A design that it shares most of its code with. */
  readonly base?: string;
  /** Topics (folders of model/scenarios) in which it may answer otherwise; of the others only `base` is asked. */
  readonly asked?: readonly string[];
}
declare function design(d: Design): Design;
