// SPDX-License-Identifier: MIT
// A memory model as a table: what each access does to the running CPU's store buffer. Models with another mechanism
// (views, for armv8) will be another `kind`.

/** buffer: the store waits in this CPU's FIFO; memory: it is visible at once. */
export type StoreEffect = "buffer" | "memory";
/** drain: waits until this CPU's buffer is empty. */
export type OrderEffect = "drain" | "none";
/**
 * forward: the newest own buffered store to the address, or memory; memory: memory alone; either: a page walker, which
 * may or may not see what its own CPU has not published yet.
 */
export type LoadEffect = "forward" | "memory" | "either";

export interface MemoryModel {
  readonly name: string;
  readonly kind: "store-buffer";
  readonly title: string;
  readonly source: string;
  readonly load: {
    readonly plain: LoadEffect;
    readonly once: LoadEffect;
    readonly acquire: LoadEffect;
    readonly acquire_pc: LoadEffect;
    readonly walk: LoadEffect;
  };
  readonly store: { readonly plain: StoreEffect; readonly once: StoreEffect; readonly release: StoreEffect };
  readonly rmw: {
    readonly full: OrderEffect;
    readonly acquire: OrderEffect;
    readonly release: OrderEffect;
    readonly relaxed: OrderEffect;
  };
  readonly fence: {
    readonly mb: OrderEffect;
    readonly rmb: OrderEffect;
    readonly wmb: OrderEffect;
    readonly after_spinlock: OrderEffect;
    readonly isb: OrderEffect;
  };
  readonly instruction: { readonly serialising: OrderEffect; readonly other: OrderEffect };
  /** Stores that one CPU can hold back. A full buffer is a limit: the answer is then `unknown`, never `safe`. */
  readonly depth: number;
}
