// SPDX-License-Identifier: MIT
// A memory model as a table: what each access does, in the terms of one mechanism. There are two of those: store
// buffers (sc, x86_tso), and views of one memory order (armv8). src/emit/memory has the mechanisms.

interface Named {
  readonly name: string;
  readonly title: string;
  readonly source: string;
}

/** By kind of access, as the compiler has it: what the mechanism makes of it. */
interface Effects<Load, Store, Rmw, Fence, Instruction> {
  readonly load: {
    readonly plain: Load;
    readonly once: Load;
    readonly acquire: Load;
    readonly acquire_pc: Load;
    readonly walk: Load;
  };
  readonly store: { readonly plain: Store; readonly once: Store; readonly release: Store };
  readonly rmw: { readonly full: Rmw; readonly acquire: Rmw; readonly release: Rmw; readonly relaxed: Rmw };
  readonly fence: {
    readonly mb: Fence;
    readonly rmb: Fence;
    readonly wmb: Fence;
    readonly after_spinlock: Fence;
    readonly isb: Fence;
    readonly dsb_ishst: Fence;
    readonly dsb_nshst: Fence;
    readonly walks: Fence;
  };
  readonly instruction: { readonly serialising: Instruction; readonly other: Instruction };
}

/** buffer: the store waits in this CPU's FIFO; memory: it is visible at once. */
export type StoreEffect = "buffer" | "memory";
/** drain: waits until this CPU's buffer is empty. */
export type OrderEffect = "drain" | "none";
/**
 * forward: the newest own buffered store to the address, or memory; memory: memory alone; either: a page walker, which
 * may or may not see what its own CPU has not published yet.
 */
export type LoadEffect = "forward" | "memory" | "either";

/** Every CPU has a FIFO of stores that only itself can see. */
export interface StoreBufferModel
  extends Named,
    Effects<LoadEffect, StoreEffect, OrderEffect, OrderEffect, OrderEffect> {
  readonly kind: "store-buffer";
  /** Stores that one CPU can hold back. A full buffer is a limit: the answer is then `unknown`, never `safe`. */
  readonly depth: number;
}

/**
 * plain: ordered by dependencies and coherence alone; acquire: before everything after it, and after earlier releases;
 * acquire_pc: the same without the latter; walk: by a page walker, not older than what has been completed for its CPU.
 */
export type ViewLoad = "plain" | "acquire" | "acquire_pc" | "walk";
/** release: after everything before it. */
export type ViewStore = "plain" | "release";
export type ViewRmw = "plain" | "acquire" | "release" | "acquire_release";
/**
 * full, loads, stores: what comes before the barrier and is ordered by it; isb: what branches and addresses depend on
 * is before later loads; complete: full and isb, and the page walks of all CPUs see it; complete_stores: stores are
 * before all that follows, and all walks see them; complete_own_stores: the same, but for the walks of the CPU itself;
 * own_walks: these see what the CPU has stored or loaded, and nothing else is ordered.
 */
export type ViewFence =
  | "full"
  | "loads"
  | "stores"
  | "isb"
  | "complete"
  | "complete_stores"
  | "complete_own_stores"
  | "own_walks"
  | "none";

/** One order of all stores, in which every CPU has seen what its views say. */
export interface ViewModel extends Named, Effects<ViewLoad, ViewStore, ViewRmw, ViewFence, ViewFence> {
  readonly kind: "views";
  /** What taking an interrupt, and returning from it, does to the CPU's views. */
  readonly exception: ViewFence;
  /** Stores that are not yet old to everybody. A full memory order is a limit: `unknown`, never `safe`. */
  readonly depth: number;
}

export type MemoryModel = StoreBufferModel | ViewModel;
