// SPDX-License-Identifier: GPL-2.0-only
// The ASID allocator that arm, arm64 and riscv each have a copy of: Linux 6.1 arch/arm64/mm/context.c, Linux 6.9
// arch/riscv/mm/context.c. An mm keeps its ASID for a generation. When there is none left, a new generation begins: who
// runs keeps its ASID ("reserved"), all others get one when they run next, and every CPU flushes its TLB before it
// takes one of the new generation.
//
// A context id is generation | ASID; 0 has no generation.
// Left out: KPTI's pairs of ASIDs, erratum 1003's reserved one, CPUs with different asid_bits.
import type { mm_struct } from "../mm_types.ts";
import { config } from "../parts.ts";

interface asid_globals {
  cpu_asid_lock: spinlock_t;
  /** Its lower bits are 0. Written under cpu_asid_lock. */
  asid_generation: upto<"context_ids">;
}
export const asid_globals = DEFINE_SHARED<asid_globals>();

/** What is touched under cpu_asid_lock only, and therefore cannot be told from what is on the stack of who holds it. */
interface asid_info {
  /** The ASIDs of this generation that are taken, and those that devices use. */
  asid_map: array<bool, "ASIDS">;
  pinned_asid_map: array<bool, "ASIDS">;
  nr_pinned_asids: upto<"ASIDS">;
  /** Where the search for a free one begins. */
  cur_asid_idx: index<"ASIDS">;
  /** What each CPU ran with at the last rollover. */
  reserved_asids: array<upto<"context_ids">, "cpus">;
  tlb_flush_pending: array<bool, "cpus">;
}
export const asid_info = DEFINE_FRAME<asid_info>();

interface asid_cpu {
  /** What this CPU runs with; 0 once a rollover has seen it. Atomic: others take it away at any time. */
  active_asids: upto<"context_ids">;
}
export const asid_cpu = DEFINE_PER_CPU<asid_cpu>();

/** mm.context.active_cpu. */
export const ACTIVE_CPU_NONE = -1;

/** A switch took no lock. */
export const fast_path = sometimes("a switch takes the fast path");
/** A CPU without an active ASID had to ask. */
export const slow_path = sometimes("a switch takes the slow path");
/** There was no free ASID. */
export const rollover = sometimes("the ASIDs roll over");
/** Who ran during a rollover goes on with its ASID. */
export const reserved_kept = sometimes("a rollover leaves a running process its ASID");
/** A rollover came again before a CPU had switched. */
export const reserved_twice = sometimes("a CPU keeps its reserved ASID through a second rollover");

export function ctxid2asid(id: number): number {
  return id % config.ASIDS;
}

/** Whether a context id is of this generation. */
export function asid_gen_match(id: number): boolean {
  return id / config.ASIDS === READ_ONCE(asid_globals.asid_generation) / config.ASIDS;
}

/** Which CPUs run with which ASID is recorded, and all ASIDs but theirs are free again. */
export function flush_context(): void {
  set_reserved_asid_bits();
  for (const i of for_each_possible_cpu()) {
    let asid = xchg_relaxed(per_cpu(asid_cpu.active_asids, i), 0);
    // Rolled over before, and not switched since: this is the only trace of what it still runs with.
    if (asid === 0) {
      asid = asid_info.reserved_asids[i];
      if (asid !== 0) reached(reserved_twice);
    }
    asid_info.asid_map[ctxid2asid(asid)] = true;
    asid_info.reserved_asids[i] = asid;
  }
  for (const i of for_each_possible_cpu()) asid_info.tlb_flush_pending[i] = true;
}

/** What devices use stays taken. */
export function set_reserved_asid_bits(): void {
  for (let asid = 1; asid < config.ASIDS; asid++) asid_info.asid_map[asid] = asid_info.pinned_asid_map[asid];
}

/**
 * Is this old id somebody's reserved one? Then all copies become the new id, or the next rollover would not know it.
 */
export function check_update_reserved_asid(asid: number, newasid: number): boolean {
  let hit = false;
  for (const cpu of for_each_possible_cpu()) {
    if (asid_info.reserved_asids[cpu] !== asid) continue;
    hit = true;
    asid_info.reserved_asids[cpu] = newasid;
  }
  return hit;
}

/** A context id of this generation, or of the next one. Under cpu_asid_lock. */
export function new_context(mm: mm_struct): number {
  const id = READ_ONCE(mm.context.id);
  const generation = READ_ONCE(asid_globals.asid_generation);

  if (id !== 0) {
    const newasid = generation + ctxid2asid(id);
    // It runs somewhere since before the rollover.
    if (check_update_reserved_asid(id, newasid)) {
      reached(reserved_kept);
      return newasid;
    }
    // A device uses it.
    if (mm.context.pinned > 0) return newasid;
    // The old number, if nobody has got it.
    if (!test_and_set_bit(ctxid2asid(id))) return newasid;
  }

  let asid = find_next_zero_bit(asid_info.cur_asid_idx);
  if (asid !== config.ASIDS) return set_asid(mm, asid, generation);

  const next = next_generation(generation);
  flush_context();
  // There are more ASIDs than CPUs, and fewer are pinned than that: this finds one.
  asid = find_next_zero_bit(1);
  return set_asid(mm, asid, next);
}

/** Wraps around after 2^56 of them. Relaxed: whoever takes the lock sees it, whoever does not has no active ASID. */
export function next_generation(generation: number): number {
  reached(rollover);
  WRITE_ONCE(asid_globals.asid_generation, generation + config.ASIDS);
  return generation + config.ASIDS;
}

export function set_asid(mm: mm_struct, asid: number, generation: number): number {
  asid_info.asid_map[asid] = true;
  asid_info.cur_asid_idx = asid;
  // Nobody has cached anything under it.
  if (config.arm64_local_tlbi) WRITE_ONCE(mm.context.active_cpu, ACTIVE_CPU_NONE);
  return generation + asid;
}

function test_and_set_bit(asid: number): boolean {
  if (asid_info.asid_map[asid]) return true;
  asid_info.asid_map[asid] = true;
  return false;
}

/** In asid_map; ASIDS if there is none. */
export function find_next_zero_bit(start: number): number {
  for (let asid = 1; asid < config.ASIDS; asid++) if (asid >= start && !asid_info.asid_map[asid]) return asid;
  return config.ASIDS;
}

/** Takes `id` as what this CPU runs with, if that needs no lock. */
export function switch_fast(id: number): boolean {
  // Ours was not taken away, and ours is of this generation. If a rollover comes in between, then either it is first,
  // and we find 0 and take the lock that it holds; or it finds ours and reserves it: one variable has one order.
  const old_active_asid = this_cpu_read(asid_cpu.active_asids);
  if (old_active_asid === 0 || !asid_gen_match(id)) return false;
  return try_cmpxchg_relaxed(per_cpu(asid_cpu.active_asids, smp_processor_id()), old_active_asid, id);
}

/** Under cpu_asid_lock: `mm` has an id of this generation. */
export function validate_context(mm: mm_struct): number {
  let id = READ_ONCE(mm.context.id);
  if (!asid_gen_match(id)) {
    id = new_context(mm);
    WRITE_ONCE(mm.context.id, id);
  }
  return id;
}

/** Whether this CPU has to flush its TLB before it uses an ASID of this generation. */
export function test_and_clear_flush_pending(): boolean {
  const cpu = smp_processor_id();
  if (!asid_info.tlb_flush_pending[cpu]) return false;
  asid_info.tlb_flush_pending[cpu] = false;
  return true;
}

/** asids_init(): before anything runs. */
export function asids_init(): void {
  WRITE_ONCE(asid_globals.asid_generation, config.ASIDS);
  asid_info.cur_asid_idx = 1;
}

/** Not in Linux: at the start of a scenario mm has run already, and has the next free ASID. */
export function boot_context_id(mm: mm_struct): void {
  if (mm.context.id === 0) WRITE_ONCE(mm.context.id, set_asid(mm, find_next_zero_bit(1), config.ASIDS));
}

/** Not in Linux: at the start of a scenario `cpu` runs mm. */
export function boot_asid(cpu: cpu_id, mm: mm_struct): number {
  boot_context_id(mm);
  WRITE_ONCE(per_cpu(asid_cpu.active_asids, cpu), mm.context.id);
  return ctxid2asid(mm.context.id);
}
