// SPDX-License-Identifier: MIT
// What a recording says of the past only later: which mm a task had that was there before, what a call is about.
import { argIndex, type EventTable, FLAG } from "../events/table.ts";
import type { PlannedChoice, PlannedLearn } from "./plan.ts";

/** How many rows of a CPU, or of a task, are looked at. */
const NEAR = 4;

export interface Cell {
  readonly row: number;
  /** -1: the row says that there is none. */
  readonly column: number;
}

/** The row from which it is learnt, among the CPU's next ones; `far`: this one as well, and as many as there are. */
export function learntFrom(table: EventTable, row: number, learn: PlannedLearn, far: boolean): Cell | undefined {
  if (learn.self >= 0) return { row, column: learn.self };
  const cpu = table.cpu[row]!;
  let left = far ? Number.POSITIVE_INFINITY : NEAR;
  for (let next = far ? row : row + 1; next < table.length && left > 0; next++) {
    if (table.cpu[next] !== cpu) continue;
    left--;
    const column = learn.from.get(table.kind[next]!);
    if (column === undefined) continue;
    if (!learn.some || (column >= 0 && table.values[table.args[next]! + column] !== 0)) return { row: next, column };
  }
  return undefined;
}

/** The task's next row of one of these kinds, and the column that tells, unless it has others first. */
export function nextOfTask(table: EventTable, row: number, columns: ReadonlyMap<number, number>): Cell | undefined {
  let left = NEAR;
  for (let next = row + 1; next < table.length && left > 0; next++) {
    if (!sameContext(table, row, next)) continue;
    left--;
    const column = columns.get(table.kind[next]!);
    if (column !== undefined) return { row: next, column };
  }
  return undefined;
}

/** Whether one of the rows that tell comes next of the task on this CPU, about the same mm. */
export function isChosen(table: EventTable, row: number, choice: PlannedChoice): boolean {
  const mm = table.values[table.args[row]! + choice.mm]!;
  for (let next = row + 1; next < table.length; next++) {
    if (table.cpu[next] !== table.cpu[row] || !sameContext(table, row, next)) continue;
    const column = choice.columns.get(table.kind[next]!);
    return column !== undefined && table.values[table.args[next]! + column] === mm;
  }
  return false;
}

/** Rows of the same task, in an interrupt or not. */
function sameContext(table: EventTable, a: number, b: number): boolean {
  return table.pid[a] === table.pid[b] && ((table.flags[a]! ^ table.flags[b]!) & (FLAG.hardirq | FLAG.softirq)) === 0;
}

/** By kind of row, the column of that name. */
export function columnsOf(kinds: EventTable["kinds"], names: Readonly<Record<string, string>>): Map<number, number> {
  return new Map(
    kinds.flatMap((kind, id) => {
      const name = Object.hasOwn(names, kind.name) ? names[kind.name] : undefined;
      const column = name === undefined ? -1 : argIndex(kind, name);
      return column < 0 ? [] : [[id, column] as const];
    }),
  );
}
