// SPDX-License-Identifier: MIT
import type { LineMap, Profile } from "./types.ts";

const NOT_MEASURED = {
  ns: null,
  source: "no published figure that we could check; measure it on your machine",
} as const;

/** Figures from kernel sources and mailing lists: of different machines, so that they bound rather than predict. */
export const x86_published = {
  name: "x86-published",
  machine: "several x86 servers and laptops, 2017-2022",
  source: "kernel sources and mailing-list posts, each named below",
  costs: {
    cr3_write_noflush: {
      ns: [62, 130],
      source: "Nadav Amit, linux-mm, Jan 2022: 250-300 cycles on Skylake; taken at 4.0 and 2.3 GHz",
    },
    cr3_write_flush: NOT_MEASURED,
    invlpg: {
      ns: [100, 100],
      source: "Linux arch/x86/mm/tlb.c, comment on tlb_single_page_flush_ceiling: about 100 ns",
    },
    flush_all: NOT_MEASURED,
    ipi_round_trip: {
      ns: [1000, 3000],
      source: "1-3 us per shootdown round trip: newsletter.onedfrk.com and unseel.com, unnamed machines (weak)",
    },
    atomic_local: NOT_MEASURED,
    line_transfer: NOT_MEASURED,
  },
} as const satisfies Profile;

/** The lines on which lazy-TLB designs differ. */
export const x86_lines: LineMap = {
  mm_count: ["mm_struct.mm_count"],
  mm_cpumask: ["mm_struct.cpu_bitmap"],
  tlb_gen: ["mm_struct.context.tlb_gen"],
  is_lazy: ["cpu_tlbstate_shared.is_lazy"],
  lazy_mm: ["runqueues.lazy_mm", "runqueues.drop_mm"],
};
