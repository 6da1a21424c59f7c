// SPDX-License-Identifier: MIT
// Which reader reads which format. A new format is a line here, and one in detect.ts.

import type { Wanted } from "../events/builder.ts";
import { FtraceTextParser } from "./ftrace-text/parser.ts";
import type { RandomReader, StreamReader, TraceFormat } from "./parsed.ts";
import { PerfScriptParser } from "./perf-script/parser.ts";
import { PerfettoReader } from "./perfetto/reader.ts";
import { SystraceReader } from "./systrace/reader.ts";
import { TraceCmdReader } from "./trace-cmd-report/reader.ts";
import { readTraceDat } from "./trace-dat/read.ts";

/** Formats that are read in one pass, as the bytes come. */
export const STREAM_READERS: Partial<Record<TraceFormat, (wanted?: Wanted) => StreamReader>> = {
  "ftrace-text": (wanted) => new FtraceTextParser(wanted),
  "trace-cmd-report": (wanted) => new TraceCmdReader(wanted),
  "perf-script": (wanted) => new PerfScriptParser(wanted),
  "systrace-html": (wanted) => new SystraceReader(wanted),
  // Who runs, and how tasks are called, is pieced together from all arguments at the end.
  perfetto: () => new PerfettoReader(),
};

/** Formats whose parts are anywhere in the file. */
export const RANDOM_READERS: Partial<Record<TraceFormat, RandomReader>> = {
  "trace.dat": readTraceDat,
};
