// SPDX-License-Identifier: MIT
// The probe table, resolved against one recording and one compiled design: columns and cells by number.

import type { Field, Index, Probe, ProbeTable, Reading } from "../../model/probes/types.ts";
import { argIndex, type EventTable } from "../events/table.ts";
import type { SteppedCell, SteppedCode } from "../program/stepped.ts";

/** What is emitted for a design. */
export interface Emitted {
  readonly cells: readonly SteppedCell[];
  readonly codes: readonly SteppedCode[];
  readonly events: readonly string[];
}

/** A column of the row, by place. */
export interface PlannedColumn {
  readonly column: number;
  readonly as: Reading;
}

export type PlannedIndex = "cpu" | number | { readonly arg: number } | { readonly column: number };

export interface PlannedField extends PlannedColumn {
  readonly name: string;
  /** An argument of the event, or -1. */
  readonly arg: number;
  /** First cells and their shapes; none if it is an argument. */
  readonly cells: readonly SteppedCell[];
  readonly at: readonly PlannedIndex[];
  /** Column that must not be 0, or -1. */
  readonly given: number;
}

export interface PlannedLearn {
  readonly cell: SteppedCell;
  /** Column of the task's pid, or -1: the running one. */
  readonly task: number;
  readonly self: number;
  /** By kind of row: its column, or -1 for "none". */
  readonly from: ReadonlyMap<number, number>;
}

export interface PlannedProbe {
  readonly name: string;
  readonly probe: Probe;
  /** The event's number, or -1. */
  readonly event: number;
  readonly fields: readonly PlannedField[];
  readonly begins: { readonly code: number; readonly args: readonly ("born" | PlannedColumn)[] } | undefined;
  readonly learns: readonly PlannedLearn[];
  /** Column of the CPU that sent the interrupt, or -1. */
  readonly interruptFrom: number;
  readonly only: { readonly cell: SteppedCell; readonly at: readonly PlannedIndex[] } | undefined;
  /** The event that is passed late, or -1. */
  readonly late: number;
}

export interface Plan {
  /** By kind of row. */
  readonly probes: readonly (PlannedProbe | undefined)[];
  /** By number of the event: what is recorded at it. */
  readonly atEvent: ReadonlyMap<number, PlannedProbe>;
  readonly late: ReadonlySet<number>;
  /** Events that are in no recording: what comes after them happens no earlier than it must. */
  readonly lazy: ReadonlySet<number>;
  readonly interrupt: number;
  /** What is recorded first of a handler. */
  readonly interruptProbe: PlannedProbe | undefined;
  /** Where CPUs keep ids of contexts. */
  readonly slotIds: SteppedCell | undefined;
  readonly cell: (name: string) => SteppedCell;
  readonly entry: (name: string) => number;
}

/**
 * Where interrupts go off: until then a handler may come in between, and most of what a CPU does with interrupts off it
 * does right before its next row.
 */
const LAZY = ["p:local_irq_disable", "p:local_irq_save"];

/** The events at which frames must stop: what the recording has rows of, and the returns that are passed late. */
export function stopsOf(probes: ProbeTable, table: EventTable): Set<string> {
  const stops = new Set<string>(LAZY);
  for (const kind of table.kinds) {
    const probe = probeOf(probes, kind.name);
    if (probe?.at) stops.add(probe.at);
    if (probe?.late) stops.add(probe.late);
  }
  return stops;
}

/** `name` or `name#` where # is a number. */
export function probeOf(probes: ProbeTable, name: string): Probe | undefined {
  return Object.hasOwn(probes, name) ? probes[name] : probes[name.replace(/\d+$/, "#")];
}

export function planFor(probes: ProbeTable, table: EventTable, emitted: Emitted): Plan {
  const cells = new Map(emitted.cells.map((cell) => [cell.name, cell]));
  const cell = (name: string): SteppedCell => {
    const found = cells.get(name);
    if (found === undefined) throw new Error(`lazymm bug: the design has no cell ${name}`);
    return found;
  };
  const entry = (name: string): number => emitted.codes.findIndex((code) => code.name === name);
  const kindsOf = (name: string): number[] => table.kinds.flatMap((kind, id) => (kind.name === name ? [id] : []));

  const planned = table.kinds.map((kind): PlannedProbe | undefined => {
    const probe = probeOf(probes, kind.name);
    if (probe === undefined) return undefined;
    const column = (name: string): number => argIndex(kind, name);
    const index = (at: Index): PlannedIndex =>
      typeof at === "object" && "column" in at ? { column: column(at.column) } : at;
    const field = (f: Field): PlannedField[] => {
      if (column(f.column) < 0) return [];
      const { of } = f;
      const names = "cell" in of ? [of.cell] : "cells" in of ? of.cells : [];
      // What this design does not have cannot be compared.
      if (names.some((name) => !cells.has(name))) return [];
      const at = "at" in of ? of.at.map(index) : [];
      const first = at[0];
      const cpus = names[0] === undefined ? 0 : (cell(names[0]).dims[0] ?? 0);
      if (typeof first === "number" && first >= cpus) return [];
      return [
        {
          name: f.column,
          column: column(f.column),
          as: f.as,
          arg: "arg" in of ? of.arg : -1,
          cells: names.map(cell),
          at,
          given: f.given === undefined ? -1 : column(f.given),
        },
      ];
    };
    const begins = probe.begins && {
      code: entry(probe.begins.entry),
      args: probe.begins.args.map((a) => (a === "born" ? a : { column: column(a.column), as: a.as })),
    };
    return {
      name: kind.name,
      probe,
      event: probe.at === undefined ? -1 : emitted.events.indexOf(probe.at),
      fields: (probe.fields ?? []).flatMap(field),
      begins,
      learns: (probe.learns ?? []).map((learn) => ({
        cell: cell(learn.cell),
        task: learn.task === "current" ? -1 : column(learn.task.column),
        self: typeof learn.from["self"] === "string" ? column(learn.from["self"]) : -1,
        from: new Map(
          Object.entries(learn.from).flatMap(([name, from]) =>
            kindsOf(name).map((id) => [id, from === null ? -1 : argIndex(table.kinds[id]!, from)] as const),
          ),
        ),
      })),
      interruptFrom: probe.interrupt === undefined ? -1 : column(probe.interrupt.from),
      only: probe.only && { cell: cell(probe.only.cell), at: probe.only.at.map(index) },
      late: probe.late === undefined ? -1 : emitted.events.indexOf(probe.late),
    };
  });
  const atEvent = new Map<number, PlannedProbe>();
  const late = new Set<number>();
  for (const probe of planned) {
    if (probe === undefined) continue;
    if (probe.event >= 0) atEvent.set(probe.event, probe);
    if (probe.late >= 0) late.add(probe.late);
  }
  const slots = planned.flatMap((probe) => probe?.fields ?? []).find((field) => field.as === "slots");
  const interrupt = emitted.codes.findIndex((code) => code.kind === "interrupt" && code.level === 2);
  const lazy = new Set(LAZY.map((name) => emitted.events.indexOf(name)));
  return { probes: planned, atEvent, late, lazy, interrupt, interruptProbe: planned.find((probe) => probe?.probe.interrupt !== undefined), slotIds: slots?.cells[0], cell, entry };
}
