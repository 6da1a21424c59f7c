// SPDX-License-Identifier: MIT
// The probe table, resolved against one recording and one compiled design: columns, cells and events by number.

import type {
  Begin,
  Field,
  Index,
  Learn,
  OldTasks,
  Place,
  Probe,
  ProbeTable,
  Reading,
  Search,
} from "../../model/probes/types.ts";
import { argIndex, type EventKind, type EventTable } from "../events/table.ts";
import type { Followed, SteppedCell, SteppedCode } from "../program/stepped.ts";
import { columnsOf } from "./look-ahead.ts";

/** What is emitted for a design. */
export interface Emitted {
  readonly cells: readonly SteppedCell[];
  readonly codes: readonly SteppedCode[];
  readonly events: readonly string[];
}

export interface PlannedColumn {
  readonly column: number;
  readonly as: Reading;
  /** Of a set, this CPU; -1: all of it. */
  readonly bit: number;
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
  /** Nobody else may have written it between the row and what it shows. */
  readonly exact: boolean;
}

export interface PlannedLearn {
  readonly cell: SteppedCell;
  /** Column of the task's pid, or -1: the running one. */
  readonly task: number;
  /** The column of this row that tells, or -1. */
  readonly self: number;
  /** By kind of a row to come: its column, or -1 for "none". */
  readonly from: ReadonlyMap<number, number>;
  readonly some: boolean;
}

/** Unknown bits of a map are as the recorded result says. */
export interface PlannedSearch {
  readonly map: SteppedCell;
  readonly generation: SteppedCell;
  readonly ids: SteppedCell;
  /** By kind of the row that has the result: its column. */
  readonly result: ReadonlyMap<number, number>;
}

export interface PlannedNext {
  /** By kind of row. */
  readonly columns: ReadonlyMap<number, number>;
  readonly as: Reading;
  readonly or: number | undefined;
  readonly born: boolean;
}

export interface PlannedChoice {
  readonly mm: number;
  readonly columns: ReadonlyMap<number, number>;
}

export type PlannedArgument = PlannedColumn | PlannedNext;

export interface PlannedBegin {
  readonly code: number;
  readonly args: readonly PlannedArgument[];
  /** Column that must be 0, where nothing else must be under way; or -1. */
  readonly alone: number;
}

export interface PlannedProbe {
  /** The row's name, and the same without the number of the CPU. */
  readonly name: string;
  readonly group: string;
  readonly probe: Probe;
  /** The event's number, or -1. */
  readonly event: number;
  readonly fields: readonly PlannedField[];
  readonly begins: PlannedBegin | undefined;
  readonly learns: readonly PlannedLearn[];
  /** The same where the row is passed over. */
  readonly passed: readonly PlannedLearn[];
  readonly search: PlannedSearch | undefined;
  /** Column of the CPU that sent the interrupt, or -1; undefined: it begins no interrupt. */
  readonly interrupt: { readonly from: number } | undefined;
  /** Column of a function that must be one of the design's, or -1. */
  readonly of: number;
  /** Column of a text, which must match. */
  readonly when: { readonly column: number; readonly matches: RegExp } | undefined;
  /** Column that is 0 where the row may be foreign, or -1. */
  readonly foreign: number;
  /** What the row's CPU is about to write. */
  readonly changes: readonly PlannedPlace[];
  /** Its function's return shows the state of the CPU, which it changes. */
  readonly returnShows: boolean;
  /** Column of a context id that nobody has any more, or -1. */
  readonly frees: number;
  readonly chooses: PlannedChoice | undefined;
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
  /** Codes of calls that never sleep, nor enclose any other. */
  readonly sleepless: ReadonlySet<number>;
  /** Events that are in no recording: what comes after them happens no earlier than it must. */
  readonly putOff: ReadonlySet<number>;
  /** The handler of interrupts, and what is recorded first of it. */
  readonly handler: number;
  readonly handlerProbe: PlannedProbe | undefined;
  /** The event at which interrupts are sent, or -1. */
  readonly signal: number;
  /** The rows that show one sent to one CPU. */
  readonly single: PlannedProbe | undefined;
  /** Those that are sent to several at once are recorded, too. */
  readonly several: boolean;
  /** By kind of row: whether it begins (1) or ends (2) an interrupt that other CPUs sent. */
  readonly interrupts: Uint8Array;
  /** Whether the recording has rows that say how each CPU starts; else, what is learnt of it from its rows. */
  readonly snapshots: boolean;
  readonly firstSeen: readonly PlannedLearn[];
  /** By context id: whether it is taken. */
  readonly ctxInUse: SteppedCell | undefined;
  /** Where CPUs keep ids of contexts. */
  readonly slotIds: SteppedCell | undefined;
  readonly current: SteppedCell;
  readonly taskMm: SteppedCell;
  readonly taskActiveMm: SteppedCell;
  /** For context ids: the recorded and the model's step from one generation to the next. */
  readonly generations: { readonly recorded: number; readonly model: number } | undefined;
  readonly oldTasks: { readonly rule: OldTasks; readonly active: SteppedCell | undefined } | undefined;
  /** undefined: this design leaves nothing to the way to user mode. */
  readonly userMode:
    | { readonly pending: SteppedCell; readonly slot: SteppedCell; readonly loaded: SteppedCell }
    | undefined;
  readonly balanced: readonly string[];
  readonly unknown: {
    readonly mm: readonly SteppedCell[];
    readonly counts: readonly SteppedCell[];
    readonly task: readonly SteppedCell[];
    readonly machine: readonly SteppedCell[];
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

/** What is written under a lock, and read by rows without it; and the maps whose bits are learnt when they are read. */
export function followedBy(table: ProbeTable): Followed {
  const maps = Object.values(table.probes).flatMap(({ searches }) => searches?.map ?? []);
  return { writes: new Set(table.unknown.machine), reads: new Set(maps) };
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
  const resolver = new Resolver(table, events, emitted);
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
    sleepless: new Set(known.flatMap(({ probe, begins }) => (probe.begins?.sleepless && begins ? [begins.code] : []))),
    putOff: new Set(putOffEvents(table).map((name) => emitted.events.indexOf(name))),
    handler: emitted.codes.findIndex((code) => code.kind === "interrupt" && code.level === HARDIRQ),
    handlerProbe: known.find(({ probe }) => probe.interrupt !== undefined),
    signal: known.find(({ fields }) => fields.some(isTarget))?.event ?? -1,
    single: known.find(({ fields }) => fields.some(({ as }) => as === "target")),
    several: known.some(({ fields }) => fields.some(({ as }) => as === "targets")),
    interrupts: Uint8Array.from(events.kinds, ({ name }) =>
      table.interrupts?.entry.includes(name) ? 1 : table.interrupts?.exit.includes(name) ? 2 : 0,
    ),
    snapshots: known.some(({ probe }) => probe.role === "snapshot"),
    firstSeen: (table.firstSeen ?? []).map((learn) => resolver.learn(learn)),
    ctxInUse: table.ctxInUse === undefined ? undefined : resolver.find(table.ctxInUse),
    slotIds: known.flatMap(({ fields }) => fields).find((field) => field.as === "slots")?.place?.cell,
    current: resolver.cell(table.current),
    taskMm: resolver.cell(table.taskMm),
    taskActiveMm: resolver.cell(table.taskActiveMm),
    generations: table.asids && {
      recorded: table.asids.generation,
      model: resolver.cell(table.asids.map).dims[0] ?? 1,
    },
    oldTasks: table.oldTasks && {
      rule: table.oldTasks,
      active: table.oldTasks.active && resolver.cell(table.oldTasks.active.cell),
    },
    userMode: resolver.userMode(table.userMode),
    balanced: table.balanced,
    unknown: {
      mm: cells(table.unknown.mm),
      counts: cells(table.unknown.counts),
      task: cells(table.unknown.task),
      machine: cells(table.unknown.machine ?? []),
    },
    entry: resolver.entry,
  };
}

const HARDIRQ = 2;

export const isTarget = ({ as }: PlannedField): boolean => as === "target" || as === "targets";

/** A design of a user's, or a changed one, may do without what every design has whose recordings show it. */
export class MissingCellError extends Error {
  constructor(name: string) {
    super(`the design has no ${name}, which the recording shows`);
  }
}

class Resolver {
  /** Entries of functions whose returns show as much as a snapshot. */
  readonly #shownAtReturn: ReadonlySet<string>;
  readonly #events: EventTable;
  readonly #emitted: Emitted;
  readonly #cells: ReadonlyMap<string, SteppedCell>;

  constructor(table: ProbeTable, events: EventTable, emitted: Emitted) {
    const starts = Object.values(table.probes).flatMap(({ at, starts }) => (starts && at !== undefined ? [at] : []));
    this.#shownAtReturn = new Set(starts.map((at) => at.replace(/^r:/, "p:")));
    this.#events = events;
    this.#emitted = emitted;
    this.#cells = new Map(emitted.cells.map((cell) => [cell.name, cell]));
  }

  find(name: string): SteppedCell | undefined {
    return this.#cells.get(name);
  }

  cell(name: string): SteppedCell {
    const found = this.find(name);
    if (found === undefined) throw new MissingCellError(name);
    return found;
  }

  userMode(of: ProbeTable["userMode"]): Plan["userMode"] {
    const pending = of && this.find(of.pending);
    return of && pending && { pending, slot: this.cell(of.slot), loaded: this.cell(of.loaded) };
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
        alone: probe.begins.alone === undefined ? -1 : column(probe.begins.alone),
        args: probe.begins.args.map((arg) => this.#argument(kind, arg)),
      },
      learns: (probe.learns ?? []).map((learn) => this.learn(learn, kind)),
      passed: (probe.passed ?? []).map((learn) => this.learn(learn, kind)),
      search: probe.searches && this.#search(probe.searches),
      interrupt: probe.interrupt && { from: probe.interrupt.from === undefined ? -1 : column(probe.interrupt.from) },
      of: probe.of === undefined ? -1 : column(probe.of.column),
      when: probe.when && { column: column(probe.when.column), matches: probe.when.matches },
      foreign: probe.foreign === undefined ? -1 : column(probe.foreign),
      changes: (probe.changes ?? []).map((place) => this.#place(kind, place)),
      returnShows: this.#shownAtReturn.has(probe.at ?? ""),
      frees: probe.frees === undefined ? -1 : column(probe.frees),
      chooses: probe.chooses && {
        mm: column(probe.chooses.mm),
        columns: columnsOf(this.#events.kinds, probe.chooses.next),
      },
      only: probe.only && this.#place(kind, probe.only),
      late: event(probe.late),
    };
  }

  #place(kind: EventKind, { cell, at }: Place): PlannedPlace {
    return placeOf(this.cell(cell), this.#index(kind, at));
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
      bit: -1,
      given: field.given === undefined ? -1 : argIndex(kind, field.given),
      exact: field.locked ?? ("at" in of && of.at[0] === "cpu"),
    };
    if (planned.column < 0) return [];
    if ("arg" in of) return [{ ...planned, arg: of.arg, place: undefined, second: undefined }];
    const cell = this.find("cell" in of ? of.cell : of.cells[0]);
    const second = "cells" in of ? this.find(of.cells[1]) : undefined;
    const at = this.#index(kind, of.at);
    // A design without pending flushes has none: that is judged, too.
    if (field.as === "pending_slots" && cell === undefined) return [{ ...planned, arg: -1, place: undefined, second }];
    const beyond = at[0]?.of === "number" && at[0].n >= (cell?.dims[0] ?? 0);
    if (cell === undefined || beyond || ("cells" in of && second === undefined)) return [];
    if (field.as === "bits") {
      const cpus = Array.from({ length: cell.dims[0] ?? 1 }, (_, cpu) => cpu);
      return cpus.map((cpu) => {
        const place = placeOf(cell, [{ of: "number", n: cpu }]);
        return { ...planned, bit: cpu, arg: -1, place, second };
      });
    }
    return [{ ...planned, arg: -1, place: placeOf(cell, at), second }];
  }

  #search({ map, generation, ids, result }: Search): PlannedSearch {
    return {
      map: this.cell(map),
      generation: this.cell(generation),
      ids: this.cell(ids),
      result: columnsOf(this.#events.kinds, result),
    };
  }

  #argument(kind: EventKind, arg: Begin["args"][number]): PlannedArgument {
    if (!("next" in arg)) return { column: argIndex(kind, arg.column), as: arg.as, bit: -1 };
    return {
      columns: columnsOf(this.#events.kinds, { [arg.next]: arg.column }),
      as: arg.as,
      or: arg.or,
      born: arg.born ?? false,
    };
  }

  /** `kind`: the row's own, if it is one row's. */
  learn(learn: Learn, kind?: EventKind): PlannedLearn {
    const { self } = learn.from;
    const own = (name: string): number => (kind === undefined ? -1 : argIndex(kind, name));
    const none = this.#events.kinds.flatMap(({ name }, id) =>
      Object.hasOwn(learn.from, name) && learn.from[name] === null ? [[id, -1] as const] : [],
    );
    const told = Object.entries(learn.from).filter((entry): entry is [string, string] => entry[1] !== null);
    return {
      cell: this.cell(learn.cell),
      task: learn.task === "current" ? -1 : own(learn.task.column),
      self: typeof self === "string" ? own(self) : -1,
      from: new Map([...none, ...columnsOf(this.#events.kinds, Object.fromEntries(told))]),
      some: learn.some ?? false,
    };
  }
}
