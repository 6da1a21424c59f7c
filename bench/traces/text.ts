// SPDX-License-Identifier: MIT
// ftrace's text into an event table.
import { assert } from "../../src/base/assert.ts";
import { FtraceTextParser } from "../../src/traces/ftrace-text/parser.ts";
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

export function textCases(): Case[] {
  return [{ name: "ftrace text", run: ftraceText }];
}
