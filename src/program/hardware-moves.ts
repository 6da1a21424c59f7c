// SPDX-License-Identifier: MIT
// What hardware does by itself (page walks, publishing a buffered store) can be put off until it matters: until some
// context stands before a step that could tell the difference. src/reductions/put-off.ts decides which steps can.

import type { Step } from "./program.ts";

/** One step of a walker on one CPU. */
export interface Walk {
  readonly code: number;
  readonly cpu: number;
  readonly step: number;
  /** Whether it can violate an `always` property at once. */
  readonly visible: boolean;
}

/** What a context may do next at one of its steps. */
export interface Sees {
  /** Walks (indices) whose order with this step can matter. */
  readonly walks: readonly number[];
  /** Delayed cells whose memory it looks at, or changes at once. */
  readonly cells: readonly number[];
  /** It waits until the stores of its own CPU are published. */
  readonly waits: boolean;
}

export interface PutOff {
  readonly walks: readonly Walk[];
  /** Delayed cells that walks read. */
  readonly walked: readonly number[];
  /** By code, CPU and step. */
  readonly sees: (code: number, cpu: number, step: number) => Sees;
}

/**
 * A walk in two: `fill` caches something where nothing is cached, `replace` puts something else in its place. What is
 * cached only allows more (src/reductions/fills.ts): so whatever can be filled is filled at once.
 */
export interface Fill {
  readonly code: number;
  readonly step: number;
  readonly fill: Step;
  readonly replace: Step;
}
