// SPDX-License-Identifier: GPL-2.0-only
// Flushes by inter-processor interrupts: the request runs code on its target.
export { native_flush_tlb_multi as flush_tlb_multi } from "../arch/x86/mm/tlb.ts";
