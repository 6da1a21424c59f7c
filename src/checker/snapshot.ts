// SPDX-License-Identifier: MIT
// What has to be kept of a search so that another run goes on with it. Where it is kept is not the checker's business.
import type { FindingsRecord } from "./findings.ts";
import type { StateStore } from "./store.ts";

/** A search between two batches, but for its states: the first `states` in the store belong to it. */
export interface Snapshot extends FindingsRecord {
  readonly states: number;
  /** How many of them are expanded. */
  readonly head: number;
  readonly transitions: number;
  /** Numbers of the first states of each level. */
  readonly levels: readonly number[];
  /** Number of the first state behind the level that is being expanded. */
  readonly levelEnd: number;
  /** Nothing is left to do. */
  readonly done: boolean;
}

export interface Checkpoint {
  /** What an earlier run left. `read` hands its states over, in their order, in arrays of whole states. */
  readonly resume?: { readonly snapshot: Snapshot; readonly read: (put: (states: Int32Array) => void) => void };
  /** `save` is called whenever so many states were found, or expanded, since the last time; and at the end. */
  readonly every: number;
  readonly save: (snapshot: Snapshot, store: StateStore) => void;
}
