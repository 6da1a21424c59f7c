// SPDX-License-Identifier: MIT
// The text of ftrace, and of perf script, into an event table.
import { assert } from "../../src/base/assert.ts";
import { FtraceTextParser } from "../../src/traces/ftrace-text/parser.ts";
import { PerfScriptParser } from "../../src/traces/perf-script/parser.ts";
import { asPerfScript } from "../../test/traces/perf-text.ts";
import { type Case, type Measured, rate } from "../measure.ts";
import { fixture, pieces } from "./fixture.ts";

async function ftraceText(): Promise<Measured[]> {
  const { text, repeats } = fixture();
  const read = (): number => {
    const parser = new FtraceTextParser();
    for (let i = 0; i < repeats; i++) for (const piece of pieces(text)) parser.push(piece);
    return parser.finish().table.length;
  };
  const rows = read();
  assert(rows > repeats, "the fixture has events");
  return [
    { name: "ftrace text", unit: "MB/s", ours: await rate((text.length * repeats) / 1e6, read) },
    { name: "ftrace text", unit: "events/s", ours: await rate(rows, read) },
  ];
}

/** The peer is perf script itself, which prints from a perf.data. */
const NO_PERF_DATA = "no peer: perf script reads a perf.data of the same events, and ftrace made these";

async function perfScriptText(): Promise<Measured[]> {
  const { text, repeats } = fixture();
  const one = Buffer.from(asPerfScript(Buffer.from(text).toString("latin1")), "latin1");
  const read = (): number => {
    const parser = new PerfScriptParser();
    for (let i = 0; i < repeats; i++) for (const piece of pieces(one)) parser.push(piece);
    return parser.finish().table.length;
  };
  const rows = read();
  assert(rows > repeats, "the fixture has events");
  return [
    { name: "perf script text", unit: "MB/s", ours: await rate((one.length * repeats) / 1e6, read) },
    { name: "perf script text", unit: "events/s", ours: await rate(rows, read), note: NO_PERF_DATA },
  ];
}

export function textCases(): Case[] {
  return [
    { name: "ftrace text", run: ftraceText },
    { name: "perf script text", run: perfScriptText },
  ];
}
