// SPDX-License-Identifier: MIT
// Invalidations that hardware carries to other CPUs without an interrupt: arm64's TLBI …IS and DSB, x86's INVLPGB and
// TLBSYNC, powerpc's tlbie and ptesync, and hypercalls that flush.
// Sources: Arm ARM D8.17 (TLB maintenance, and what completes it); AMD APM vol. 2 §5.5 and vol. 3 (INVLPGB, TLBSYNC);
// Power ISA III §6.9.3 (tlbie, ptesync).
//
// An invalidation is outstanding from its issue on until an instruction of its own CPU completes it. In between, each
// target carries it out at some moment of its own, at the latest when it is completed: then whatever has not been is.
// So nobody waits, and a CPU that never completes cannot rely on anything. What a target caches behind that moment,
// also from memory that is still as it was, stays.
import { drop_all, drop_asid, drop_leaf, drop_leaves, drop_page } from "./cpu.ts";

/** What one CPU can have outstanding: one more is a limit, as waiting for room would complete what came before. */
export const outstanding = 2;

/** What goes: everything, what is cached under a tag, one page of a tag, or of either the leaf translations alone. */
export const EVERYTHING = 0;
export const ASID = 1;
export const PAGE = 2;
export const LEAF = 3;
export const LEAVES = 4;

interface invalidation {
  kind: int<0, 4>;
  asid: index<"asids">;
  page: index<"pages">;
  /** CPUs that have yet to carry it out. */
  pending: array<bool, "cpus">;
}

interface issuer {
  issued: upto<"outstanding">;
  invalidations: array<invalidation, "outstanding">;
}
const broadcasts = DEFINE_HARDWARE<array<issuer, "cpus">>();

// Parts of instructions.

/** Issues an invalidation for all CPUs, this one included. */
export function issue_broadcast(kind: number, asid: number, page: number): void {
  const cpu = smp_processor_id();
  const n = broadcasts[cpu].issued;
  issue(n, kind, asid, page);
  for (let target = 0; target < machine.cpus; target++) broadcasts[cpu].invalidations[n].pending[target] = true;
}

/** Issues an invalidation for this CPU alone: that, too, takes effect at some moment of its own. */
export function issue_local(kind: number, asid: number, page: number): void {
  const cpu = smp_processor_id();
  const n = broadcasts[cpu].issued;
  issue(n, kind, asid, page);
  broadcasts[cpu].invalidations[n].pending[cpu] = true;
}

function issue(n: number, kind: number, asid: number, page: number): void {
  const cpu = smp_processor_id();
  broadcasts[cpu].invalidations[n].kind = kind;
  broadcasts[cpu].invalidations[n].asid = asid;
  broadcasts[cpu].invalidations[n].page = page;
  broadcasts[cpu].issued = n + 1;
}

/** Completes all that this CPU has issued, on all CPUs. */
export function complete_broadcasts(): void {
  for (let n = 0; n < outstanding; n++) for (let target = 0; target < machine.cpus; target++) complete(target, n);
  retire();
}

/** Completes on this CPU what it has issued, if that was for no other. */
export function complete_local(): void {
  for (let n = 0; n < outstanding; n++) complete(smp_processor_id(), n);
  const cpu = smp_processor_id();
  if (every(outstanding, (n) => every(machine.cpus, (i) => !broadcasts[cpu].invalidations[n].pending[i]))) retire();
}

function complete(target: cpu_id, n: number): void {
  const cpu = smp_processor_id();
  if (broadcasts[cpu].invalidations[n].pending[target]) perform(target, cpu, n);
}

/** None is outstanding any more. */
function retire(): void {
  const cpu = smp_processor_id();
  for (let n = 0; n < outstanding; n++) {
    broadcasts[cpu].invalidations[n].kind = EVERYTHING;
    broadcasts[cpu].invalidations[n].asid = 0;
    broadcasts[cpu].invalidations[n].page = 0;
  }
  broadcasts[cpu].issued = 0;
}

function perform(target: cpu_id, from: cpu_id, n: number): void {
  const asid = broadcasts[from].invalidations[n].asid;
  const page = broadcasts[from].invalidations[n].page;
  broadcasts[from].invalidations[n].pending[target] = false;
  if (broadcasts[from].invalidations[n].kind === EVERYTHING) drop_all(target);
  else if (broadcasts[from].invalidations[n].kind === ASID) drop_asid(target, asid);
  else if (broadcasts[from].invalidations[n].kind === PAGE) drop_page(target, asid, page);
  else if (broadcasts[from].invalidations[n].kind === LEAF) drop_leaf(target, asid, page);
  else drop_leaves(target, asid);
}

/** The hardware of a CPU carries out what has been issued for it. */
export function carry_out(from: cpu_id, n: index<"outstanding">): void {
  const cpu = smp_processor_id();
  when(broadcasts[from].invalidations[n].pending[cpu]);
  perform(cpu, from, n);
}

export const invalidator = WALKER(carry_out);
