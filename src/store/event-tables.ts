// SPDX-License-Identifier: MIT
// Events as tables: one with all of them, arguments as JSON; and one for each event, with a column for each argument.
import { type EventKind, type EventTable, FLAG, FLAG_DEPTH_SHIFT, listAt, wordValue } from "../events/table.ts";
import { type Cell, type Column, type ColumnType, column, type Table, timeColumns } from "./table.ts";

/** What the recording says of pids, and which rows are wanted. */
export interface EventSource {
  readonly table: EventTable;
  readonly keep: (row: number) => boolean;
  /** Empty, or -1: not known. */
  readonly comm: (pid: number) => string;
  readonly tgid: (pid: number) => number;
}

/** A trace has some dozens of events. One with thousands gets no table for those that come last. */
const TYPED_TABLES_MAX = 1000;

const FLAG_COLUMNS: readonly (readonly [name: string, bit: number])[] = [
  ["irqs_off", FLAG.irqsOff],
  ["bh_off", FLAG.bhOff],
  ["need_resched", FLAG.needResched],
  ["hardirq", FLAG.hardirq],
  ["softirq", FLAG.softirq],
  ["nmi", FLAG.nmi],
  ["preempted", FLAG.preempted],
];

export function eventsTable(source: EventSource): Table {
  const { table, comm, tgid } = source;
  const rows = rowsWhere(table, source.keep);
  const flags = (i: number): number | undefined => {
    const value = table.flags[rows[i]!]!;
    return (value & FLAG.noFlags) === 0 ? value : undefined;
  };
  const pid = (i: number): number => table.pid[rows[i]!]!;
  return {
    name: "events",
    rows: rows.length,
    columns: [
      ...placeColumns(table, rows),
      column("comm", "text", (i) => (pid(i) < 0 ? null : comm(pid(i)) || null)),
      column("tgid", "int", (i) => (pid(i) < 0 ? null : known(tgid(pid(i))))),
      column("event", "text", (i) => table.kinds[table.kind[rows[i]!]!]!.name),
      ...FLAG_COLUMNS.map(([name, bit]) =>
        column(name, "bool", (i) => {
          const value = flags(i);
          return value === undefined ? null : (value & bit) !== 0;
        }),
      ),
      column("preempt_depth", "int", (i) => {
        const value = flags(i);
        return value === undefined ? null : value >> FLAG_DEPTH_SHIFT;
      }),
      column("args", "text", (i) => argsAsJson(table, rows[i]!)),
    ],
  };
}

function known(value: number): number | null {
  return value < 0 ? null : value;
}

function rowsWhere(table: EventTable, keep: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(table.length);
  let count = 0;
  for (let row = 0; row < table.length; row++) if (keep(row)) rows[count++] = row;
  return rows.subarray(0, count);
}

/** Which row, when, where, and whose. */
function placeColumns(table: EventTable, rows: Int32Array): Column[] {
  return [
    column("row", "int", (i) => rows[i]!),
    ...timeColumns("time_", table.secondsPerTick, (i) => table.time[rows[i]!]!),
    column("cpu", "int", (i) => table.cpu[rows[i]!]!),
    column("pid", "int", (i) => known(table.pid[rows[i]!]!)),
  ];
}

/** 64-bit values as text in hexadecimal: numbers of JSON are doubles to most who read it. */
function argsAsJson(table: EventTable, row: number): string {
  const kind = table.kinds[table.kind[row]!]!;
  const args: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  kind.args.forEach(({ name, type }, i) => {
    const value = table.values[table.args[row]! + i]!;
    if (Number.isNaN(value)) args[name] = null;
    else if (type === "int") args[name] = value;
    else if (type === "text") args[name] = table.strings[value]!;
    else if (type === "word") args[name] = `0x${wordValue(table, value).toString(16)}`;
    else args[name] = Array.from(listAt(table, value), (element) => `0x${wordValue(table, element).toString(16)}`);
  });
  return JSON.stringify(args);
}

/** One table for each name of an event; kinds that share a name share a table. `taken`: names of other tables. */
export function typedTables(source: EventSource, taken: readonly string[]): Table[] {
  const { table } = source;
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < table.length; row++) {
    if (!source.keep(row)) continue;
    const { name } = table.kinds[table.kind[row]!]!;
    const rows = rowsOf.get(name);
    if (rows === undefined) rowsOf.set(name, [row]);
    else rows.push(row);
  }
  const names = uniqueNames(taken);
  return [...rowsOf].slice(0, TYPED_TABLES_MAX).map(([name, list]) => {
    const rows = Int32Array.from(list);
    const place = placeColumns(table, rows);
    const columns = [...place, ...argColumns(table, name, rows, uniqueNames(place.map((one) => one.name)))];
    return { name: names(name.replace(/\W/g, "_"), "event_"), rows: rows.length, columns };
  });
}

/** A name, or with the prefix (and then a number) one that nobody has; databases do not tell A from a. */
function uniqueNames(taken: readonly string[]): (name: string, prefix: string) => string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  return (name, prefix) => {
    let free = name === "" || used.has(name.toLowerCase()) ? prefix + name : name;
    for (let i = 2; used.has(free.toLowerCase()); i++) free = `${prefix}${name}_${i}`;
    used.add(free.toLowerCase());
    return free;
  };
}

function argColumns(
  table: EventTable,
  event: string,
  rows: Int32Array,
  unique: (name: string, prefix: string) => string,
): Column[] {
  const types = new Map<string, ColumnType>();
  for (const kind of table.kinds) {
    if (kind.name !== event) continue;
    for (const { name, type } of kind.args) {
      const wanted = type === "list" ? "words" : type;
      // One that is printed in two ways.
      types.set(name, (types.get(name) ?? wanted) === wanted ? wanted : "text");
    }
  }
  return [...types].map(([name, type]) => {
    const places = table.kinds.map((kind) => kind.args.findIndex((arg) => arg.name === name));
    return column(unique(name, "arg_"), type, (i) => {
      const row = rows[i]!;
      const kind = table.kind[row]!;
      const place = places[kind]!;
      return place < 0 ? null : cellOf(table, table.kinds[kind]!, row, place, type);
    });
  });
}

function cellOf(table: EventTable, kind: EventKind, row: number, place: number, type: ColumnType): Cell {
  const value = table.values[table.args[row]! + place]!;
  if (Number.isNaN(value)) return null;
  const has = kind.args[place]!.type;
  if (has === "text") return table.strings[value]!;
  if (has === "word") return type === "text" ? `0x${wordValue(table, value).toString(16)}` : wordValue(table, value);
  if (has === "int") return type === "text" ? String(value) : value;
  const list = Array.from(listAt(table, value), (element) => wordValue(table, element));
  return type === "text" ? `{${list.join(",")}}` : list;
}
