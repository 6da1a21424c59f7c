// SPDX-License-Identifier: GPL-2.0-only
// MMU_LAZY_TLB_SHOOTDOWN with the second of the ways to fewer interrupts that its comment names (kernel/fork.c): dead
// mms are gathered, and one round of interrupts serves all of them. The last one may wait for long.
import { free_mm_struct } from "../fork.ts";
import type { mm_struct } from "../mm_types.ts";
import { on_each_cpu } from "../smp.ts";
import { add_dying, take_dying } from "./dying_mms.ts";
import { do_shoot_lazy_tlb } from "./shootdown.ts";

export { lazy_references } from "./dying_mms.ts";
export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  finish_task_switch_mm,
  mmdrop_lazy_tlb,
  mmgrab_lazy_tlb,
  mmput_lazy,
  unlazy_mm_irqs_off,
} from "./shootdown.ts";

/** How many make a round. */
const BATCH = 2;

interface batch_frame {
  mm: array<mm_struct | null, "mms">;
}
/** The mms of one round, on the sender's stack. */
const batches = DEFINE_PER_CPU_FRAME<batch_frame>();

export function mmdrop_waits(mm: mm_struct): boolean {
  const waiting = add_dying(mm);
  if (waiting >= BATCH) shoot_batch();
  return true;
}

function shoot_batch(): void {
  const batch = this_cpu_ptr(batches);
  for (let i = 0; i < machine.mms; i++) {
    const dead = take_dying(i, any_mm);
    batch.mm[i] = dead;
  }
  on_each_cpu(do_shoot_batch, batch);
  for (let i = 0; i < machine.mms; i++) {
    const dead = batch.mm[i];
    batch.mm[i] = null;
    if (dead !== null) free_dying(dead);
  }
}

function any_mm(_mm: mm_struct): boolean {
  return true;
}

/** The list's reference was the last one. */
function free_dying(mm: mm_struct): void {
  atomic_dec(mm.mm_count);
  free_mm_struct(mm);
}

/** Runs on every CPU, interrupts off. */
export function do_shoot_batch(batch: batch_frame): void {
  for (let i = 0; i < machine.mms; i++) {
    const mm = batch.mm[i];
    if (mm !== null) do_shoot_lazy_tlb(mm);
  }
}

/** Done for the whole batch. */
export function mmdrop_final(_mm: mm_struct): void {}
