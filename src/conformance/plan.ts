// SPDX-License-Identifier: MIT
// The probe table, resolved against one recording and one compiled design: columns, cells and events by number.

import type { Field, Index, Learn, Probe, ProbeTable, Reading } from "../../model/probes/types.ts";
import { argIndex, type EventKind, type EventTable } from "../events/table.ts";
import type { SteppedCell, SteppedCode } from "../program/stepped.ts";

/** What is emitted for a design. */
export interface Emitted {
  readonly cells: readonly SteppedCell[];
  readonly codes: readonly SteppedCode[];
  readonly events: readonly string[];
}

export interface PlannedColumn {
  readonly column: number;
  readonly as: Reading;
}

/** `n`: the number itself, that of an argument, or of a column that names an mm or a task. All of one shape. */
export interface PlannedIndex {
  readonly of: "cpu" | "number" | "arg" | "frame" | "mm" | "task";
  readonly n: number;
}

function plannedIndex(kind: EventKind, index: Index): PlannedIndex {
  if (index === "cpu") return { of: "cpu", n: -1 };
  if (typeof index === "number") return { of: "number", n: index };
  if ("arg" in index) return { of: "arg", n: index.arg };
  if ("frame" in index) return { of: "frame", n: index.frame };
  return { of: index.as, n: argIndex(kind, index.column) };
}

export interface PlannedPlace {
  readonly cell: SteppedCell;
  readonly at: readonly PlannedIndex[];
  /** Where it is in the state if that is the same for all rows, or -1. */
  readonly fixed: number;
}

function placeOf(cell: SteppedCell, at: readonly PlannedIndex[]): PlannedPlace {
  let fixed = 0;
  for (const [i, { of, n }] of at.entries()) {
    if (of !== "number" || n >= cell.dims[i]!) return { cell, at, fixed: -1 };
    fixed = fixed * cell.dims[i]! + n;
  }
  return { cell, at, fixed: cell.base + fixed };
}

export interface PlannedField extends PlannedColumn {
  readonly name: string;
  /** An argument of the event, or -1. */
  readonly arg: number;
  /** The cell; undefined if it is an argument. `second`: of pairs, the other one. */
  readonly place: PlannedPlace | undefined;
  readonly second: SteppedCell | undefined;
  /** Column that must not be 0, or -1. */
  readonly given: number;
}

export interface PlannedLearn {
  readonly cell: SteppedCell;
  /** Column of the task's pid, or -1: the running one. */
  readonly task: number;
  /** The column of this row that tells, or -1. */
  readonly self: number;
  /** By kind of a row to come: its column, or -1 for "none". */
  readonly from: ReadonlyMap<number, number>;
}

export interface PlannedProbe {
  /** The row's name, and the same without the number of the CPU. */
  readonly name: string;
  readonly group: string;
  readonly probe: Probe;
  /** The event's number, or -1. */
  readonly event: number;
  readonly fields: readonly PlannedField[];
  readonly begins: { readonly code: number; readonly args: readonly ("born" | PlannedColumn)[] } | undefined;
  readonly learns: readonly PlannedLearn[];
  /** Column of the CPU that sent the interrupt, or -1. */
  readonly interruptFrom: number;
  readonly only: PlannedPlace | undefined;
  /** The event that is passed late, or -1. */
  readonly late: number;
}

export interface Plan {
  /** By kind of row. */
  readonly probes: readonly (PlannedProbe | undefined)[];
  /** By number of the event: what is recorded at it. */
  readonly atEvent: readonly (PlannedProbe | undefined)[];
  readonly late: ReadonlySet<number>;
  /** Events that are in no recording: what comes after them happens no earlier than it must. */
  readonly putOff: ReadonlySet<number>;
  /** The handler of interrupts, and what is recorded first of it. */
  readonly handler: number;
  readonly handlerProbe: PlannedProbe | undefined;
  /** Where CPUs keep ids of contexts. */
  readonly slotIds: SteppedCell | undefined;
  readonly current: SteppedCell;
  readonly taskMm: SteppedCell;
  readonly unknown: {
    readonly mm: readonly SteppedCell[];
    readonly counts: readonly SteppedCell[];
    readonly task: readonly SteppedCell[];
  };
  readonly entry: (name: string) => number;
}

const putOffEvents = (table: ProbeTable): string[] => table.putOff.map((name) => `p:${name}`);

/** The events at which calls must stop: what the recording has rows of, and what is passed late or put off. */
export function stopsOf(table: ProbeTable, kinds: readonly EventKind[]): Set<string> {
  const stops = new Set(putOffEvents(table));
  for (const kind of kinds) {
    const probe = probeOf(table, kind.name);
    if (probe?.at) stops.add(probe.at);
    if (probe?.late) stops.add(probe.late);
  }
  return stops;
}

/** Of these, the functions that need probes. */
export function probedFunctions(stops: ReadonlySet<string>): Set<string> {
  return new Set([...stops].filter((stop) => /^[pr]:/.test(stop)).map((stop) => stop.slice(2)));
}

/** `name`, or `name#` where # is a number. */
function probeOf(table: ProbeTable, name: string): Probe | undefined {
  if (Object.hasOwn(table.probes, name)) return table.probes[name];
  const group = name.replace(/\d+$/, "#");
  return Object.hasOwn(table.probes, group) ? table.probes[group] : undefined;
}

export function planFor(table: ProbeTable, events: EventTable, emitted: Emitted): Plan {
  const resolver = new Resolver(events, emitted);
  const probes = events.kinds.map((kind) => {
    const probe = probeOf(table, kind.name);
    return probe && resolver.probe(kind, probe);
  });
  const known = probes.filter((probe) => probe !== undefined);
  const cells = (names: readonly string[]): SteppedCell[] => names.flatMap((name) => resolver.find(name) ?? []);
  return {
    probes,
    atEvent: emitted.events.map((_, event) => known.findLast((probe) => probe.event === event)),
    late: new Set(known.map(({ late }) => late).filter((event) => event >= 0)),
    putOff: new Set(putOffEvents(table).map((name) => emitted.events.indexOf(name))),
    handler: emitted.codes.findIndex((code) => code.kind === "interrupt" && code.level === HARDIRQ),
    handlerProbe: known.find(({ probe }) => probe.interrupt !== undefined),
    slotIds: known.flatMap(({ fields }) => fields).find((field) => field.as === "slots")?.place?.cell,
    current: resolver.cell(table.current),
    taskMm: resolver.cell(table.taskMm),
    unknown: { mm: cells(table.unknown.mm), counts: cells(table.unknown.counts), task: cells(table.unknown.task) },
    entry: resolver.entry,
  };
}

const HARDIRQ = 2;

class Resolver {
  readonly #events: EventTable;
  readonly #emitted: Emitted;
  readonly #cells: ReadonlyMap<string, SteppedCell>;

  constructor(events: EventTable, emitted: Emitted) {
    this.#events = events;
    this.#emitted = emitted;
    this.#cells = new Map(emitted.cells.map((cell) => [cell.name, cell]));
  }

  find(name: string): SteppedCell | undefined {
    return this.#cells.get(name);
  }

  cell(name: string): SteppedCell {
    const found = this.find(name);
    if (found === undefined) throw new Error(`lazymm bug: the design has no cell ${name}`);
    return found;
  }

  readonly entry = (name: string): number => {
    const code = this.#emitted.codes.findIndex((one) => one.name === name);
    if (code < 0) throw new Error(`lazymm bug: there is no entry ${name}`);
    return code;
  };

  probe(kind: EventKind, probe: Probe): PlannedProbe {
    const column = (name: string): number => argIndex(kind, name);
    const event = (name: string | undefined): number => (name === undefined ? -1 : this.#emitted.events.indexOf(name));
    return {
      name: kind.name,
      group: kind.name.replace(/\d+$/, ""),
      probe,
      event: event(probe.at),
      fields: (probe.fields ?? []).flatMap((field) => this.#field(kind, field)),
      begins: probe.begins && {
        code: this.entry(probe.begins.entry),
        args: probe.begins.args.map((arg) => (arg === "born" ? arg : { column: column(arg.column), as: arg.as })),
      },
      learns: (probe.learns ?? []).map((learn) => this.#learn(kind, learn)),
      interruptFrom: probe.interrupt === undefined ? -1 : column(probe.interrupt.from),
      only: probe.only && placeOf(this.cell(probe.only.cell), this.#index(kind, probe.only.at)),
      late: event(probe.late),
    };
  }

  #index(kind: EventKind, index: readonly Index[]): PlannedIndex[] {
    return index.map((one) => plannedIndex(kind, one));
  }

  /** Nothing, if the recording does not show it, or this design does not have it. */
  #field(kind: EventKind, field: Field): PlannedField[] {
    const { of } = field;
    const planned = {
      name: field.column,
      column: argIndex(kind, field.column),
      as: field.as,
      given: field.given === undefined ? -1 : argIndex(kind, field.given),
    };
    if (planned.column < 0) return [];
    if ("arg" in of) return [{ ...planned, arg: of.arg, place: undefined, second: undefined }];
    const cell = this.find("cell" in of ? of.cell : of.cells[0]);
    const second = "cells" in of ? this.find(of.cells[1]) : undefined;
    const at = this.#index(kind, of.at);
    const beyond = at[0]?.of === "number" && at[0].n >= (cell?.dims[0] ?? 0);
    if (cell === undefined || beyond || ("cells" in of && second === undefined)) return [];
    return [{ ...planned, arg: -1, place: placeOf(cell, at), second }];
  }

  #learn(kind: EventKind, learn: Learn): PlannedLearn {
    const { self } = learn.from;
    const kinds = this.#events.kinds.map((other, id) => ({ other, id }));
    return {
      cell: this.cell(learn.cell),
      task: learn.task === "current" ? -1 : argIndex(kind, learn.task.column),
      self: typeof self === "string" ? argIndex(kind, self) : -1,
      from: new Map(
        kinds.flatMap(({ other, id }) => {
          const column = Object.hasOwn(learn.from, other.name) ? learn.from[other.name] : undefined;
          return column === undefined ? [] : [[id, column === null ? -1 : argIndex(other, column)] as const];
        }),
      ),
    };
  }
}
