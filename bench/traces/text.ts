// SPDX-License-Identifier: MIT
// The text of ftrace, and of perf script, into an event table.
import { assert } from "../../src/base/assert.ts";
import { FtraceTextParser } from "../../src/traces/ftrace-text/parser.ts";
import type { StreamReader } from "../../src/traces/parsed.ts";
import { PerfScriptParser } from "../../src/traces/perf-script/parser.ts";
import { asPerfScript } from "../../test/traces/perf-text.ts";
import { type Case, type Measured, rate } from "../measure.ts";
import { fixture, pieces } from "./fixture.ts";

/** Rates of a reader on `text`, which it gets `repeats` times. */
async function measure(
  name: string,
  newParser: () => StreamReader,
  text: Uint8Array,
  repeats: number,
): Promise<Measured[]> {
  const read = (): number => {
    const parser = newParser();
    for (let i = 0; i < repeats; i++) for (const piece of pieces(text)) parser.push(piece);
    return parser.finish().table.length;
  };
  const rows = read();
  assert(rows > repeats, "the fixture has events");
  return [
    { name, unit: "MB/s", ours: await rate((text.length * repeats) / 1e6, read) },
    { name, unit: "events/s", ours: await rate(rows, read) },
  ];
}

function ftraceText(): Promise<Measured[]> {
  const { text, repeats } = fixture();
  return measure("ftrace text", () => new FtraceTextParser(), text, repeats);
}

/** The peer is perf script itself, which prints from a perf.data. */
const NO_PERF_DATA = "no peer: perf script reads a perf.data of the same events, and ftrace made these";

async function perfScriptText(): Promise<Measured[]> {
  const { text, repeats } = fixture();
  const one = Buffer.from(asPerfScript(Buffer.from(text).toString("latin1")), "latin1");
  const measured = await measure("perf script text", () => new PerfScriptParser(), one, repeats);
  return measured.map((row) => ({ ...row, note: NO_PERF_DATA }));
}

export function textCases(): Case[] {
  return [
    { name: "ftrace text", run: ftraceText },
    { name: "perf script text", run: perfScriptText },
  ];
}
