// SPDX-License-Identifier: MIT
// How many steps of each kind were explained, and how; and the first ones that were not.

import { argToString, type EventTable } from "../events/table.ts";
import type { PlannedField, PlannedProbe } from "./plan.ts";

export type Outcome = "exact" | "lossy" | "environment" | "unexplained" | "unknown";

export interface Steps {
  total: number;
  exact: number;
  lossy: number;
  environment: number;
  unexplained: number;
  unknown: number;
}

export interface Unexplained {
  readonly row: number;
  readonly kind: string;
  readonly reason: string;
}

/** Kept in full; all are counted. */
const KEPT = 1000;

export class Tally {
  steps = new Map<string, Steps>();
  unexplainedSteps: Unexplained[] = [];
  environments = new Map<string, number>();
  unjudgedRows = new Map<string, number>();
  private readonly table: EventTable;

  constructor(table: EventTable) {
    this.table = table;
  }

  copy(): Tally {
    const copy = new Tally(this.table);
    copy.steps = new Map([...this.steps].map(([kind, steps]) => [kind, { ...steps }]));
    copy.unexplainedSteps = [...this.unexplainedSteps];
    copy.environments = new Map(this.environments);
    copy.unjudgedRows = new Map(this.unjudgedRows);
    return copy;
  }

  private of(probe: PlannedProbe): Steps {
    const name = probe.name.replace(/\d+$/, "");
    let steps = this.steps.get(name);
    if (steps === undefined) {
      steps = { total: 0, exact: 0, lossy: 0, environment: 0, unexplained: 0, unknown: 0 };
      this.steps.set(name, steps);
    }
    return steps;
  }

  step(probe: PlannedProbe, outcome: Outcome): void {
    const steps = this.of(probe);
    steps.total++;
    steps[outcome]++;
  }

  unexplained(row: number, probe: PlannedProbe, reason: string): void {
    const steps = this.of(probe);
    steps.total++;
    steps.unexplained++;
    this.keep(row, probe, reason);
  }

  mismatch(row: number, probe: PlannedProbe, field: PlannedField, expected: number, found: number): void {
    const recorded = argToString(this.table, row, field.column);
    this.keep(row, probe, `${field.name}=${recorded} (${expected}) recorded, ${found} in the model`);
  }

  slotMismatch(row: number, field: PlannedField, slot: number, what: string): void {
    this.unexplainedSteps.push({ row, kind: field.name, reason: `slot ${slot}: ${what}` });
  }

  environment(probe: PlannedProbe, field: string, by: number): void {
    const key = `${probe.name.replace(/\d+$/, "")}.${field} ${by > 0 ? "+" : ""}${by}`;
    this.environments.set(key, (this.environments.get(key) ?? 0) + 1);
  }

  limit(_what: number): void {}

  unjudged(row: number): void {
    const name = this.table.kinds[this.table.kind[row]!]!.name;
    this.unjudgedRows.set(name, (this.unjudgedRows.get(name) ?? 0) + 1);
  }

  private keep(row: number, probe: PlannedProbe, reason: string): void {
    if (this.unexplainedSteps.length < KEPT) this.unexplainedSteps.push({ row, kind: probe.name, reason });
  }
}
