// SPDX-License-Identifier: MIT
// A 64-bit powerpc CPU in hash mode, as a guest: translations come from a hash table that the hypervisor keeps, tagged
// by context (VSIDs); the hardware never looks at Linux' page tables. So hw[cpu].pgd stays at swapper_pg_dir.
// Source: Power ISA 2.07 book III-S §5.7 (hashed page table, tlbie); PAPR 14.5.4 (H_ENTER, H_REMOVE).
// Left out: segments and slbie, collisions in the hash table, protection bits.
import type { frame } from "./cpu.ts";
import { drop_leaf, hw, no_foreign_user_access, no_stale_user_access } from "./cpu.ts";

declare const config: { readonly ASIDS: number };

/** Contexts. The kernel's own is 0. */
export const asids = config.ASIDS;

interface hash_table {
  hpte: array<array<frame | null, "pages">, "asids">;
}
const htab = DEFINE_HARDWARE<hash_table>();

/** switch_slb(), but for its isync: this context's segments from now on. */
export function switch_slb(id: number): void {
  instruction();
  hw[smp_processor_id()].asid = id;
}

/** H_ENTER. */
export function h_enter(id: number, page: number, page_frame: frame): void {
  serialising_instruction();
  htab.hpte[id][page] = page_frame;
}

/** H_REMOVE: the hypervisor takes the entry out, and no CPU has it cached when it returns. */
export function h_remove(id: number, page: number): void {
  serialising_instruction();
  htab.hpte[id][page] = null;
  for (let cpu = 0; cpu < machine.cpus; cpu++) drop_leaf(cpu, id, page);
}

/** The hardware finds an entry of the loaded context. */
export function walk_htab(page: index<"pages">): void {
  const cpu = smp_processor_id();
  const entry = htab.hpte[hw[cpu].asid][page];
  when(entry !== null && hw[cpu].tlb[hw[cpu].asid][page] !== entry);
  hw[cpu].tlb[hw[cpu].asid][page] = entry;
}
export const htab_walker = WALKER(walk_htab);

/** A load by the user program of this context. Without an entry it faults. */
export function hash_user_load(id: number, page: number): void {
  instruction();
  const cpu = smp_processor_id();
  if (hw[cpu].asid !== id) raise(no_foreign_user_access);
  const entry = hw[cpu].tlb[hw[cpu].asid][page];
  if (entry !== null && !is_allocated(entry)) raise(no_stale_user_access);
}
