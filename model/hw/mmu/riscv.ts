// SPDX-License-Identifier: MIT
// What RISC-V instructions do to the TLB: satp, SFENCE.VMA, and the remote fences of the firmware.
// Source: RISC-V privileged architecture, §10.1.11 (satp), §10.2.1 (SFENCE.VMA); SBI specification, RFENCE extension.
//
// A write of satp flushes nothing and orders nothing. SFENCE.VMA puts the stores that its hart can see in front of that
// hart's later walks; with an address it drops leaf entries alone. The firmware, behind a barrier, interrupts another
// hart in machine mode, whether the kernel there has interrupts on or not, and returns when all have been done.
//
// There is no model of RVWMO here. Armv8 stands in for it, and a call of the firmware is a DSB ISHST: harts that nobody
// asked about see earlier stores, too, which is more than it promises.
import type { pgd_t } from "./cpu.ts";
import { drop_all, drop_asid, drop_leaf, hw } from "./cpu.ts";

declare const config: { readonly ASIDS: number };

export const asids = config.ASIDS;

/** CSRW satp. What has been cached stays. */
export function write_satp(pgd: pgd_t, asid: number): void {
  instruction();
  const cpu = smp_processor_id();
  hw[cpu].pgd = pgd;
  hw[cpu].asid = asid;
}

/** SFENCE.VMA x0, x0: everything. On this hart, or by the firmware on another one. */
export function sfence_vma(hart: cpu_id): void {
  order_walks_of(hart);
  forget_all(hart);
}

/** SFENCE.VMA x0, asid. */
export function sfence_vma_asid(hart: cpu_id, asid: number): void {
  order_walks_of(hart);
  forget_asid(hart, asid);
}

/** SFENCE.VMA address, asid. */
export function sfence_vma_page(hart: cpu_id, asid: number, page: number): void {
  order_walks_of(hart);
  forget_page(hart, asid, page);
}

function order_walks_of(hart: cpu_id): void {
  if (hart === smp_processor_id()) order_walks();
  else dsb_ishst();
}

function forget_all(hart: cpu_id): void {
  instruction();
  drop_all(hart);
}

function forget_asid(hart: cpu_id, asid: number): void {
  instruction();
  drop_asid(hart, asid);
}

function forget_page(hart: cpu_id, asid: number, page: number): void {
  instruction();
  drop_leaf(hart, asid, page);
}
