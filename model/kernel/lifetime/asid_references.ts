// SPDX-License-Identifier: GPL-2.0-only
// Torvalds' hybrid, (b') (2022-01-09): "increment/decrement the mm_count at mm ASID allocation/freeing time". On x86 an
// ASID is a slot of one CPU: each slot holds an mm_count of the mm whose entries it has, and a lazy CPU needs no other,
// as the mm that it has loaded is in a slot. A slot is freed only when another mm takes it. That happens with
// interrupts off, in the scheduler or in a flush: the reference is parked, and dropped behind the switch.
import { mmdrop, mmgrab } from "../fork.ts";
import { local_irq_disable, local_irq_enable } from "../irqflags.ts";
import type { mm_struct } from "../mm_types.ts";
import { init_mm } from "../mm_types.ts";
import { config } from "../parts.ts";

export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  mmdrop_waits,
  unlazy_active_mm_irqs_off as unlazy_mm_irqs_off,
} from "./mainline.ts";

interface asid_holders {
  /** Whose reference each slot holds; null for init_mm. Only its own CPU touches them, with interrupts off. */
  mm: array<mm_struct | null, "TLB_NR_DYN_ASIDS">;
  /** What the slot held before, until it is dropped. */
  parked: array<mm_struct | null, "TLB_NR_DYN_ASIDS">;
}
export const holders = DEFINE_PER_CPU<asid_holders>();

/** A slot has been taken from an mm that is still referenced. */
export const slot_taken_over = sometimes("an mm takes the ASID slot of another one");

/** choose_new_asid() has given `next` this slot. Interrupts are off, and CR3 is yet to be written. */
export function asid_allocated(asid: number, next: mm_struct): void {
  const old = this_cpu_read(holders.mm[asid]);
  if (old === next) return;
  if (next !== init_mm) asid_grab(next);
  this_cpu_write(holders.mm[asid], next !== init_mm ? next : null);
  if (old === null) return;
  reached(slot_taken_over);
  park(asid, old);
}

export function asid_grab(mm: mm_struct): void {
  mmgrab(mm);
}

export function park(asid: number, old: mm_struct): void {
  // A round through all slots without a switch between tasks: execve() after execve(). In Linux this would be a list.
  WARN_ON_ONCE(this_cpu_read(holders.parked[asid]) !== null);
  this_cpu_write(holders.parked[asid], old);
}

/** No lock is held, and CR3 has left what was parked. */
export function drop_parked(): void {
  for (let asid = 0; asid < config.TLB_NR_DYN_ASIDS; asid++) {
    if (this_cpu_read(holders.parked[asid]) === null) continue;
    local_irq_disable();
    const mm = this_cpu_read(holders.parked[asid]);
    this_cpu_write(holders.parked[asid], null);
    local_irq_enable();
    if (mm !== null) mmdrop(mm);
  }
}

/** The slot of the mm that it borrows holds it. */
export function mmgrab_lazy_tlb(_mm: mm_struct): void {}

export function mmdrop_lazy_tlb(_mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), for which mmdrop() is a barrier where references are counted.
  smp_mb();
  drop_parked();
}

export function finish_task_switch_mm(prev_mm: mm_struct | null): void {
  if (prev_mm !== null) mmdrop_lazy_tlb(prev_mm);
  else drop_parked();
}

export function mmput_lazy(_mm: mm_struct): void {}

export function mmdrop_final(_mm: mm_struct): void {}

/** No mm is in two slots of a CPU, as long as nothing but a switch forgets what a slot holds. */
export function lazy_references(mm: mm_struct): number {
  return count(machine.cpus, (cpu) => held(cpu, mm)) + count(machine.cpus, (cpu) => waits(cpu, mm));
}

function held(cpu: number, mm: mm_struct): boolean {
  return some(config.TLB_NR_DYN_ASIDS, (asid) => per_cpu(holders.mm[asid], cpu) === mm);
}

function waits(cpu: number, mm: mm_struct): boolean {
  return some(config.TLB_NR_DYN_ASIDS, (asid) => per_cpu(holders.parked[asid], cpu) === mm);
}

/** Not in Linux: what a slot holds at the start. */
export function boot_asid_holder(cpu: cpu_id, asid: number, mm: mm_struct | null): void {
  const old = per_cpu(holders.mm[asid], cpu);
  if (old === mm) return;
  if (old !== null) atomic_dec(old.mm_count);
  const held_mm = mm !== init_mm ? mm : null;
  if (held_mm !== null) asid_grab(held_mm);
  WRITE_ONCE(per_cpu(holders.mm[asid], cpu), held_mm);
}
