// SPDX-License-Identifier: MIT
// How many steps of each kind were explained, and how; and those that were not.

import type { EventTable } from "../events/table.ts";
import type { PlannedField, PlannedProbe } from "./plan.ts";

/**
 * exact: the design did just that. lossy: it did, and the probe has missed it. environment: but for a count, which
 * somebody has changed whom no probe sees. unknown: the search for another order was given up.
 */
export type Outcome = "exact" | "lossy" | "environment" | "unexplained" | "unknown";

export type Steps = Record<"total" | Outcome, number>;

export interface Failure {
  readonly row: number;
  readonly kind: string;
  readonly outcome: "unexplained" | "unknown";
  readonly reason: string;
}

/**
 * Counts that somebody changed whom no probe sees are rare: /proc readers, devices. A design that forgets a reference
 * needs it at every step. So few steps prove nothing either way.
 */
const ENVIRONMENT_MAX = 0.05;
const FEW = 5;
/** Kept in full; all are counted. */
const FAILURES_KEPT = 1000;

const OF_STEPS = ["total", "exact", "lossy", "environment", "unexplained", "unknown"] as const;
const NONE: Steps = { total: 0, exact: 0, lossy: 0, environment: 0, unexplained: 0, unknown: 0 };

/** Made here only, so that all are of one shape. */
function stepsOf({ total, exact, lossy, environment, unexplained, unknown }: Steps): Steps {
  return { total, exact, lossy, environment, unexplained, unknown };
}

export class Tally {
  readonly steps = new Map<string, Steps>();
  readonly failures: Failure[] = [];
  /** By kind and field: how often a count was changed from outside, and by how much in total. */
  readonly changes = new Map<string, { times: number; net: number }>();
  /** The same in total by cell. */
  private readonly nets = new Map<string, number>();
  /** Rows that are no step of the model, by name. */
  readonly passedOver = new Map<string, number>();
  private readonly table: EventTable;
  private readonly balanced: readonly string[];
  /** Recordings that were added up, each with ends of its own. */
  private joined = 0;

  /** `balanced`: cells of which whoever takes something gives it back. */
  constructor(table: EventTable, balanced: readonly string[]) {
    this.table = table;
    this.balanced = balanced;
  }

  copy(): Tally {
    const copy = new Tally(this.table, this.balanced);
    for (const [kind, steps] of this.steps) copy.steps.set(kind, stepsOf(steps));
    for (const [key, change] of this.changes) copy.changes.set(key, { ...change });
    for (const [cell, net] of this.nets) copy.nets.set(cell, net);
    for (const [name, rows] of this.passedOver) copy.passedOver.set(name, rows);
    copy.failures.push(...this.failures);
    return copy;
  }

  /** Adds what was found from row `from` on, as a recording of its own. */
  join(other: Tally, from: number): void {
    for (const [group, steps] of other.steps) {
      const own = this.ofGroup(group);
      for (const key of OF_STEPS) own[key] += steps[key];
    }
    for (const [key, { times, net }] of other.changes) this.change(key, times, net);
    for (const [cell, net] of other.nets) this.nets.set(cell, (this.nets.get(cell) ?? 0) + net);
    for (const [name, rows] of other.passedOver) this.passedOver.set(name, (this.passedOver.get(name) ?? 0) + rows);
    const room = FAILURES_KEPT - this.failures.length;
    this.failures.push(...other.failures.slice(0, room).map((one) => ({ ...one, row: one.row + from })));
    this.joined++;
  }

  private change(key: string, times: number, net: number): void {
    const change = this.changes.get(key) ?? { times: 0, net: 0 };
    this.changes.set(key, { times: change.times + times, net: change.net + net });
  }

  private of(probe: PlannedProbe): Steps {
    return this.ofGroup(probe.group);
  }

  private ofGroup(group: string): Steps {
    let steps = this.steps.get(group);
    if (steps === undefined) {
      steps = stepsOf(NONE);
      this.steps.set(group, steps);
    }
    return steps;
  }

  step(probe: PlannedProbe, outcome: "exact" | "lossy"): void {
    const steps = this.of(probe);
    steps.total++;
    steps[outcome]++;
  }

  fail(row: number, probe: PlannedProbe, outcome: "unexplained" | "unknown", reason: string): void {
    const steps = this.of(probe);
    steps.total++;
    steps[outcome]++;
    if (this.failures.length < FAILURES_KEPT) this.failures.push({ row, kind: probe.name, outcome, reason });
  }

  /** A step that was counted as exact was not. */
  turn(row: number, probe: PlannedProbe, outcome: "unexplained" | "unknown", reason: string): void {
    const steps = this.of(probe);
    steps.exact--;
    steps.total--;
    this.fail(row, probe, outcome, reason);
  }

  /** By kind and field, what the environment would have to change at more steps than is believed. */
  excess(): string[] {
    return [...this.frequent(), ...this.kept()];
  }

  /** What is taken by somebody whom no probe sees he gives back, but for what is under way at the ends. */
  private kept(): string[] {
    const { cpus } = this.table;
    const most = cpus * Math.max(1, this.joined);
    return this.balanced.flatMap((cell) => {
      const net = this.nets.get(cell) ?? 0;
      const by = `${net} in all, by nobody that is seen`;
      return Math.abs(net) > most ? [`${cell} was changed by ${by}: more than one for each of ${cpus} CPUs`] : [];
    });
  }

  private frequent(): string[] {
    return [...this.changes].flatMap(([key, { times }]) => {
      const { total } = this.steps.get(key.split(".")[0]!) ?? { total: 0 };
      const share = `${times} of ${total} steps, more than ${ENVIRONMENT_MAX * 100} %`;
      return times > Math.max(FEW, total * ENVIRONMENT_MAX)
        ? [`${key} was changed by nobody that is seen, at ${share}`]
        : [];
    });
  }

  /** A step that was counted as exact needed this as well. */
  environment(probe: PlannedProbe, field: PlannedField, by: number): void {
    const steps = this.of(probe);
    const cell = field.place?.cell.name ?? "";
    this.nets.set(cell, (this.nets.get(cell) ?? 0) + by);
    if (steps.exact > 0) {
      steps.exact--;
      steps.environment++;
    }
    this.change(`${probe.group}.${field.name}`, 1, by);
  }

  unjudged(row: number): void {
    const name = this.table.kinds[this.table.kind[row]!]!.name;
    this.passedOver.set(name, (this.passedOver.get(name) ?? 0) + 1);
  }
}
