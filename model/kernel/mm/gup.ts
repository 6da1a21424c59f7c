// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 mm/gup.c: get_user_pages_fast(), which walks the page tables of the running task without a lock. That
// interrupts are off is all that keeps the tables: whoever frees one waits, in one way or another, until they are on.
// Left out: the reference that it takes to the page, and the second look at the entry behind that.
import { local_irq_restore, local_irq_save } from "../irqflags.ts";
import { get_current } from "../sched/sched.ts";

/** The walk found a table. */
export const table_walked = sometimes("get_user_pages_fast() finds a page table");

/** Whether the page is mapped. */
export function gup_fast(page: number): boolean {
  const flags = local_irq_save();
  const mapped = gup_pgd_range(page);
  local_irq_restore(flags);
  return mapped;
}

export function gup_pgd_range(page: number): boolean {
  const table = READ_ONCE(get_current().mm!.pgd.entry);
  if (table === null) return false;
  reached(table_walked);
  return READ_ONCE(table.pte[page]) !== null;
}
