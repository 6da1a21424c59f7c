// SPDX-License-Identifier: MIT
// What can be wrong with a trace, as data: each code says what was expected and the way out. The command line exits
// with 3 for all of them. Not errors, but part of the report: an overrun ring, lost events, odd names.

interface ErrorText {
  /** What was found; {…} is filled in. */
  readonly found: string;
  readonly expected: string;
  readonly wayOut: string;
}

const ADVICE_RECORD = "see `lazymm record` for what to run on the machine";
const FORMATS = "ftrace text, trace.dat, text of trace-cmd report or perf script, systrace HTML, or a Perfetto trace";

export const TRACE_ERRORS = {
  "trace-missing": {
    found: "{file} does not exist",
    expected: "a trace file, a directory that holds one, or - for standard input",
    wayOut: "check the path",
  },
  "trace-unreadable": {
    found: "{file} cannot be read ({detail})",
    expected: "a readable file",
    wayOut: "check its permissions; files under /sys/kernel/tracing belong to root",
  },
  "trace-directory-empty": {
    found: "{file} holds no trace (it holds {detail})",
    expected: "trace.txt, trace.dat, trace.pftrace, trace.html or trace in the directory, plain, .gz or .zst",
    wayOut: "name the trace file itself",
  },
  "trace-empty": {
    found: "{file} is empty",
    expected: FORMATS,
    wayOut: `the recording wrote nothing: ${ADVICE_RECORD}`,
  },
  "trace-damaged": {
    found: "{file} is damaged at byte {detail}, and nothing before that is an event",
    expected: "a complete compressed file",
    wayOut: "copy or record it again",
  },
  "trace-too-large": {
    found: "{file} does not fit in memory: {detail}",
    expected:
      "a trace whose events fit: of text about as many bytes as it has when unpacked, half as much again at times",
    wayOut: "give a part (`trace-cmd split` for trace.dat, the lines of some minutes of text), or record fewer events",
  },
  "trace-not-understood": {
    found: "{file} is {detail}",
    expected: `${FORMATS}; plain, .gz or .zst`,
    wayOut: `give one of these, such as the text of /sys/kernel/tracing/trace; ${ADVICE_RECORD}`,
  },
  "trace-format-later": {
    found: "{file} is {detail}, which lazymm recognises but cannot read yet",
    expected: `${FORMATS}; plain, .gz or .zst`,
    wayOut: "convert it: {remedy}",
  },
  "trace-no-events": {
    found: "{file} is text, but none of its {detail} lines is an ftrace event",
    expected: "lines like `sh-127 [002] d..2. 43.542: sched_switch: …`",
    wayOut: `check that it is a trace; ${ADVICE_RECORD}`,
  },
  "trace-nothing-inside": {
    found: "{file} holds no event that can be read: {detail}",
    expected: "a recording with the events themselves",
    wayOut: `record or convert it again; ${ADVICE_RECORD}`,
  },
  "trace-no-ftrace": {
    found: "{file} is a Perfetto trace whose {detail} packets hold no ftrace event (only of programs, it seems)",
    expected: "the data source linux.ftrace, with sched/sched_switch among its ftrace_events",
    wayOut: `record again with it; ${ADVICE_RECORD}`,
  },
  "trace-no-switches": {
    found: "{file} has {detail} events, but no sched_switch",
    expected: "sched:sched_switch, without which nobody knows what ran where",
    wayOut: `record again with sched_switch enabled; ${ADVICE_RECORD}`,
  },
} as const satisfies Record<string, ErrorText>;

export type TraceErrorCode = keyof typeof TRACE_ERRORS;

export interface TraceError {
  readonly code: TraceErrorCode;
  /** The input as the user named it. */
  readonly file: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  readonly expected: string;
  readonly wayOut: string;
}

export function traceError(code: TraceErrorCode, file: string, detail = "", remedy = ""): TraceError {
  const text: ErrorText = TRACE_ERRORS[code];
  const fill = (pattern: string) =>
    pattern.replace(/\{(file|detail|remedy)\}/g, (_, hole: string) => {
      if (hole === "file") return file === "-" ? "standard input" : file;
      return hole === "detail" ? detail : remedy;
    });
  return { code, file, message: fill(text.found), expected: fill(text.expected), wayOut: fill(text.wayOut) };
}
