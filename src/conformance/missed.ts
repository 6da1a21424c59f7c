// SPDX-License-Identifier: MIT
// Steps that their probes have missed: the kernel counts how many there were of each (kprobe_profile), at most.

import type { PlannedProbe } from "./plan.ts";

/** By name of the row. */
export type Misses = ReadonlyMap<string, number>;

export class Missed {
  private readonly most: Misses;
  private taken = new Map<string, number>();

  constructor(most: Misses) {
    this.most = most;
  }

  save(): Misses {
    return new Map(this.taken);
  }

  restore(saved: Misses): void {
    this.taken = new Map(saved);
  }

  /** Whether this probe may have missed one more on this CPU. */
  may(probe: PlannedProbe, cpu: number): boolean {
    const name = rowName(probe, cpu);
    return (this.most.get(name) ?? 0) > (this.taken.get(name) ?? 0);
  }

  take(probe: PlannedProbe, cpu: number): void {
    const name = rowName(probe, cpu);
    this.taken.set(name, (this.taken.get(name) ?? 0) + 1);
  }
}

function rowName(probe: PlannedProbe, cpu: number): string {
  return probe.group === probe.name ? probe.name : `${probe.group}${cpu}`;
}
