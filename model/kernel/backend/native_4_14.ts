// SPDX-License-Identifier: GPL-2.0-only
// Flushes by inter-processor interrupts to all of the mask, lazy or not.
export { native_flush_tlb_others as flush_tlb_multi } from "../arch/x86/mm/tlb_4_14.ts";
