// SPDX-License-Identifier: MIT
// What RISC-V instructions do to the TLB of a hart without ASIDs: satp, SFENCE.VMA.
// Source: RISC-V privileged architecture §4.2.1 (SFENCE.VMA orders the walks behind it after the stores in front of it,
// and no other accesses), §4.1.11 (writing satp orders nothing).
import type { pgd_t } from "./cpu.ts";
import { drop_asid, hw } from "./cpu.ts";

/** One tag for all. */
export const asids = 1;

/** CSRW satp. What has been cached stays. */
export function write_satp(pgd: pgd_t): void {
  instruction();
  hw[smp_processor_id()].pgd = pgd;
}

/** SFENCE.VMA x0, x0: everything, on this hart. */
export function sfence_vma(): void {
  instruction();
  drop_asid(smp_processor_id(), 0);
}
