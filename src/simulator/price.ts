// SPDX-License-Identifier: MIT
// From counts to a price under one machine's profile. A cost that nobody has measured makes the price incomplete: it is
// listed with its count, never taken as 0.
import type { CostName, Profile } from "../../model/hw/profiles/types.ts";
import { COSTS } from "../../model/hw/profiles/types.ts";
import type { CountTree } from "./counters.ts";

export interface Price {
  /** [low, high] nanoseconds of all that has a cost. */
  readonly known_ns: readonly [number, number];
  readonly missing: readonly { readonly cost: CostName; readonly count: number }[];
  readonly complete: boolean;
}

/** Where in the report's counts the units of each cost are. */
const UNITS: Readonly<Record<CostName, readonly string[]>> = {
  cr3_write_noflush: ["cr3_writes.noflush"],
  cr3_write_flush: ["cr3_writes.flush"],
  invlpg: ["invlpg"],
  flush_all: ["flush_all"],
  ipi_round_trip: ["ipis.rounds"],
  atomic_local: ["atomics.total"],
  line_transfer: ["transfers.total"],
  table_load: ["table_loads"],
  local_flush: ["local_flushes"],
  broadcast_flush: ["broadcast_flushes"],
};

/** A number by its dotted path; 0 if the report does not have it. */
export function countAt(counts: CountTree, path: string): number {
  let at: CountTree | number | undefined = counts;
  for (const name of path.split(".")) at = typeof at === "object" ? at[name] : undefined;
  return typeof at === "number" ? at : 0;
}

export function price(counts: CountTree, profile: Profile): Price {
  let low = 0;
  let high = 0;
  const missing: { cost: CostName; count: number }[] = [];
  for (const cost of COSTS) {
    const count = UNITS[cost].reduce((sum, path) => sum + countAt(counts, path), 0);
    const { ns } = profile.costs[cost];
    if (ns) {
      low += count * ns[0];
      high += count * ns[1];
    } else if (count > 0) missing.push({ cost, count });
  }
  return { known_ns: [Math.round(low), Math.round(high)], missing, complete: missing.length === 0 };
}
