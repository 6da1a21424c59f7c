// SPDX-License-Identifier: MIT
// What x86 instructions do to the TLB: MOV to CR3, PCIDs, LAM, INVLPG.
// Source: Intel SDM vol. 3A §4.4 (LAM), §4.10 (caching of translations, PCIDs, INVLPG, MOV to CR3), §8.3 (serialising).
import type { pgd_t } from "./cpu.ts";
import { drop_asid, drop_page, hw, no_foreign_user_access } from "./cpu.ts";
import { serialise_core } from "./pipeline.ts";

declare const config: {
  readonly PCID: boolean;
  readonly TLB_NR_DYN_ASIDS: number;
  readonly INVLPGB: boolean;
  readonly ASIDS: number;
  readonly KVM_GUEST: boolean;
  readonly PCID64: boolean;
};

/** Without PCID there is one tag for all; with INVLPGB more are used than each CPU has slots for. */
const own_asids = config.PCID ? (config.INVLPGB ? config.ASIDS : config.TLB_NR_DYN_ASIDS) : 1;
/** A host runs under a tag of its own. PCIDs of 64 bits are ctx_ids: as many as the machine ever gives out. */
export const asids = config.PCID64 ? machine.ctx_ids + 1 : own_asids + (config.KVM_GUEST ? 1 : 0);

/** MOV to CR3. Bit 63 of the operand (here: !flush) keeps the entries of the new PCID. */
export function write_cr3(pgd: pgd_t, pcid: number, flush: bool): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  load_pgd(cpu, pgd, pcid);
  if (flush) drop_asid(cpu, pcid);
  serialise_core(cpu);
}

function load_pgd(cpu: cpu_id, pgd: pgd_t, pcid: number): void {
  hw[cpu].pgd = pgd;
  hw[cpu].asid = pcid;
}

interface cr3_bits {
  /** LAM_U57: the processor ignores the upper bits of user addresses, where a program may keep a tag. */
  lam: bool;
}
/** What else is in CR3, on processors with linear-address masking. */
export const cr3 = DEFINE_HARDWARE<array<cr3_bits, "cpus">>();

interface cr3_value {
  pgd: pgd_t;
  pcid: number;
}

/** MOV from CR3. */
export function __read_cr3(): cr3_value {
  instruction();
  const cpu = smp_processor_id();
  return { pgd: hw[cpu].pgd, pcid: hw[cpu].asid };
}

/** MOV to CR3 where LAM is in use. */
export function write_cr3_lam(pgd: pgd_t, pcid: number, lam: bool, flush: bool): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  load_pgd(cpu, pgd, pcid);
  cr3[cpu].lam = lam;
  if (flush) drop_asid(cpu, pcid);
  serialise_core(cpu);
}

/** A user program that was told that it may use tags does so, and gets #GP. */
export const no_fault_on_tagged_address = never("no user access by a tagged address without LAM");

/** A load by the user program whose page tables are at `pgd`, through a pointer with a tag. */
export function user_load_tagged(pgd: pgd_t): void {
  instruction();
  const cpu = smp_processor_id();
  if (hw[cpu].pgd !== pgd) raise(no_foreign_user_access);
  if (!cr3[cpu].lam) raise(no_fault_on_tagged_address);
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
