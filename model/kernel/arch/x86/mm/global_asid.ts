// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.15 arch/x86/mm/tlb.c: global ASIDs, for AMD's INVLPGB (d504d1247e36 allocates them, c9826613a9cb frees them,
// be88a1dd6112 switches to them, 4afeb0ed1753 gives them away). A process that runs on many CPUs gets one ASID for all
// of them; from then on the hardware carries its flushes to every TLB. ASIDs below TLB_NR_DYN_ASIDS stay each CPU's.
// Left out: PTI's second PCID (which CPU has both?), ranges longer than one INVLPGB takes, need_tlbsync.
import { hw } from "../../../../hw/mmu/cpu.ts";
import { local_irq_restore, local_irq_save } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { config, parts } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { cpu_tlbstate, cpu_tlbstate_shared, LOADED_MM_SWITCHING } from "./tlbstate.ts";

/** Guarded by its lock. An ASID that has been freed stays in use until everything has been flushed once. */
interface global_asid_space {
  /** Where the search goes on; at the end of the space to begin with. */
  last: upto<"ASIDS">;
  used: array<bool, "ASIDS">;
  freed: array<bool, "ASIDS">;
}
const global_asid = DEFINE_SHARED<global_asid_space>();
/** A lock that the end of an mm may take in init() as well: LOCK and unlock are one step each, and full barriers. */
interface raw_spinlock {
  locked: bool;
}
const global_asid_lock = DEFINE_FRAME<raw_spinlock>();

/** A process got a global ASID. */
export const process_promoted = sometimes("a process gets a global ASID");
/** A CPU that ran on an ASID of its own went over to the global one. */
export const global_asid_adopted = sometimes("a CPU goes over to the global ASID");
/** Every CPU uses it. */
export const transition_finished = sometimes("the transition to a global ASID ends");
/** The space was searched to its end: what had been freed may be used again. */
export const global_asids_wrapped = sometimes("freed global ASIDs become free after a flush of everything");

export function boot_global_asids(): void {
  WRITE_ONCE(global_asid.last, config.ASIDS);
}

/** Not in Linux: mm has this global ASID, and `cpu` runs on it. */
export function boot_global_asid(cpu: cpu_id, mm: mm_struct, asid: number): void {
  WRITE_ONCE(mm.context.global_asid, asid);
  global_asid.used[asid] = true;
  WRITE_ONCE(global_asid.last, asid);
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm_asid, cpu), asid);
  hw[cpu].asid = asid;
}

export function is_global_asid(asid: number): bool {
  return asid >= config.TLB_NR_DYN_ASIDS;
}

/** 0: none. */
export function mm_global_asid(mm: mm_struct): number {
  // Pairs with: mm_assign_global_asid(). Whoever sees the ASID sees asid_transition.
  return smp_load_acquire(mm.context.global_asid);
}

export function mm_in_asid_transition(mm: mm_struct | null): bool {
  return config.INVLPGB && mm !== null && READ_ONCE(mm.context.asid_transition);
}

export function mm_needs_global_asid(mm: mm_struct, asid: number): bool {
  const bc_asid = mm_global_asid(mm);
  return bc_asid !== 0 && asid !== bc_asid;
}

export function mm_init_global_asid(mm: mm_struct): void {
  WRITE_ONCE(mm.context.global_asid, 0);
  WRITE_ONCE(mm.context.asid_transition, false);
}

/** CPUs may go over to it at once: nothing is cached under it anywhere. */
export function mm_assign_global_asid(mm: mm_struct, asid: number): void {
  // First this: a flush by broadcast must also look for CPUs that are still on ASIDs of their own.
  WRITE_ONCE(mm.context.asid_transition, true);
  // Pairs with: mm_global_asid().
  smp_store_release(mm.context.global_asid, asid);
}

/** No ASID is free any more, or the search has come to the end of the space. */
export function reset_global_asid_space(): void {
  invlpgb_flush_all_nonglobals();
  // Nothing is cached under these any more.
  for (let asid = config.TLB_NR_DYN_ASIDS; asid < config.ASIDS; asid++) {
    if (!global_asid.freed[asid]) continue;
    reached(global_asids_wrapped);
    global_asid.used[asid] = false;
    global_asid.freed[asid] = false;
  }
  WRITE_ONCE(global_asid.last, config.TLB_NR_DYN_ASIDS);
}

function allocate_global_asid(): number {
  if (READ_ONCE(global_asid.last) >= config.ASIDS - 1) reset_global_asid_space();
  const asid = find_next_zero_bit(READ_ONCE(global_asid.last));
  if (no_asid_found(asid)) return 0;
  global_asid.used[asid] = true;
  WRITE_ONCE(global_asid.last, asid);
  return asid;
}

export function find_next_zero_bit(from: number): number {
  for (let asid = config.TLB_NR_DYN_ASIDS; asid < config.ASIDS; asid++) {
    if (asid >= from && !global_asid.used[asid]) return asid;
  }
  return config.ASIDS;
}

/** Between `last` and the end everything may be in use, although elsewhere, or freed, there still is something. */
export function no_asid_found(asid: number): bool {
  return asid >= config.ASIDS;
}

/** More than `threshold` CPUs run mm right now. */
function mm_active_cpus_exceeds(mm: mm_struct, threshold: number): bool {
  let active = 0;
  for (const cpu of for_each_cpu(cpumask_copy(mm_cpumask(mm)))) {
    if (data_race(per_cpu(cpu_tlbstate.loaded_mm, cpu)) !== mm) continue;
    if (data_race(per_cpu(cpu_tlbstate_shared.is_lazy, cpu))) continue;
    active = active + 1;
  }
  return active > threshold;
}

/** After a flush by interrupts. Every now and then, by the current pid and the time: whenever that may be. */
export function consider_global_asid(mm: mm_struct): void {
  if (any(2) === 0) return;
  if (mm_active_cpus_exceeds(mm, config.global_asid_threshold)) use_global_asid(mm);
}

/** Another thread may have the same idea. */
function use_global_asid(mm: mm_struct): void {
  const flags = local_irq_save();
  raw_spin_lock();
  if (mm_global_asid(mm) === 0) {
    const asid = allocate_global_asid();
    if (asid !== 0) {
      reached(process_promoted);
      mm_assign_global_asid(mm, asid);
    }
  }
  raw_spin_unlock();
  local_irq_restore(flags);
}

/** destroy_context(): the process is gone, but not what CPUs have cached of it. */
export function mm_free_global_asid(mm: mm_struct): void {
  const asid = mm_global_asid(mm);
  if (asid === 0) return;
  const flags = local_irq_save();
  raw_spin_lock();
  give_back(asid);
  raw_spin_unlock();
  local_irq_restore(flags);
}

export function give_back(asid: number): void {
  global_asid.freed[asid] = true;
}

function raw_spin_lock(): void {
  serialising_instruction();
  when(!global_asid_lock.locked);
  global_asid_lock.locked = true;
}

function raw_spin_unlock(): void {
  serialising_instruction();
  global_asid_lock.locked = false;
}

/** Some CPUs may still run the process on ASIDs of their own: these need to be interrupted, and go over then. */
export function finish_asid_transition(info: flush_tlb_info): void {
  const mm = info.mm!;
  const bc_asid = mm_global_asid(mm);
  if (!mm_in_asid_transition(mm)) return;

  for (const cpu of for_each_cpu(cpumask_copy(mm_cpumask(mm)))) {
    // It may be about to load mm, with an ASID that it chose before there was a global one.
    wait_for_switch(cpu);
    if (READ_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu)) !== mm) continue;
    if (READ_ONCE(per_cpu(cpu_tlbstate.loaded_mm_asid, cpu)) !== bc_asid) {
      parts.backend.flush_tlb_multi(mm_cpumask(mm), info);
      return;
    }
  }
  reached(transition_finished);
  WRITE_ONCE(mm.context.asid_transition, false);
}

export function wait_for_switch(cpu: cpu_id): void {
  while (READ_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu)) === LOADED_MM_SWITCHING) {}
}

/** The flush of an mm with a global ASID. Preemption is off: TLBSYNC waits for what this CPU has issued. */
export function broadcast_tlb_flush(info: flush_tlb_info): void {
  const asid = info.mm!.context.global_asid;
  // inc_mm_tlb_gen() is a full barrier: the page-table entries have changed before these read them.
  if (info.end === TLB_FLUSH_ALL) {
    parts.broadcast!.invlpgb_pcid(asid);
  } else {
    for (let addr = info.start; addr < info.end; addr += 1 << info.stride_shift) {
      parts.broadcast!.invlpgb_page(asid, addr >> machine.PAGE_SHIFT);
    }
  }
  finish_asid_transition(info);
  parts.broadcast!.tlbsync();
}

/** All ASIDs, on all CPUs; what stays are entries of kernel addresses, which have none. */
export function invlpgb_flush_all_nonglobals(): void {
  parts.broadcast!.invlpgb_all();
  parts.broadcast!.tlbsync();
}
