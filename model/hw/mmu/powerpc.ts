// SPDX-License-Identifier: MIT
// What the instructions of a 64-bit powerpc CPU in radix mode do to the TLB: PIDR, the process table, tlbie and tlbiel.
// Source: Power ISA 3.0B book III §6.7 (process table, PIDR), §6.9.3 (tlbie, tlbiel, RIC), §6.9.2 (ptesync).
//
// PIDR names no table but an entry of the process table, which the hardware reads and remembers: hw[cpu].pgd is what
// it remembers. A CPU whose PIDR is stale reaches nothing once that entry is cleared and forgotten, and another
// process's tables once its number is given out again. There is no memory model of POWER here: where data alone is
// ordered armv8 stands in, else sc is all. Left out: LPIDs and partition-scoped tables, the quadrants of the kernel,
// page sizes.
import { ASID, complete_broadcasts, issue_broadcast, LEAF, LEAVES } from "./broadcast.ts";
import type { page_table, pgd_t } from "./cpu.ts";
import { drop_asid, drop_leaf, drop_leaves, hw, swapper_pg_dir } from "./cpu.ts";

declare const config: { readonly ASIDS: number };

/** PIDs. The kernel's own is 0. */
export const asids = config.ASIDS;

/** RIC: translations alone; those, the paging-structure cache, and what is remembered of the process table. */
export const RIC_FLUSH_TLB = 0;
export const RIC_FLUSH_ALL = 2;

interface process_table {
  prtb0: array<pgd_t | null, "asids">;
}
const process_tb = DEFINE_HARDWARE<process_table>();

interface outstanding_tlbie {
  /** The PID whose process-table entry is forgotten, and whose tables the nest MMU drops, by ptesync; 0: none. */
  forgets: index<"asids">;
}
const tlbies = DEFINE_HARDWARE<array<outstanding_tlbie, "cpus">>();

/** The nest MMU, which translates for coprocessors: it walks as CPUs do, and hears tlbie but not tlbiel. */
interface nest_mmu {
  pid: index<"asids">;
  pgd: pgd_t | null;
  psc: page_table | null;
}
export const nest = DEFINE_HARDWARE<nest_mmu>();

/** An entry of the process table is written, or cleared. */
export function set_process_table_entry(pid: number, pgd: pgd_t | null): void {
  instruction();
  process_tb.prtb0[pid] = pgd;
}

/** mtspr PIDR. The isync behind it is a primitive, which only orders: isb(). */
export function mtspr_pid(pid: number): void {
  instruction();
  const cpu = smp_processor_id();
  hw[cpu].asid = pid;
  forget_process_table_entry(cpu);
}

/** What is read in its place; nothing can be reached through a cleared one. */
function forget_process_table_entry(cpu: cpu_id): void {
  const pgd = process_tb.prtb0[hw[cpu].asid];
  hw[cpu].pgd = pgd !== null ? pgd : swapper_pg_dir;
}

/** The hardware reads the process table again. */
export function walk_process_table(): void {
  const cpu = smp_processor_id();
  const pgd = process_tb.prtb0[hw[cpu].asid];
  when(pgd !== null && hw[cpu].pgd !== pgd);
  hw[cpu].pgd = pgd;
}
export const process_table_walker = WALKER(walk_process_table);

/** ptesync, tlbiel by PID, ptesync: on this CPU alone. */
export function tlbiel_pid(pid: number, ric: number): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  if (ric === RIC_FLUSH_TLB) drop_leaves(cpu, pid);
  else drop_asid(cpu, pid);
  if (ric === RIC_FLUSH_ALL && hw[cpu].asid === pid) forget_process_table_entry(cpu);
}

/** The same for one page: its translation. */
export function tlbiel_va(pid: number, page: number): void {
  serialising_instruction();
  drop_leaf(smp_processor_id(), pid, page);
}

/** tlbie by PID, behind a ptesync: on all CPUs, once eieio, tlbsync and ptesync have completed it. */
export function tlbie_pid(pid: number, ric: number): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  if (ric === RIC_FLUSH_TLB) issue_broadcast(LEAVES, pid, 0);
  else issue_broadcast(ASID, pid, 0);
  if (ric === RIC_FLUSH_ALL) tlbies[cpu].forgets = pid;
}

/** The same for one page: its translation. */
export function tlbie_va(pid: number, page: number): void {
  serialising_instruction();
  issue_broadcast(LEAF, pid, page);
}

/** eieio, tlbsync, ptesync: what this CPU has broadcast is complete. */
export function ptesync(): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  complete_broadcasts();
  const pid = tlbies[cpu].forgets;
  for (let other = 0; other < machine.cpus; other++) {
    if (pid !== 0 && hw[other].asid === pid) forget_process_table_entry(other);
  }
  if (pid !== 0 && nest.pid === pid) {
    nest.pgd = process_tb.prtb0[pid];
    nest.psc = null;
  }
  tlbies[cpu].forgets = 0;
}

/** A coprocessor translates by this PID from now on. */
export function nest_attach(pid: number): void {
  instruction();
  nest.pid = pid;
  nest.pgd = process_tb.prtb0[pid];
}

/** A coprocessor's access makes the nest MMU walk. */
export function nest_walk(): void {
  const pgd = nest.pgd;
  when(pgd !== null);
  const table = walker_read(pgd.entry);
  when(table !== null && nest.psc !== table);
  nest.psc = table;
}
export const nest_walker = WALKER(nest_walk);

/** The nest MMU, too, walks on from what it has cached. */
export const no_nest_walk_of_freed_table = always(
  "no walk of a freed page table by the nest MMU",
  () => (nest.pgd === null || is_allocated(nest.pgd)) && (nest.psc === null || is_allocated(nest.psc)),
);
