// SPDX-License-Identifier: MIT
// What things cost on one kind of machine. Every number has a source; what nobody has measured is null, and a price
// that would need it is reported as incomplete.

export interface Cost {
  /** [low, high] nanoseconds each, or null: not measured. */
  readonly ns: readonly [number, number] | null;
  readonly source: string;
}

export const NOT_MEASURED = {
  ns: null,
  source: "no published figure that we could check; measure it on your machine",
} as const;

/** What a replay counts and a profile may price. */
export const COSTS = [
  "cr3_write_noflush",
  "cr3_write_flush",
  "invlpg",
  "flush_all",
  "ipi_round_trip",
  "atomic_local",
  "line_transfer",
  "table_load",
  "local_flush",
  "broadcast_flush",
] as const;
export type CostName = (typeof COSTS)[number];

export interface Profile {
  readonly name: string;
  readonly machine: string;
  readonly source: string;
  readonly costs: Readonly<Record<CostName, Cost>>;
}

/** Cache lines that a replay accounts for: the report's name of the line, and the cells that lie on it. */
export interface LineMap {
  readonly [line: string]: readonly string[];
}

/** What a replay of an architecture's designs counts: lines, and instructions of model/hw/mmu by their names there. */
export interface Counted {
  readonly lines: LineMap;
  /** Of the page-table register. */
  readonly loads: readonly string[];
  /** Invalidations on the CPU itself, and on all CPUs by hardware. */
  readonly local: readonly string[];
  readonly broadcast: readonly string[];
  /** Bytes of a page, as a power of two. */
  readonly pageShift: number;
}
