// SPDX-License-Identifier: MIT
import type { MemoryModel } from "./types.ts";

/**
 * Armv8: multi-copy atomic, ordered by dependencies, barriers and acquire/release. Linux lowers its primitives as
 * arch/arm64/include/asm/barrier.h, atomic_lse.h and spinlock.h do: smp_mb() is DMB ISH, smp_rmb() DMB ISHLD,
 * smp_wmb() DMB ISHST, smp_load_acquire() LDAR, smp_store_release() STLR, smp_mb__after_spinlock() DMB ISH; atomic
 * operations are LSE, which carry the order in the instruction (CASAL, LDADDAL: acquire and release). Taking and
 * leaving an exception synchronises the context, as ISB does. A serialising instruction of x86 stands for DSB and ISB.
 * docs/memory-models.md has what is covered and what is not.
 */
export const armv8 = {
  name: "armv8",
  kind: "views",
  title: "Armv8, without load buffering",
  source: "Arm ARM B2.3; Pulte et al., Promising-ARM/RISC-V: a simpler and faster operational model, PLDI 2019",
  load: { plain: "plain", once: "plain", acquire: "acquire", acquire_pc: "acquire_pc", walk: "walk" },
  store: { plain: "plain", once: "plain", release: "release" },
  rmw: { full: "acquire_release", acquire: "acquire", release: "release", relaxed: "plain" },
  fence: {
    mb: "full",
    rmb: "loads",
    wmb: "stores",
    after_spinlock: "full",
    isb: "isb",
    dsb_ishst: "complete_stores",
    dsb_nshst: "complete_own_stores",
    walks: "own_walks",
  },
  instruction: { serialising: "complete", other: "none" },
  exception: "isb",
  depth: 8,
} as const satisfies MemoryModel;
