// SPDX-License-Identifier: MIT
// Which reader reads which format. A new format is a line here, and one in detect.ts.

import { FtraceTextParser } from "./ftrace-text/parser.ts";
import type { RandomReader, StreamReader, TraceFormat } from "./parsed.ts";
import { PerfScriptParser } from "./perf-script/parser.ts";
import { PerfettoReader } from "./perfetto/reader.ts";
import { SystraceReader } from "./systrace/reader.ts";
import { TraceCmdReader } from "./trace-cmd-report/reader.ts";
import { readTraceDat } from "./trace-dat/read.ts";

/** Formats that are read in one pass, as the bytes come. */
export const STREAM_READERS: Partial<Record<TraceFormat, () => StreamReader>> = {
  "ftrace-text": () => new FtraceTextParser(),
  "trace-cmd-report": () => new TraceCmdReader(),
  "perf-script": () => new PerfScriptParser(),
  "systrace-html": () => new SystraceReader(),
  perfetto: () => new PerfettoReader(),
};

/** Formats whose parts are anywhere in the file. */
export const RANDOM_READERS: Partial<Record<TraceFormat, RandomReader>> = {
  "trace.dat": readTraceDat,
};
