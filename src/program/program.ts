// SPDX-License-Identifier: MIT
// WAIST 1: a compiled model. Plain, versioned JSON between the compiler and everything that runs a model. It knows
// nothing of memory models, of layouts, or of Linux: only cells, code, and which step touches which cell and how.
//
// Life of a step: `before` (checks on pointers), then one access, then `body` (local computation), which ends in
// `goto` or `end`. A step is atomic; everything between two steps may be interleaved with the other CPUs.

export const PROGRAM_VERSION = 1;

/** How a cell may be touched. */
export type Storage =
  /** Shared memory: only through a step's access, under the rules of the memory model. */
  | "memory"
  /** Registers, TLBs, interrupt wires, ghost state: read and written directly, atomically within one step. */
  | "hardware"
  /** One CPU's registers or a caller's stack frame: read and written freely, without a step of its own. */
  | "frame";

/** What the numbers in a cell or a local mean, so that they can be printed as the kernel would. */
export type Meaning =
  | { readonly kind: "int" }
  | { readonly kind: "bool" }
  | { readonly kind: "cpu" }
  | { readonly kind: "mask" }
  /** A pointer: 0 is NULL, otherwise `names[value]`. */
  | { readonly kind: "ref"; readonly names: readonly string[] };

/** One shared variable, or an array of them. `dims` are the extents, outermost first; `[]` is a scalar. */
export interface Cell {
  readonly name: string;
  readonly storage: Storage;
  readonly dims: readonly number[];
  /** True if the first index is always the accessing CPU itself: nobody else can observe it. */
  readonly own: boolean;
  readonly min: number;
  readonly max: number;
  readonly meaning: Meaning;
  readonly counter?: Counter;
}

/**
 * A value that only grows, and that code only copies, compares (=, <, <=, and = with a successor), and increments at
 * its newest: nothing can tell a distance of two from a larger one (src/emit/ranks.ts).
 */
export type Counter =
  /**
   * The newest value, one per object. `allocated`: which objects there are; `id`: what names one, or null; `lasting`:
   * the id is declared to be no other object's, ever, whatever its number.
   */
  | {
      readonly kind: "newest";
      readonly allocated: number | null;
      readonly id: number | null;
      readonly lasting: boolean;
    }
  /** A copy. `owner`, of the same shape, names the object whose counter it is of: by pointer, or by that id. */
  | { readonly kind: "copy"; readonly owner: number | null };

export interface Local {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly meaning: Meaning;
}

export type UnaryOp = "!" | "-" | "mask_empty" | "mask_weight" | "mask_of";
export type BinaryOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "<<"
  | ">>"
  | "&"
  | "|"
  | "^" // integers; "/" truncates
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "&&"
  | "||" // 0 or 1; && and || have no side effects to order
  | "mask_test"
  | "mask_add"
  | "mask_del"
  | "mask_and"
  | "mask_or"
  | "mask_andnot" // (mask, cpu) or (mask, mask)
  /** (mask, cpu): the first member greater than cpu, or nr_cpus. Start with -1. */
  | "mask_next";

/** A pure value over constants, locals of the running code, and cells that may be read directly. */
export type Expr =
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "local"; readonly local: number }
  /** The CPU that runs the step. */
  | { readonly kind: "cpu" }
  /** A direct read: `frame` cells anywhere, the others only in instructions, guards, checks and properties. */
  | { readonly kind: "cell"; readonly cell: number; readonly index: readonly Expr[] }
  | { readonly kind: "unary"; readonly op: UnaryOp; readonly a: Expr }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly a: Expr; readonly b: Expr }
  | { readonly kind: "cond"; readonly test: Expr; readonly then: Expr; readonly else: Expr };

export type Stmt =
  | { readonly kind: "set"; readonly local: number; readonly value: Expr }
  /** A direct write: `frame` cells anywhere, the others only in instructions and in the initial state. */
  | { readonly kind: "put"; readonly cell: number; readonly index: readonly Expr[]; readonly value: Expr }
  | { readonly kind: "if"; readonly test: Expr; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  /** A `never` property is violated on this path. */
  | { readonly kind: "raise"; readonly property: number }
  /** A `sometimes` event happened on this path. */
  | { readonly kind: "reach"; readonly witness: number }
  /** For the simulator: an event with arguments (the kernel's tracepoints). The checker ignores it. */
  | { readonly kind: "trace"; readonly event: number; readonly args: readonly Expr[] }
  /** The model's bounds are too small for this path: the answer can only be `unknown`. */
  | { readonly kind: "limit"; readonly what: string }
  /**
   * `break` leaves the enclosing `block` of that label. `again`: at its end it begins anew. Only calls that follow a
   * recording have such loops: analyses for searches take every block to be passed once.
   */
  | { readonly kind: "block"; readonly label: number; readonly body: readonly Stmt[]; readonly again?: true }
  | { readonly kind: "break"; readonly label: number }
  /** The path is disabled: there is no such successor. */
  | { readonly kind: "disabled" }
  /** These two finish the step. `atOnce`: the other step is taken with it (src/reductions/fusion.ts). */
  | { readonly kind: "goto"; readonly step: number; readonly atOnce?: boolean }
  | { readonly kind: "end" };

export interface Place {
  readonly cell: number;
  readonly index: readonly Expr[];
}

/**
 * "walk": a page walker, which may or may not see what its own CPU has stored but not yet published.
 * "acquire_pc": weaker than acquire, it may pass an earlier release to another address (Armv8's LDAPR).
 */
export type LoadOrder = "plain" | "once" | "acquire" | "acquire_pc" | "walk";
export type StoreOrder = "plain" | "once" | "release";
export type RmwOrder = "full" | "acquire" | "release" | "relaxed";
/**
 * "isb": an instruction barrier (Armv8's ISB): later instructions are fetched after it. "dsb_ishst": earlier stores are
 * complete, for the page walks of all CPUs too; "dsb_nshst": for those of this CPU. "walks": page walks of this CPU see
 * what it has stored or loaded (RISC-V's SFENCE.VMA), and nothing else is ordered.
 */
export type FenceOrder = "mb" | "rmb" | "wmb" | "after_spinlock" | "isb" | "dsb_ishst" | "dsb_nshst" | "walks";

/** The one thing of a step that others can see. `primitive` is the kernel's name for it. */
export type Access =
  /** Nothing: the start of a thread, or a jump backwards over local computation. */
  | { readonly kind: "none" }
  | {
      readonly kind: "load";
      readonly primitive: string;
      readonly order: LoadOrder;
      readonly place: Place;
      readonly into: number;
      /** The first half of a load-linked pair: it arms this CPU's monitor. */
      readonly exclusive?: boolean;
    }
  | {
      readonly kind: "store";
      readonly primitive: string;
      readonly order: StoreOrder;
      readonly place: Place;
      readonly value: Expr;
    }
  /** The second half: stores if nobody else has since the exclusive load, and may fail anyway. `failed`: 0 or 1. */
  | {
      readonly kind: "store_exclusive";
      readonly primitive: string;
      readonly order: StoreOrder;
      readonly place: Place;
      readonly value: Expr;
      readonly failed: number;
    }
  /** old = *place; if (when) *place = value; `value` and `when` may read the local `old`. */
  | {
      readonly kind: "rmw";
      readonly primitive: string;
      readonly order: RmwOrder;
      readonly place: Place;
      readonly old: number;
      readonly when: Expr | null;
      readonly value: Expr;
      /** Nothing uses what was read, and so no barrier for loads orders it (Armv8's ST<op>). */
      readonly unread?: boolean;
    }
  /** Blocks until `until` holds of the loaded value. */
  | {
      readonly kind: "await";
      readonly primitive: string;
      readonly order: LoadOrder;
      readonly place: Place;
      readonly into: number;
      readonly until: Expr;
    }
  | { readonly kind: "fence"; readonly primitive: string; readonly order: FenceOrder }
  /** A machine instruction with its own meaning (hw/mmu). `serialising` ones wait for earlier stores of this CPU. */
  | {
      readonly kind: "instruction";
      readonly primitive: string;
      readonly serialising: boolean;
      readonly body: readonly Stmt[];
    }
  /** Any value in [0, count) for which `such` holds of `into`: one successor each. */
  | {
      readonly kind: "choose";
      readonly primitive: string;
      readonly into: number;
      readonly count: number;
      readonly such: Expr | null;
    };

/** Where a step comes from: index into `sources`, line and column from 1, and the kernel function it belongs to. */
export interface SourceRef {
  readonly source: number;
  readonly line: number;
  readonly column: number;
  readonly func: string;
  /** The statement as written, on one line. */
  readonly text: string;
}

export interface Step {
  readonly at: SourceRef;
  /** The step is disabled while this does not hold. */
  readonly guard: Expr | null;
  /** Pointer checks, before the access: only `if` and `raise`. */
  readonly before: readonly Stmt[];
  readonly access: Access;
  readonly body: readonly Stmt[];
  /** Locals that hold a value on entry and may still be read: all others are 0 in the state. */
  readonly live: readonly number[];
  /** Locals that are in scope on entry (a superset of `live`): what counts when dead locals are kept. */
  readonly scope: readonly number[];
  /** Inside of data_race(): whatever its access races with is not reported. */
  readonly racy?: true;
}

/** A step that does nothing, nowhere: for looking at parts of steps by themselves. */
export const NO_STEP: Step = {
  at: { source: 0, line: 0, column: 0, func: "", text: "" },
  guard: null,
  before: [],
  access: { kind: "none" },
  body: [],
  live: [],
  scope: [],
};

/**
 * Code of one context. steps[0] is its idle state: for a thread the end, for an interrupt the entry (with its guard);
 * a thread starts at step 1. A walker has no program counter: all of its steps are enabled at any time.
 */
export interface Code {
  readonly name: string;
  readonly kind: "thread" | "interrupt" | "walker" | "entry";
  /** On one CPU the highest level that is not idle runs: 0 thread, 1 preemption, 2 hardirq, 3 NMI. */
  readonly level: number;
  readonly cpus: readonly number[];
  /** The first `params` locals are arguments (entries of the simulator). */
  readonly params: number;
  readonly locals: readonly Local[];
  readonly steps: readonly Step[];
}

export interface Property {
  readonly name: string;
  /**
   * always: `test` in every state. never: nobody executes its `raise`. at_end: `test` when all have come to rest.
   * race: no state in which two accesses race (races.ts).
   */
  readonly kind: "always" | "never" | "at_end" | "race";
  readonly test: Expr | null;
}

/** Something that must be reachable, or the verdict is vacuous: `test` in some state, or a `reach` somewhere. */
export interface Witness {
  readonly name: string;
  readonly test: Expr | null;
}

export interface Program {
  readonly version: typeof PROGRAM_VERSION;
  readonly name: string;
  readonly cpus: number;
  /** Source files, relative to the project. */
  readonly sources: readonly string[];
  readonly cells: readonly Cell[];
  readonly codes: readonly Code[];
  /** Run once, directly, on all-zero cells. */
  readonly init: readonly Stmt[];
  readonly initLocals: readonly Local[];
  readonly properties: readonly Property[];
  readonly witnesses: readonly Witness[];
  /** Names of `trace` events, by number. */
  readonly events: readonly string[];
}

/** How many elements a cell has. */
export function elements(cell: Cell): number {
  return cell.dims.reduce((n, extent) => n * extent, 1);
}
