// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/powerpc/mm/book3s64/radix_tlb.c, what radix_tlb.ts leaves out because no verdict depends on it, and
// recordings show it: each tlbie and tlbiel with its operands, and how a range is flushed. Whether a flush may stay on
// its CPU is asked of radix_tlb.ts. Left out here: what tells the nest MMU, hypercalls in place of tlbie.
import { RIC_FLUSH_ALL, RIC_FLUSH_TLB } from "../../../../hw/mmu/powerpc.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import {
  __flush_all_mm,
  FLUSH_TYPE_GLOBAL,
  FLUSH_TYPE_LOCAL,
  FLUSH_TYPE_NONE,
  flush_type_needed,
  radix__flush_tlb_mm,
  radix__flush_tlb_page_psize,
  tlb_flush,
} from "./radix_tlb.ts";

/** The tracepoint: one instruction. Of rs only the PID. */
declare function trace_tlbie(local: boolean, rb: number, pid: number, ric: number): void;

const RIC_FLUSH_PWC = 1;
/** RB: IS, here "all of a PID", the congruence class, and the actual page size. */
const RB_IS_PID = 1 << 10;
const RB_SET_SHIFT = 12;
const RB_AP_SHIFT = 5;
const PMD_SHIFT = 21;
const PUD_SHIFT = 30;

/** Pages from which on a PID is flushed as a whole. */
const tlb_single_page_flush_ceiling = 33;
const tlb_local_single_page_flush_ceiling = 256;

/** Page sizes as Linux numbers them; what is none of these is 1 GB. */
const MMU_PAGE_4K = 0;
const MMU_PAGE_64K = 2;
const MMU_PAGE_2M = 7;

function psize_shift(psize: number): number {
  if (psize === MMU_PAGE_4K) return 12;
  if (psize === MMU_PAGE_64K) return 16;
  return psize === MMU_PAGE_2M ? PMD_SHIFT : PUD_SHIFT;
}

/** As the hardware numbers them. */
function mmu_get_ap(psize: number): number {
  if (psize === MMU_PAGE_4K) return 0;
  if (psize === MMU_PAGE_64K) return 5;
  return psize === MMU_PAGE_2M ? 1 : 2;
}

/** mmu_virtual_psize: of the kernel's pages. */
function mmu_virtual_psize(): number {
  return machine.PAGE_SHIFT === 12 ? MMU_PAGE_4K : MMU_PAGE_64K;
}

// ---- instructions ------------------------------------------------------------------------------------------------

function __tlbiel_pid(pid: number, set: number, ric: number): void {
  trace_tlbie(true, RB_IS_PID + (set << RB_SET_SHIFT), pid, ric);
}

function __tlbie_pid(pid: number, ric: number): void {
  trace_tlbie(false, RB_IS_PID, pid, ric);
}

function rb_of(addr: number, psize: number): number {
  return ((addr >> 12) << 12) + (mmu_get_ap(psize) << RB_AP_SHIFT);
}

function __tlbiel_va(addr: number, pid: number, psize: number): void {
  trace_tlbie(true, rb_of(addr, psize), pid, RIC_FLUSH_TLB);
}

function __tlbie_va(addr: number, pid: number, psize: number): void {
  trace_tlbie(false, rb_of(addr, psize), pid, RIC_FLUSH_TLB);
}

/** One congruence class after the other; the first takes what else is cached along. POWER10 has but one. */
export function _tlbiel_pid(pid: number, ric: number): void {
  __tlbiel_pid(pid, 0, ric);
  for (let set = 1; set < machine.tlb_sets; set++) __tlbiel_pid(pid, set, RIC_FLUSH_TLB);
}

export function _tlbie_pid(pid: number, ric: number): void {
  __tlbie_pid(pid, ric);
  fixup_tlbie_pid(pid);
}

/** The last address there is: probably not in use. */
function fixup_tlbie_pid(pid: number): void {
  if (machine.p9_tlbie_erat_bug) __tlbie_pid(0, RIC_FLUSH_TLB);
  if (machine.p9_tlbie_stq_bug) __tlbie_va((1 << 52) - 1, pid, MMU_PAGE_64K);
}

function fixup_tlbie_va(addr: number, pid: number, psize: number): void {
  if (machine.p9_tlbie_erat_bug) __tlbie_va(addr, 0, psize);
  if (machine.p9_tlbie_stq_bug) __tlbie_va(addr, pid, psize);
}

function fixup_tlbie_va_range(addr: number, pid: number, psize: number): void {
  if (machine.p9_tlbie_erat_bug) __tlbie_pid(0, RIC_FLUSH_TLB);
  if (machine.p9_tlbie_stq_bug) __tlbie_va(addr, pid, psize);
}

/** One page, whose number radix_tlb.ts has: mmu_virtual_psize. */
export function _tlbiel_va(pid: number, page: number): void {
  __tlbiel_va(page << machine.PAGE_SHIFT, pid, mmu_virtual_psize());
}

export function _tlbie_va(pid: number, page: number): void {
  const addr = page << machine.PAGE_SHIFT;
  __tlbie_va(addr, pid, mmu_virtual_psize());
  fixup_tlbie_va(addr, pid, mmu_virtual_psize());
}

function __tlbiel_va_range(start: number, end: number, pid: number, psize: number): void {
  for (let addr = start; addr < end; addr += 1 << psize_shift(psize)) __tlbiel_va(addr, pid, psize);
}

function __tlbie_va_range(start: number, end: number, pid: number, psize: number): void {
  for (let addr = start; addr < end; addr += 1 << psize_shift(psize)) __tlbie_va(addr, pid, psize);
  fixup_tlbie_va_range(end - (1 << psize_shift(psize)), pid, psize);
}

// ---- flushes -----------------------------------------------------------------------------------------------------

export function radix__flush_all_mm(mm: mm_struct): void {
  __flush_all_mm(mm, false);
}

export function radix__flush_tlb_page(mm: mm_struct, addr: number): void {
  radix__flush_tlb_page_psize(mm, addr);
}

function too_many(type: number, start: number, end: number, psize: number): boolean {
  const nr_pages = (end - start) >> psize_shift(psize);
  return nr_pages > (type === FLUSH_TYPE_GLOBAL ? tlb_single_page_flush_ceiling : tlb_local_single_page_flush_ceiling);
}

/** Of a vma: there may be huge pages in it, and mremap() counts on the flush of the tables' cache. */
export function radix__flush_tlb_range(mm: mm_struct, start: number, end: number): void {
  preempt_disable();
  // Pairs with: switch_mm_irqs_off().
  smp_mb();
  const type = flush_type_needed(mm, false);
  if (type !== FLUSH_TYPE_NONE) flush_range_of(mm, type, start, end);
  preempt_enable();
}

function flush_range_of(mm: mm_struct, type: number, start: number, end: number): void {
  const pid = READ_ONCE(mm.context.id);
  const psize = mmu_virtual_psize();
  if (too_many(type, start, end, psize)) {
    flush_whole_pid(type, pid, RIC_FLUSH_ALL);
    return;
  }
  const also_pwc = end - start >= 1 << PMD_SHIFT;
  const hstart = ((start + (1 << PMD_SHIFT) - 1) >> PMD_SHIFT) << PMD_SHIFT;
  const hend = (end >> PMD_SHIFT) << PMD_SHIFT;
  flush_pages(type, pid, start, end, psize, also_pwc);
  if (hstart < hend) flush_pages(type, pid, hstart, hend, MMU_PAGE_2M, false);
}

/** What an mmu_gather has cleared: pages of one size. */
export function __radix__flush_tlb_range_psize(
  mm: mm_struct,
  start: number,
  end: number,
  psize: number,
  also_pwc: boolean,
): void {
  preempt_disable();
  // Pairs with: switch_mm_irqs_off().
  smp_mb();
  const type = flush_type_needed(mm, false);
  const pid = READ_ONCE(mm.context.id);
  if (type !== FLUSH_TYPE_NONE) {
    if (too_many(type, start, end, psize)) flush_whole_pid(type, pid, also_pwc ? RIC_FLUSH_ALL : RIC_FLUSH_TLB);
    else flush_pages(type, pid, start, end, psize, also_pwc);
  }
  preempt_enable();
}

function flush_whole_pid(type: number, pid: number, ric: number): void {
  if (type === FLUSH_TYPE_LOCAL) _tlbiel_pid(pid, ric);
  else _tlbie_pid(pid, ric);
}

function flush_pages(type: number, pid: number, start: number, end: number, psize: number, also_pwc: boolean): void {
  if (type === FLUSH_TYPE_LOCAL) {
    if (also_pwc) __tlbiel_pid(pid, 0, RIC_FLUSH_PWC);
    __tlbiel_va_range(start, end, pid, psize);
  } else {
    if (also_pwc) __tlbie_pid(pid, RIC_FLUSH_PWC);
    __tlbie_va_range(start, end, pid, psize);
  }
}

/** mmu_gather's bits: the address space goes; tables are freed. */
const FULLMM = 1;
const FREED_TABLES = 4;

/** `psize`: of the pages that were gathered; -1 if they are of a size that nobody knows. */
export function radix__tlb_flush(mm: mm_struct, start: number, end: number, bits: number, psize: number): void {
  const freed_tables = (bits & FREED_TABLES) !== 0;
  if ((bits & FULLMM) !== 0) tlb_flush(mm, true, freed_tables);
  else if (psize >= 0) __radix__flush_tlb_range_psize(mm, start, end, psize, freed_tables);
  else if (freed_tables) radix__flush_all_mm(mm);
  else radix__flush_tlb_mm(mm);
}
