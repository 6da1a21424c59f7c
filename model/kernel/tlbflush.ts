// SPDX-License-Identifier: GPL-2.0-only
// asm/tlbflush.h, what all architectures have of it.

/** ~0UL: the end of a range that is the whole address space. Addresses are below it. */
export const TLB_FLUSH_ALL = -1;
