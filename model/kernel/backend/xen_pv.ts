// SPDX-License-Identifier: GPL-2.0-only
// Flushes by a hypercall of Xen, in a guest that is paravirtualised throughout: the file replaces what it must.
export { xen_flush_tlb_others as flush_tlb_multi } from "../arch/x86/xen/mmu_pv.ts";
