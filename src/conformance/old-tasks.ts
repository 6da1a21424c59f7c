// SPDX-License-Identifier: MIT
// Whose mm is whose, of tasks that are older than the recording and whose switches do not show it: what the recording
// says of them later. All of it is from rows that the model is still going to be held against.

import type { OldTasks as Rule } from "../../model/probes/types.ts";
import { argIndex, type EventTable, FLAG } from "../events/table.ts";

/** Where an address is: a row and its column. */
export interface Shown {
  readonly row: number;
  readonly column: number;
}

/** A task that a switch gave neither another mm nor its own back: a kernel thread, or one that shares `like`'s. */
export interface Alike {
  readonly like: number;
}

export class OldTasks {
  private readonly table: EventTable;
  private readonly switches: ReadonlyMap<number, number>;
  private readonly loads: ReadonlyMap<number, number>;
  private readonly returns: ReadonlyMap<number, number>;
  private readonly left: ReadonlyMap<number, number>;
  private readonly borrows: ReadonlyMap<number, number>;
  private readonly own: ReadonlyMap<number, number>;
  /** By these a task begins something on its own. */
  private readonly calls: ReadonlySet<number>;
  private readonly ids: ReadonlyMap<number, { mm: number; id: number }>;
  private readonly tgids: ReadonlyMap<number, number>;
  /** By pid: the rows that may tell, in order. */
  private rows: Map<number, number[]> | undefined;

  constructor(table: EventTable, rule: Rule, calls: ReadonlySet<number>) {
    this.table = table;
    this.calls = calls;
    this.switches = columnOf(table, rule.switches.row, rule.switches.column);
    this.loads = columnOf(table, rule.loads.row, rule.loads.column);
    this.left = rule.loads.left === undefined ? new Map() : columnOf(table, rule.loads.row, rule.loads.left);
    this.borrows = rule.borrows === undefined ? new Map() : columnOf(table, rule.borrows.row, rule.borrows.column);
    this.returns = columnOf(table, rule.returns.row, rule.returns.column);
    this.own = new Map(Object.entries(rule.own).flatMap(([row, column]) => [...columnOf(table, row, column)]));
    this.ids = new Map(
      table.kinds.flatMap((kind, k) => {
        const [mm, id] = [argIndex(kind, "mm"), argIndex(kind, rule.active?.id ?? "")];
        return mm < 0 || id < 0 ? [] : [[k, { mm, id }] as const];
      }),
    );
    this.tgids = new Map(table.pids.map(({ pid, tgid }) => [pid, tgid]));
  }

  /** What shows the mm that `pid` has at `row`; undefined: nothing does. */
  mmOf(pid: number, row: number): Shown | Alike | undefined {
    const first = this.firstOf(pid, row);
    if (first !== undefined && ("row" in first || first.like === 0)) return first;
    // One that runs on, or threads that only ever follow each other: another of the process shows it some time.
    for (const thread of this.threadsOf(pid)) {
      for (const at of this.rowsOf(thread)) {
        const found = at < row ? undefined : this.at(at);
        if (found !== undefined && "row" in found) return found;
      }
    }
    return first;
  }

  private firstOf(pid: number, row: number): Shown | Alike | undefined {
    const at = this.rowsOf(pid).find((one) => one >= row);
    return at === undefined ? undefined : this.at(at);
  }

  private at(row: number): Shown | Alike {
    const own = this.own.get(this.table.kind[row]!);
    return own === undefined ? this.switchedTo(row) : { row, column: own };
  }

  /** The task first, then the others of its process. */
  private threadsOf(pid: number): readonly number[] {
    const tgid = this.tgids.get(pid) ?? -1;
    if (tgid < 0) return [pid];
    return [pid, ...this.table.pids.filter((one) => one.tgid === tgid && one.pid !== pid).map((one) => one.pid)];
  }

  /** What shows the mm that a CPU runs with at `row`, its own or a borrowed one; `id`: its recorded id, if not 0. */
  activeOf(cpu: number, row: number, id: number): Shown | undefined {
    let loaded = false;
    for (let at = row; at < this.table.length; at++) {
      if (this.table.cpu[at] !== cpu || this.interrupts(at)) continue;
      const kind = this.table.kind[at]!;
      const before = this.borrows.get(kind) ?? this.left.get(kind) ?? this.own.get(kind);
      const column = this.returns.get(kind) ?? (loaded ? undefined : before);
      if (column !== undefined && this.raw(at, column) !== 0) return { row: at, column };
      if (loaded && this.switches.has(kind)) break;
      loaded ||= this.isLoad(at);
    }
    return id === 0 ? undefined : this.withId(id, row);
  }

  /** Whether the task that a switch leaves has its own mm: another is loaded, and nothing borrowed is given back. */
  leavesOwn(row: number): boolean {
    if (!this.switches.has(this.table.kind[row]!)) return false;
    const found = this.behind(row);
    return found !== undefined && this.loads.has(this.table.kind[found.row]!) && !this.givesBack(found.row);
  }

  private givesBack(row: number): boolean {
    const { table } = this;
    for (let at = row + 1; at < table.length; at++) {
      if (table.cpu[at] !== table.cpu[row] || this.interrupts(at)) continue;
      if (this.returns.has(table.kind[at]!)) return true;
      if (this.switches.has(table.kind[at]!)) break;
    }
    return false;
  }

  private withId(wanted: number, from: number): Shown | undefined {
    for (let row = from; row < this.table.length; row++) {
      const columns = this.ids.get(this.table.kind[row]!);
      if (columns !== undefined && this.raw(row, columns.id) === wanted) return { row, column: columns.mm };
    }
    return undefined;
  }

  private switchedTo(row: number): Shown | Alike {
    const found = this.behind(row);
    if (found !== undefined) return found;
    const next = this.raw(row, this.switches.get(this.table.kind[row]!)!);
    const before = this.table.pid[row]!;
    const tgid = this.tgids.get(next) ?? -1;
    return { like: tgid >= 0 && tgid === this.tgids.get(before) ? before : 0 };
  }

  /** Of one switch: the row that shows the mm that comes with it. */
  private behind(row: number): Shown | undefined {
    const { table } = this;
    for (let at = row + 1; at < table.length; at++) {
      if (table.cpu[at] !== table.cpu[row] || this.interrupts(at)) continue;
      const kind = table.kind[at]!;
      const column = this.isLoad(at) ? this.loads.get(kind) : this.returns.get(kind);
      if (column !== undefined) return { row: at, column };
      if (this.switches.has(kind) || this.borrows.has(kind) || this.calls.has(kind)) break;
    }
    return undefined;
  }

  private rowsOf(pid: number): readonly number[] {
    this.rows ??= this.index();
    return this.rows.get(pid) ?? [];
  }

  private index(): Map<number, number[]> {
    const rows = new Map<number, number[]>();
    for (let row = 0; row < this.table.length; row++) {
      const kind = this.table.kind[row]!;
      const next = this.switches.get(kind);
      const pid = next !== undefined ? this.raw(row, next) : this.own.has(kind) ? this.table.pid[row]! : undefined;
      if (pid === undefined) continue;
      const list = rows.get(pid);
      if (list === undefined) rows.set(pid, [row]);
      else list.push(row);
    }
    return rows;
  }

  /** A flush may leave an mm too, but it does not say which. */
  private isLoad(row: number): boolean {
    const kind = this.table.kind[row]!;
    const left = this.left.get(kind);
    return this.loads.has(kind) && (left === undefined || this.raw(row, left) !== 0);
  }

  /** What an interrupt does is not the task's. */
  private interrupts(row: number): boolean {
    return (this.table.flags[row]! & FLAG.hardirq) !== 0;
  }

  private raw(row: number, column: number): number {
    return this.table.values[this.table.args[row]! + column]!;
  }
}

/** By kind: the column, of kinds with this name (`#`: a number). */
function columnOf(table: EventTable, name: string, column: string): Map<number, number> {
  return new Map(
    table.kinds.flatMap((kind, k) => {
      const named = kind.name === name || kind.name.replace(/\d+$/, "#") === name;
      const at = argIndex(kind, column);
      return named && at >= 0 ? [[k, at] as const] : [];
    }),
  );
}
