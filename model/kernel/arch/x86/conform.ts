// SPDX-License-Identifier: GPL-2.0-only
// Of model/kernel/conform.ts, what only x86 has: calls that a recording begins.

import { TLB_FLUSH_ALL } from "../../tlbflush.ts";
import { flush_tlb_all, flush_tlb_kernel_range } from "./mm/tlb_kernel.ts";
import { arch_tlbbatch_flush, tlb_ubc } from "./mm/tlbbatch.ts";

export function conform_flush_all(): void {
  flush_tlb_all();
}

/** Only how much it is matters: kernel addresses are beyond what a request of the model can hold. */
export function conform_flush_kernel_range(start: number, end: number): void {
  flush_tlb_kernel_range(0, end === TLB_FLUSH_ALL ? TLB_FLUSH_ALL : end - start);
}

/** What reclaim has unmapped, and whose, no probe shows; the batch's mask does. */
export function conform_batch_flush(mask: cpumask_copy_t): void {
  for (const cpu of for_each_cpu(mask)) cpumask_set_cpu(cpu, this_cpu_ptr(tlb_ubc).cpumask);
  arch_tlbbatch_flush();
}
