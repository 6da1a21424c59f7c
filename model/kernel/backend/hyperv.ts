// SPDX-License-Identifier: GPL-2.0-only
// Flushes of a guest of Hyper-V, by hypercall.
export { hyperv_flush_tlb_multi as flush_tlb_multi } from "../arch/x86/hyperv/mmu.ts";
