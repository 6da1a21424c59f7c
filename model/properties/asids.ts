// SPDX-License-Identifier: MIT
// That an ASID means one mm, judged by what a user program reads: never another's memory.
import type { frame, pgd_t } from "../hw/mmu/cpu.ts";
import { hw, user_load } from "../hw/mmu/cpu.ts";

export const no_foreign_translation = never("no user access through another mm's translation");

/** user_load() by a program that knows which page it has there (null: none). */
export function user_load_own(pgd: pgd_t, page: number, own: frame | null): void {
  user_load(pgd, page);
  look_up(page, own);
}

function look_up(page: number, own: frame | null): void {
  instruction();
  const cpu = smp_processor_id();
  const entry = hw[cpu].tlb[hw[cpu].asid][page];
  if (entry !== null && entry !== own) raise(no_foreign_translation);
}
