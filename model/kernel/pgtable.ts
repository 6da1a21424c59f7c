// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/pgtable.h: what architectures do to a page-table entry in one way or another.
import type { frame, page_table } from "../hw/mmu/cpu.ts";

/** Atomic, as the hardware sets accessed and dirty bits; a LOCKed exchange on x86, .aqrl on riscv. */
export function ptep_get_and_clear(table: page_table, page: number): frame | null {
  return xchg(table.pte[page], null);
}

/** The same where atomic operations need not order anything else: arm64. */
export function ptep_get_and_clear_relaxed(table: page_table, page: number): frame | null {
  return xchg_relaxed(table.pte[page], null);
}
