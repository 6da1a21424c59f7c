// SPDX-License-Identifier: MIT
// trace.dat into an event table, beside `trace-cmd report`, which prints the same events.
import { spawnSync } from "node:child_process";
import { assert } from "../../src/base/assert.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { type Case, type Measured, median, ROUNDS, rate } from "../measure.ts";
import { childSeconds } from "../spin.ts";
import { recording } from "./fixture.ts";

/** Recordings beside the project: of version 7, compressed, and of version 6, which knows no compression. */
const FILES = { "trace.dat v7 zstd": "formats/qemu8/v7.dat", "trace.dat v6": "formats/qemu8/v6.dat" };
/** The files are small: each is read this often in one round. */
const REPEATS = 20;

async function eventsOf(file: string): Promise<number> {
  const opened = await openTrace(file, { sidecars: false });
  assert(opened.ok, `${file} can be read`);
  return opened.value.table.length;
}

/** Events per CPU second of whole processes; undefined where it is not installed. */
function traceCmdRate(file: string, events: number): number | undefined {
  if (spawnSync("trace-cmd", ["--version"], { stdio: "ignore" }).error !== undefined) return undefined;
  const seconds = Array.from({ length: ROUNDS }, () => {
    const script = 'trace-cmd report "$0" > /dev/null 2>&1 && times';
    const { status, stdout, stderr } = spawnSync("sh", ["-c", script, file], { encoding: "utf8" });
    assert(status === 0, `trace-cmd report ${file}: ${stdout}${stderr}`);
    return childSeconds(stdout);
  });
  return events / median(seconds);
}

async function measure(name: string, file: string): Promise<Measured[]> {
  const events = await eventsOf(file);
  const read = async (): Promise<void> => {
    for (let i = 0; i < REPEATS; i++) assert((await eventsOf(file)) === events, "the same every time");
  };
  const ours = await rate(events * REPEATS, read);
  const peer = traceCmdRate(file, events);
  const row = { name, unit: "events/s", ours };
  if (peer === undefined) return [{ ...row, note: "no peer: trace-cmd is not installed" }];
  return [{ ...row, peer: { name: "trace-cmd report, whole process", rate: peer } }];
}

export function datCases(): Case[] {
  return Object.entries(FILES).flatMap(([name, path]) => {
    const file = recording(path);
    return file === undefined ? [] : [{ name, run: () => measure(name, file) }];
  });
}
