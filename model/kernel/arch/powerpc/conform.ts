// SPDX-License-Identifier: GPL-2.0-only
// What recordings of powerpc with a radix MMU begin beside kernel/conform.ts: the flushes, by the functions that have
// probes. Nobody looks at a TLB there; every invalidation that the design executes is compared with the recorded one.
import { tlbie_pid, tlbie_va, tlbiel_pid, tlbiel_va } from "../../../hw/mmu/powerpc.ts";
import type { mm_struct } from "../../mm_types.ts";
import { config } from "../../parts.ts";
import {
  __radix__flush_tlb_range_psize,
  _tlbie_pid,
  _tlbie_va,
  _tlbiel_pid,
  _tlbiel_va,
  radix__flush_all_mm,
  radix__flush_tlb_page,
  radix__flush_tlb_range,
  radix__tlb_flush,
} from "./mm/radix_operands.ts";
import { radix__flush_tlb_mm, tick_and_test_trim_clock } from "./mm/radix_tlb.ts";

export const tlbiel_pid_recorded = REPLACE(tlbiel_pid, _tlbiel_pid);
export const tlbie_pid_recorded = REPLACE(tlbie_pid, _tlbie_pid);
export const tlbiel_va_recorded = REPLACE(tlbiel_va, _tlbiel_va);
export const tlbie_va_recorded = REPLACE(tlbie_va, _tlbie_va);

const tlb_mm_cpumask_trim_timer = 1073;

/** mm_cpumask_trim_clock: where it stood when the recording began shows at its first turn, and then no more is open. */
interface trim_clock {
  ticks: upto<"refs">;
  known: bool;
}
const trim_clocks = DEFINE_PER_CPU_FRAME<trim_clock>();

/** Since 5.11: exactly every so many of a CPU's flushes that come here. */
function trim_clock_turns(): boolean {
  if (config.powerpc_reset_thread_local) return false;
  const clock = this_cpu_ptr(trim_clocks);
  clock.ticks = clock.ticks + 1;
  let turns = clock.ticks === tlb_mm_cpumask_trim_timer;
  if (!clock.known && any(2) === 1) turns = true;
  if (turns) {
    clock.ticks = 0;
    clock.known = true;
  }
  return turns;
}
export const trim_clock_recorded = REPLACE(tick_and_test_trim_clock, trim_clock_turns);

export function conform_flush_tlb_mm(mm: mm_struct): void {
  radix__flush_tlb_mm(mm);
}

export function conform_flush_all_mm(mm: mm_struct): void {
  radix__flush_all_mm(mm);
}

export function conform_flush_tlb_page(mm: mm_struct, addr: number): void {
  radix__flush_tlb_page(mm, addr);
}

export function conform_flush_tlb_range(mm: mm_struct, start: number, end: number): void {
  radix__flush_tlb_range(mm, start, end);
}

export function conform_flush_tlb_range_psize(mm: mm_struct, start: number, end: number, psize: number): void {
  __radix__flush_tlb_range_psize(mm, start, end, psize, false);
}

export function conform_tlb_flush(mm: mm_struct, start: number, end: number, bits: number, psize: number): void {
  radix__tlb_flush(mm, start, end, bits, psize);
}
