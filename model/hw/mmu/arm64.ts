// SPDX-License-Identifier: MIT
// What arm64 instructions do to the TLB: TTBR0_EL1 with its ASID, TLBI, DSB.
// Source: Arm ARM D8.16 (ASIDs), D8.17 (TLB maintenance instructions, their ordering and completion), B2.3 (DSB, ISB).
//
// All CPUs are in one inner shareable domain. ISB, DSB ISHST and DSB NSHST are primitives: they only order. Left out:
// TTBR1 and the two ASIDs of KPTI, VMIDs, translations that an instruction in front of an ISB has looked up already,
// and that DSB NSH and the ISB behind a write of TTBR0 order loads.
import {
  ASID,
  complete_broadcasts,
  complete_local,
  EVERYTHING,
  issue_broadcast,
  issue_local,
  LEAF,
  PAGE,
} from "./broadcast.ts";
import type { pgd_t } from "./cpu.ts";
import { hw, swapper_pg_dir } from "./cpu.ts";

declare const config: { readonly ASIDS: number };

export const asids = config.ASIDS;

/** MSR TTBR0_EL1, and the ISB without which it need not have an effect. What has been cached stays. */
export function write_ttbr0(pgd: pgd_t, asid: number): void {
  instruction();
  const cpu = smp_processor_id();
  hw[cpu].pgd = pgd;
  hw[cpu].asid = asid;
}

/** MSR TTBR0_EL1 with reserved_pg_dir, which maps nothing, and ISB. The ASID is TTBR1's (TCR.A1), and stays. */
export function write_reserved_ttbr0(): void {
  instruction();
  hw[smp_processor_id()].pgd = swapper_pg_dir;
}

/** DSB ISH: earlier accesses are complete, and so are all invalidations that this CPU has issued. */
export function dsb_ish(): void {
  serialising_instruction();
  complete_broadcasts();
}

/** DSB NSH: earlier stores are complete as far as this CPU goes, and so are its invalidations for itself. */
export function dsb_nsh(): void {
  dsb_nshst();
  finish_local();
}

function finish_local(): void {
  instruction();
  complete_local();
}

/** TLBI VMALLE1IS: everything, on all CPUs. */
export function tlbi_vmalle1is(): void {
  instruction();
  issue_broadcast(EVERYTHING, 0, 0);
}

/** TLBI ASIDE1IS: all of an ASID, on all CPUs. */
export function tlbi_aside1is(asid: number): void {
  instruction();
  issue_broadcast(ASID, asid, 0);
}

/** TLBI VAE1IS: one page of an ASID, and the tables that it was found by, on all CPUs. */
export function tlbi_vae1is(asid: number, page: number): void {
  instruction();
  issue_broadcast(PAGE, asid, page);
}

/** TLBI VALE1IS: one page of an ASID, the last level only, on all CPUs. */
export function tlbi_vale1is(asid: number, page: number): void {
  instruction();
  issue_broadcast(LEAF, asid, page);
}

/** TLBI VMALLE1: everything, on this CPU. */
export function tlbi_vmalle1(): void {
  instruction();
  issue_local(EVERYTHING, 0, 0);
}

/** TLBI ASIDE1: all of an ASID, on this CPU. */
export function tlbi_aside1(asid: number): void {
  instruction();
  issue_local(ASID, asid, 0);
}

/** TLBI VAE1: one page of an ASID, and the tables that it was found by, on this CPU. */
export function tlbi_vae1(asid: number, page: number): void {
  instruction();
  issue_local(PAGE, asid, page);
}

/** TLBI VALE1: one page of an ASID, the last level only, on this CPU. */
export function tlbi_vale1(asid: number, page: number): void {
  instruction();
  issue_local(LEAF, asid, page);
}
