// SPDX-License-Identifier: MIT
import type { Access } from "./program.ts";

/** What a reduction must know of a memory model: which accesses behave as under sequential consistency. */
export interface Ordering {
  /** The access never waits, and has one successor. */
  readonly isSimple: (access: Access) => boolean;
  /** Cells whose stores wait in a buffer of the CPU, where only that CPU sees them; they never wait to get there. */
  readonly delayed: ReadonlySet<number>;
  /** It also takes effect at once: as far as nobody else looks at the cell, it is an access to plain memory. */
  readonly isImmediate: (access: Access) => boolean;
}
