// SPDX-License-Identifier: MIT
import type { MemoryModel } from "./types.ts";

/**
 * x86: a FIFO store buffer per CPU, with forwarding; nothing else is ever reordered. LOCK-prefixed operations, MFENCE
 * and serialising instructions wait for the buffer. Linux lowers its primitives as arch/x86/include/asm/barrier.h does:
 * acquire and release are plain accesses, smp_rmb() and smp_wmb() only stop the compiler, atomic operations are LOCKed.
 */
export const x86_tso = {
  name: "x86_tso",
  kind: "store-buffer",
  title: "x86-TSO",
  source: "Sewell et al., x86-TSO: a rigorous and usable programmer's model, CACM 53(7), 2010",
  load: { plain: "forward", once: "forward", acquire: "forward", acquire_pc: "forward", walk: "either" },
  store: { plain: "buffer", once: "buffer", release: "buffer" },
  rmw: { full: "drain", acquire: "drain", release: "drain", relaxed: "drain" },
  fence: {
    mb: "drain",
    rmb: "none",
    wmb: "none",
    after_spinlock: "none",
    isb: "none",
    dsb_ishst: "drain",
    dsb_nshst: "drain",
    walks: "drain",
  },
  instruction: { serialising: "drain", other: "none" },
  depth: 4,
} as const satisfies MemoryModel;
