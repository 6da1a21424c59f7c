// SPDX-License-Identifier: MIT
// -o FILE.pftrace: what is drawn of the bundled recording.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { InspectReport } from "../../src/jobs/inspect-report.ts";
import type { ReplayReport } from "../../src/jobs/reports.ts";
import { type DrawnEvent, decode, slices } from "../store/perfetto-file.ts";
import { FIXTURE } from "../traces/text.ts";
import { lazymm } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "lazymm-drawn-"));
afterAll(() => rmSync(folder, { recursive: true }));
const DESIGN = ["-d", "linux-6.12-x86"];

async function report<R>(...args: string[]): Promise<R> {
  const { exit, out, err } = await lazymm(...args, "--json");
  if (exit !== 0) throw new Error(err);
  return JSON.parse(out) as R;
}

const events = (file: string): DrawnEvent[] => decode(readFileSync(file)).events;
const rowsOf = (drawn: readonly DrawnEvent[]): Set<string> =>
  new Set(drawn.map(({ track }) => track.split("/").at(-1)!));

/** `from -> to` by track, of each arrow; both of its ends are drawn. */
function arrows(drawn: readonly DrawnEvent[]): string[] {
  const sent = new Map(drawn.flatMap((event) => event.flowOut.map((flow) => [flow, event] as const)));
  return drawn.flatMap((to) => to.flowIn.map((flow) => `${sent.get(flow)!.track} -> ${to.track}`));
}

describe("inspect", () => {
  test("per CPU: task, loaded mm, lazy, flush calls, flushes; arrows along the interrupts", async () => {
    const file = join(folder, "whole.pftrace");
    const { drawn } = await report<InspectReport>("inspect", FIXTURE, "-o", file);
    expect(drawn).toEqual([{ file, bytes: readFileSync(file).length }]);
    const shown = events(file);
    expect(rowsOf(shown)).toEqual(new Set(["task", "loaded mm", "lazy", "flush calls", "flushes"]));
    const cpus = new Set(shown.map(({ track }) => track.split("/")[2]));
    expect(cpus).toEqual(new Set(["CPU 0", "CPU 1", "CPU 2", "CPU 3"]));
    expect(arrows(shown).length).toBeGreaterThan(0);
    for (const arrow of arrows(shown)) expect(arrow).toMatch(/CPU (\d)\/flushes -> .*CPU (?!\1)\d\/flushes$/);
    const calls = slices(shown).filter(({ track }) => track.endsWith("/flush calls"));
    expect(calls.some(({ name }) => /^flush mm \d+: \d+ pages$/.test(name))).toBe(true);
    expect(calls.some(({ name }) => /^flush mm \d+: all, freed tables$/.test(name))).toBe(true);
  });

  test("a part of it", async () => {
    const file = join(folder, "part.pftrace");
    await report<InspectReport>("inspect", FIXTURE, "-o", file, "--time", "1000000000,2000000000", "--cpus", "2");
    const shown = events(file);
    expect(new Set(shown.map(({ track }) => track.split("/")[2]))).toEqual(new Set(["CPU 2"]));
    const first = 43_539_224_105;
    for (const { time } of shown) {
      expect(time).toBeGreaterThanOrEqual(first + 1e9);
      expect(time).toBeLessThanOrEqual(first + 2e9);
    }
  });

  test("more than one file", async () => {
    const file = join(folder, "many.pftrace");
    const { drawn, notes } = await report<InspectReport>("inspect", FIXTURE, "-o", file, "--split", "100K");
    expect(drawn.map(({ file }) => file)).toEqual(drawn.map((_, i) => join(folder, `many-${i + 1}.pftrace`)));
    expect(drawn.length).toBeGreaterThan(1);
    expect(notes).toContain(`drawn in ${drawn.length} files, each of which can be opened alone`);
    const whole = events(join(folder, "whole.pftrace")).filter(({ type }) => type === "instant").length;
    const parts = drawn.flatMap(({ file }) => events(file)).filter(({ type }) => type === "instant").length;
    expect(parts).toBe(whole);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("what cannot be written is said, and leaves nothing", async () => {
    const small = await lazymm("inspect", FIXTURE, "-o", join(folder, "x.pftrace"), "--split", "1K");
    expect([small.exit, small.err]).toEqual([2, "lazymm: --split: a file of less than 4096 bytes is not worth one\n"]);
    const nowhere = await lazymm("inspect", FIXTURE, "-o", join(folder, "no", "x.pftrace"));
    expect([nowhere.exit, nowhere.err]).toEqual([2, `lazymm: cannot write ${folder}/no/x.pftrace: ENOENT\n`]);
  });
});

describe("replay", () => {
  test("what the design would have done, beside what was recorded", async () => {
    const file = join(folder, "replay.pftrace");
    const { drawn, agreement } = await report<ReplayReport>("replay", FIXTURE, ...DESIGN, "-o", file);
    expect(drawn).toHaveLength(1);
    const predicted = events(file).filter(({ track }) => track.endsWith("/predicted flushes"));
    const flushed = predicted.filter(({ name }) => name.startsWith("flush: "));
    expect(flushed.length).toBe(agreement!.predicted);
    expect(predicted.every(({ args }) => args.design === "linux-6.12-x86")).toBe(true);
    const sent = arrows(predicted);
    expect(sent.length).toBeGreaterThan(0);
    for (const arrow of sent)
      expect(arrow).toMatch(/CPU (\d)\/predicted flushes -> .*CPU (?!\1)\d\/predicted flushes$/);
    // A lazy CPU that is interrupted may switch to init_mm in place of flushing.
    const received = predicted.filter(({ flowIn }) => flowIn.length > 0).map(({ name }) => name);
    expect(new Set(received)).toEqual(new Set(["flush: remote shootdown", "flush: on task switch"]));
  });
});
