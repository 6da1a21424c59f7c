// SPDX-License-Identifier: MIT
// What x86 instructions do to the TLB: MOV to CR3, PCIDs, INVLPG.
// Source: Intel SDM vol. 3A §4.10 (caching of translations, PCIDs, INVLPG, MOV to CR3), §8.3 (serialising).
import type { pgd_t } from "./cpu.ts";
import { drop_asid, drop_page, hw } from "./cpu.ts";

declare const config: { readonly PCID: boolean; readonly TLB_NR_DYN_ASIDS: number; readonly KVM_GUEST: boolean };

/** Without PCID there is one tag for all. A host runs under a tag of its own. */
export const asids = (config.PCID ? config.TLB_NR_DYN_ASIDS : 1) + (config.KVM_GUEST ? 1 : 0);

/** MOV to CR3. Bit 63 of the operand (here: !flush) keeps the entries of the new PCID. */
export function write_cr3(pgd: pgd_t, pcid: number, flush: bool): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  hw[cpu].pgd = pgd;
  hw[cpu].asid = pcid;
  if (flush) drop_asid(cpu, pcid);
}

/** INVLPG: the page's entry, and every paging-structure entry of the current PCID. */
export function invlpg(page: number): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  drop_page(cpu, hw[cpu].asid, page);
}

/** CR3 written back, or INVPCID type 1: everything that the current PCID has cached. */
export function flush_current_pcid(): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  drop_asid(cpu, hw[cpu].asid);
}
