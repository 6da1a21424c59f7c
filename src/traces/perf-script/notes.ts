// SPDX-License-Identifier: MIT
// What a reader of the report must know of a perf script text, in words.

/** What gave no row, no arguments, or less than it could. */
export interface PerfOdd {
  /** Lines that belong to no event. */
  unknown: number;
  /** Lines that continue an event that was complete without them. */
  continuation: number;
  /** Lines without an event's name after the time. */
  nameless: number;
  /** Frames of stacks. */
  stack: number;
  /** Events without a cpu, or with cpu -1: no row. */
  noCpu: number;
  /** Rows whose current task is not known: no pid, or -1. */
  noPid: number;
  /** PERF_RECORD_… lines, and those of them that were cut. */
  records: number;
  brokenRecords: number;
  /** sched_switch rows that stand for several. */
  sampled: number;
  /** sched_switch rows without arguments. */
  bareSwitches: number;
  tooManyNames: number;
  otherClock: number;
  timeWentBack: number;
}

export const PERF_COMMAND =
  "perf script -F comm,pid,tid,cpu,time,event,trace --ns --show-task-events --show-lost-events";

export function perfNotes(odd: PerfOdd, standIns: readonly string[]): string[] {
  const notes: string[] = [];
  const note = (count: number, text: string) => {
    if (count > 0) notes.push(`${count} ${text}`);
  };
  note(odd.unknown + odd.nameless + odd.brokenRecords, "lines could not be read as events and were skipped");
  note(odd.stack, "lines of stacks were skipped");
  note(odd.noCpu, "events do not say their cpu and were skipped");
  note(odd.noPid, "rows do not say whose they are (perf prints -1 for a task that is gone)");
  note(odd.sampled, "sched_switch rows stand for several switches: record with -c 1, or switches are missing");
  note(odd.bareSwitches, `sched_switch rows have no arguments: print them with ${PERF_COMMAND}`);
  for (const name of standIns) notes.push(`${name} was not recorded: perf's own records of tasks stand for it`);
  if (standIns.includes("task_newtask")) notes.push("perf's records of new tasks do not tell vfork() from fork()");
  return notes;
}
