// SPDX-License-Identifier: MIT
// What is fuzzed: every reader of traces through the door that the command line uses, and what has no door of its own.

import { Readable } from "node:stream";
import { constants, deflateSync, gzipSync, inflateSync } from "node:zlib";
import { assert } from "../../src/base/assert.ts";
import { inflateZlib } from "../../src/base/inflate.ts";
import type { Result } from "../../src/base/result.ts";
import { argToString, type EventTable } from "../../src/events/table.ts";
import type { TraceError } from "../../src/traces/errors.ts";
import { type OpenedTrace, openTrace } from "../../src/traces/input/open.ts";
import type { TraceFormat } from "../../src/traces/parsed.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { readSidecars, SIDECAR_FILES } from "../../src/traces/sidecars.ts";
import type { Dice } from "../random.ts";
import { DAT6, DAT7, DAT7_ZLIB, DAT7_ZSTD, PACKETS } from "./binary-seeds.ts";
import { FTRACE_TEXTS, PAGE_TEXTS, PERF_TEXTS, REPORT_TEXTS, SIDECAR_TEXTS } from "./text-seeds.ts";
import { madeFrame, ZSTD_SAMPLES } from "./zstd-seeds.ts";

export interface Input {
  readonly bytes: Uint8Array;
  /** The same, as they come. */
  readonly pieces: readonly Uint8Array[];
  /** Read it in other pieces, too, and compare. */
  readonly twice: boolean;
}

export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Files that no damage leads to; a third of the cases. */
  readonly make?: (dice: Dice) => Uint8Array;
  /** Says what came of it in a word or two. Whatever it throws is a finding. */
  readonly run: (input: Input) => Promise<string>;
}

const encode = (texts: readonly string[]) => texts.map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0)));
const ATRACE = encode(["TRACE:\n", "capturing trace... done\nTRACE:\n"]);
const TEXTS = encode(FTRACE_TEXTS);
const GZIPS = TEXTS.map((text, i) => gzipSync(text, { level: [1, 6, 9][i % 3] })).concat(gzipSync(DAT6[0]!));
const STRATEGIES = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];
const ZLIBS = TEXTS.map((text, i) => deflateSync(text, { strategy: STRATEGIES[i % 4]!, level: i === 5 ? 0 : 6 }));
const ATRACES = ZLIBS.map((bytes, i) => Buffer.concat([ATRACE[i % 2]!, bytes]));

export const TARGETS: readonly Target[] = [
  trace("ftrace-text", TEXTS, "ftrace-text"),
  trace("perf-script", encode(PERF_TEXTS), "perf-script"),
  trace("trace-cmd-report", encode(REPORT_TEXTS), "trace-cmd-report"),
  trace("systrace-html", encode(PAGE_TEXTS), "systrace-html"),
  trace("perfetto", PACKETS, "perfetto"),
  trace("trace-dat-6", DAT6, "trace.dat"),
  trace("trace-dat-7", DAT7, "trace.dat"),
  trace("trace-dat-7-zlib", DAT7_ZLIB, "trace.dat"),
  trace("trace-dat-7-zstd", DAT7_ZSTD, "trace.dat"),
  trace("atrace", ATRACES),
  trace("gzip", GZIPS),
  { ...trace("zstd", ZSTD_SAMPLES), make: madeFrame },
  trace("detect", [
    ...TEXTS,
    ...encode([...PERF_TEXTS, ...REPORT_TEXTS, ...PAGE_TEXTS]),
    ...PACKETS,
    ...DAT6,
    ...GZIPS,
  ]),
  { name: "inflate", seeds: ZLIBS, run: runInflate },
  { name: "sidecars", seeds: encode(SIDECAR_TEXTS), run: runSidecars },
];

/** A file, read as `format` whatever it looks like, or as what it looks like. */
function trace(name: string, seeds: readonly Uint8Array[], format?: TraceFormat): Target {
  const options = format === undefined ? {} : { format };
  const open = (pieces: readonly Uint8Array[]) => openTrace("-", { ...options, stdin: Readable.from(pieces) });
  const run = async ({ bytes, pieces, twice }: Input) => {
    const opened = await open(pieces);
    if (twice) checkSame(opened, await open([bytes]));
    // Standard input is there: an error of the system is one of ours.
    if (!opened.ok) assert(opened.error.code !== "trace-unreadable", opened.error.message);
    if (!opened.ok) return `refused: ${opened.error.code}`;
    check(opened.value);
    return opened.value.damaged === undefined ? "read" : "damaged";
  };
  return { name, seeds, run };
}

type Opened = Result<OpenedTrace, TraceError>;

/** The pieces in which a file comes do not matter, but for how much of a broken compressed one is read. */
function checkSame(one: Opened, other: Opened): void {
  if (isDamaged(one) && isDamaged(other) && !(isPlain(one) && isPlain(other))) return;
  const [ours, theirs] = [gist(one), gist(other)];
  assert(ours === theirs, `the pieces in which it comes do not matter: ${ours} and ${theirs}`);
}

function isDamaged(opened: Opened): boolean {
  return opened.ok ? opened.value.damaged !== undefined : opened.error.code === "trace-damaged";
}

function isPlain(opened: Opened): boolean {
  return opened.ok && opened.value.compression === "none";
}

function gist(opened: Opened): string {
  if (!opened.ok) return opened.error.code;
  const { table, units, odd, notes, lost, damaged } = opened.value;
  return JSON.stringify([table.length, units, odd, notes, lost, damaged === undefined]);
}

/** The table holds together, and what follows from it can be told. */
function check(opened: OpenedTrace): void {
  checkRows(opened.table);
  assert(opened.damaged === undefined || opened.damaged.at <= opened.bytes, "damage is within the file");
  const built = buildSchedule(opened);
  assert(built.ok || built.error.code === "trace-no-switches", "a schedule, or what it lacks");
}

function checkRows(table: EventTable): void {
  for (let row = 0; row < table.length; row++) {
    const kind = table.kinds[table.kind[row]!]!;
    for (let i = 0; i < kind.args.length; i++) {
      assert(typeof argToString(table, row, i) === "string", `row ${row}: ${kind.args[i]!.name} of ${kind.name}`);
    }
    assert(table.cpu[row]! >= 0 && table.cpu[row]! < table.cpus, `row ${row}: cpu ${table.cpu[row]} of ${table.cpus}`);
    assert(table.time[row]! >= 0 && table.time[row]! < Infinity, `row ${row}: time ${table.time[row]}`);
  }
}

const INFLATED_MAX = 1 << 20;

/** Our inflate for browsers, held against Node's. */
async function runInflate({ bytes }: Input): Promise<string> {
  const [ours, nodes] = [inflateZlib, nodeInflate].map((inflate) => inflated(() => inflate(bytes, INFLATED_MAX)));
  if (ours instanceof Error) {
    assert(nodes instanceof Error, `Node can inflate it: ${ours.message}`);
    return `refused: ${ours.message.replaceAll(/\d+/g, "N")}`;
  }
  assert(nodes instanceof Error || Buffer.compare(ours!, nodes!) === 0, "the same bytes as Node's");
  return nodes instanceof Error ? "read, but not by Node" : "read";
}

const nodeInflate = (bytes: Uint8Array, max: number) => inflateSync(bytes, { maxOutputLength: max });

function inflated(inflate: () => Uint8Array): Uint8Array | Error {
  try {
    return inflate();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

async function runSidecars({ bytes }: Input): Promise<string> {
  const text = new TextDecoder("latin1").decode(bytes);
  const sidecars = readSidecars(new Map(SIDECAR_FILES.map((name) => [name, text])));
  return `${sidecars.read.length} files understood`;
}
