// SPDX-License-Identifier: MIT
// Which program printed a text, by the form of its lines. Task names may look like anything, so lines are counted.

import type { TraceFormat } from "./parsed.ts";

const TGID = String.raw`(?:\([ \d-]+\)\s+)?`;
const CPU_AND_FLAGS = String.raw`(?:\[\d+\]\s+${TGID}(?:\S{3,8}\s+)?|\d+[^\s\d]\S{2,7}\s+)`;
/** What is after a task's name in ftrace text, as in ftrace-text/head.ts: `-127 [002] d..2. 43.542056: `. */
const FTRACE = new RegExp(String.raw`-\d+\s+${TGID}${CPU_AND_FLAGS}\d+(?:\.\d+)?(?:us.?)?:\s`);
/** In perf's text an event has a system: `127/127 [002] 43.542056: sched:sched_switch: `. */
const PERF = /\[-?\d+\]\s+(?:[A-Za-z]{1,6}\s+)?\d+\.\d+:\s+(?:\d+\s+)?(?:[a-z_][\w.-]*:[\w.-]+:|PERF_RECORD_)/;
/** Events of the hardware have none, but the pid stands alone. */
const PERF_HARDWARE = /\s(?:-1|\d+)(?:\/-?\d+)?\s+\[\d+\]\s+\d+\.\d+:\s+(?:\d+\s+)?[\w/,=.-]+:/;
/** Without the cpu, the time, both, or the event. */
const HALF_PERF = [
  /\s\d+(?:\/\d+)?\s+\d+\.\d{6,9}:\s+(?:\d+\s+)?[a-z_]\w*:\w+:(?:\s|$)/,
  /\[\d+\]\s+(?:\d+\s+)?[a-z_]\w*:\w+:(?:\s|$)/,
  /(?:^|\s)sched:sched_switch:\s/,
  /\[\d+\]\s+\d+\.\d+:\s+(?:\d+\s+)?(?:\S.*:\d+ \[\d+\] \S+ ==>|prev_comm=)/,
];
/** trace-cmd pads the name of an event (-R: and one space more), and says first what it read. */
const PADDED = /\d: ([\w.-]+: +)[^\s:]/;
const PADDED_COLUMNS = [22, 23];
const FIRST_LINES = /^(?:version = \d+|cpus=\d+)\r?$/m;
/** The lines of a web page or of a binary file are long. */
const MAX_LINE = 4096;

export type TextForm = TraceFormat | "half-perf" | "text";

export function textForm(text: string): TextForm {
  const count = { ftrace: 0, perf: 0, half: 0, padded: 0 };
  for (const line of text.split("\n")) {
    if (line.length > MAX_LINE) continue;
    if (PERF.test(line)) count.perf++;
    else if (FTRACE.test(line)) {
      count.ftrace++;
      if (PADDED_COLUMNS.includes(PADDED.exec(line)?.[1]?.length ?? 0)) count.padded++;
    } else if (PERF_HARDWARE.test(line)) count.perf++;
    else if (HALF_PERF.some((form) => form.test(line))) count.half++;
  }
  if (count.perf > count.ftrace) return "perf-script";
  if (count.ftrace > 0)
    return count.padded > 0 || FIRST_LINES.test(text.slice(0, 256)) ? "trace-cmd-report" : "ftrace-text";
  return count.half > 0 ? "half-perf" : "text";
}
