// SPDX-License-Identifier: MIT
import type { Profile } from "./types.ts";
import { NOT_MEASURED } from "./types.ts";

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
    // Counted as CR3 writes, INVLPGs and whole flushes above.
    table_load: NOT_MEASURED,
    local_flush: NOT_MEASURED,
    broadcast_flush: NOT_MEASURED,
  },
} as const satisfies Profile;
