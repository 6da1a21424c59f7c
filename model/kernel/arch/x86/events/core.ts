// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/events/core.c: who maps an event may read it with RDPMC. Left out: what the counters hold, and
// whose they were before.
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { on_each_cpu_mask } from "../../../smp.ts";
import { cr4_update_pce, pce_of } from "../attributes/pce.ts";

/** What the programs of the one process that maps events know: how many are mapped for certain, and how many may be. */
interface mapped_events {
  settled: int<0, 2>;
  begun: int<0, 2>;
}
const events = DEFINE_HARDWARE<mapped_events>();

/** #GP for a program that does what it may. */
export const no_lost_rdpmc = never("no fault on RDPMC in a process that has mapped an event");
/** A program reads counters that are none of its business. */
export const no_stray_rdpmc = never("no RDPMC in a process that has no event");

/** mmap() of an event. */
export function map_event(mm: mm_struct): void {
  event_begins();
  spin_lock(mm.mmap_lock);
  x86_pmu_event_mapped(mm);
  spin_unlock(mm.mmap_lock);
  event_is_mapped();
}

/** munmap() of it. */
export function unmap_event(mm: mm_struct): void {
  event_is_unmapped();
  spin_lock(mm.mmap_lock);
  x86_pmu_event_unmapped(mm);
  spin_unlock(mm.mmap_lock);
  event_ends();
}

/** mmap_lock is held: a second one must not return before the first one has told everybody. */
export function x86_pmu_event_mapped(mm: mm_struct): void {
  // Pairs with: switch_attributes(). A full barrier in front of the look at the mask.
  if (atomic_inc_return(mm.context.perf_rdpmc_allowed) === 1) on_each_cpu_mask(mm_cpumask(mm), cr4_update_pce, mm);
}

export function x86_pmu_event_unmapped(mm: mm_struct): void {
  // Pairs with: switch_attributes().
  if (atomic_dec_and_test(mm.context.perf_rdpmc_allowed)) on_each_cpu_mask(mm_cpumask(mm), cr4_update_pce, mm);
}

/** The user program that runs here reads a counter. `maps`: it is of the process that maps events. */
export function rdpmc(maps: bool): void {
  instruction();
  const pce = pce_of(smp_processor_id());
  if (!pce && maps && events.settled > 0) raise(no_lost_rdpmc);
  if (pce && (!maps || events.begun === 0)) raise(no_stray_rdpmc);
}

// What the programs know, as no kernel keeps it.

export function event_begins(): void {
  instruction();
  events.begun = events.begun + 1;
}

export function event_is_mapped(): void {
  instruction();
  events.settled = events.settled + 1;
}

function event_is_unmapped(): void {
  instruction();
  events.settled = events.settled - 1;
}

function event_ends(): void {
  instruction();
  events.begun = events.begun - 1;
}
