// SPDX-License-Identifier: MIT
// A recording's schedule, several times over: the same work, long enough to be timed without what a replay costs to set
// up. Every time has tasks and mms of its own, as a longer recording would; only idle tasks and init_mm are the same.
import { ACTION, type Schedule, type TaskInfo } from "../../src/events/schedule.ts";

/** init_mm; 0 is "no mm". */
const INIT_MM = 1;

export function repeated(schedule: Schedule, times: number): Schedule {
  const { length, cpus, mms, tasks } = schedule;
  const task = (id: number, time: number): number => (id < cpus ? id : id + time * (tasks.length - cpus));
  const mm = (id: number, time: number): number => (id <= INIT_MM ? id : id + time * (mms - INIT_MM));
  const span = length === 0 ? 0 : schedule.time[length - 1]! - schedule.time[0]!;
  const born: TaskInfo[] = [...tasks.slice(0, cpus)];
  for (let time = 0; time < times; time++) {
    for (const one of tasks.slice(cpus)) born.push({ ...one, mm: mm(one.mm, time) });
  }
  const long: Schedule = {
    ...schedule,
    tasks: born,
    mms: mm(mms, times - 1),
    length: length * times,
    kind: tiled(schedule.kind, times),
    time: tiled(schedule.time, times),
    cpu: tiled(schedule.cpu, times),
    a: tiled(schedule.a, times),
    b: tiled(schedule.b, times),
    c: tiled(schedule.c, times),
    start: tiled(schedule.start, times),
    end: tiled(schedule.end, times),
    row: tiled(schedule.row, times),
  };
  for (let i = 0; i < long.length; i++) {
    const time = Math.floor(i / length);
    long.time[i] = long.time[i]! + time * span;
    switch (long.kind[i]) {
      case ACTION.switch:
        long.b[i] = task(long.b[i]!, time);
        long.a[i] = task(long.a[i]!, time);
        break;
      case ACTION.exec:
      case ACTION.useMm:
      case ACTION.newTask:
        long.b[i] = mm(long.b[i]!, time);
        long.a[i] = task(long.a[i]!, time);
        break;
      case ACTION.exit:
      case ACTION.unuseMm:
        long.a[i] = task(long.a[i]!, time);
        break;
      case ACTION.mmInit:
      case ACTION.flush:
        long.a[i] = mm(long.a[i]!, time);
        break;
      default:
    }
  }
  return long;
}

/** A copy that holds the column so often. */
function tiled<Column extends Uint8Array | Int32Array | Float64Array>(column: Column, times: number): Column {
  const Copy = column.constructor as new (length: number) => Column;
  const long = new Copy(column.length * times);
  for (let time = 0; time < times; time++) long.set(column, time * column.length);
  return long;
}
