// SPDX-License-Identifier: MIT
// Hypercalls that flush other vCPUs. Source: Hyper-V top-level functional specification 6.0b §11.7.1
// (HvCallFlushVirtualAddressSpace, HvCallFlushVirtualAddressList).
import type { pgd_t } from "./cpu.ts";
import { drop_asid, drop_page, hw } from "./cpu.ts";
import { asids } from "./x86.ts";

/**
 * HvCallFlushVirtualAddressSpace, or …List for one page: of the vCPUs in the mask, what they have cached of this
 * address space; null: of all of them. Complete when it returns, whether they run or not; they execute nothing.
 */
export function hv_flush(cpus: cpumask_copy_t, pgd: pgd_t | null, page: number): void {
  serialising_instruction();
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    if (!cpumask_contains(cpu, cpus)) continue;
    for (let asid = 0; asid < asids; asid++) {
      const matches = pgd === null || (hw[cpu].pgd === pgd && hw[cpu].asid === asid);
      if (matches && page < 0) drop_asid(cpu, asid);
      else if (matches) drop_page(cpu, asid, page);
    }
  }
}
