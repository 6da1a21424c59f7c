// SPDX-License-Identifier: MIT
import type { MemoryModel } from "./types.ts";

/** Sequential consistency: every access takes effect at once. */
export const sc = {
  name: "sc",
  kind: "store-buffer",
  title: "sequential consistency",
  source: "Lamport, How to make a multiprocessor computer that correctly executes multiprocess programs, 1979",
  load: { plain: "memory", once: "memory", acquire: "memory", acquire_pc: "memory", walk: "memory" },
  store: { plain: "memory", once: "memory", release: "memory" },
  rmw: { full: "none", acquire: "none", release: "none", relaxed: "none" },
  fence: {
    mb: "none",
    rmb: "none",
    wmb: "none",
    after_spinlock: "none",
    isb: "none",
    dsb_ishst: "none",
    dsb_nshst: "none",
    walks: "none",
  },
  instruction: { serialising: "none", other: "none" },
  depth: 0,
} as const satisfies MemoryModel;
