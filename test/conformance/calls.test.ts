// SPDX-License-Identifier: MIT
// Whom the design calls, and by which interrupts: kinds of rows of which each is judged, and what is not admitted.
import { basename, dirname } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FIXTURE, groundTruth } from "../traces/text.ts";
import { changed, noneMissed, open, report, Scratch, textOf } from "./recorded.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

type Change = [what: string, pattern: RegExp, to: (match: RegExpExecArray) => string, n?: number];
const flip = (bits: number) => (m: RegExpExecArray) => `${m[1]}${(Number.parseInt(m[2]!, 16) ^ bits).toString(16)}`;
/** By the call above it, not by an interrupt in between. */
const SENT = /(smp_many: .*\n(?:(?!.*smp_many).*\n){0,8}?.*\] \S\S\.\S\S +\d+: ipi_single: .* cpu=)([12])/;

test("the bundled recording has calls, and they are what the design does", async () => {
  const { steps, passed_over, passed_over_because } = await report(FIXTURE);
  for (const [kind, at_least] of Object.entries({ smp_many: 60, ipi_single: 5, finish_switch: 400 })) {
    expect(steps[kind]!.exact, kind).toBeGreaterThanOrEqual(at_least);
  }
  // Every row that is passed over says why.
  expect(Object.keys(passed_over).filter((name) => passed_over_because[name] === undefined)).toEqual([]);
}, 120_000);

test.each<Change>([
  ["a call to one CPU more", /(smp_many: .* mask=0x)([0-9a-f]+)/, flip(8)],
  ["a call of another function", /(smp_many: .* func=)flush_tlb_func/, (m) => `${m[1]}ipi_mb`],
  ["a call without a condition", /(smp_many: .* cond=)should_flush_tlb\+0x0\/0x60/, (m) => `${m[1]}0x0`],
  ["an interrupt to another CPU", SENT, (m) => `${m[1]}${3 - Number(m[2])}`, 1],
  ["another mask at the request", /(flush_multi: .* mask=0x)([0-9a-f]+)/, flip(8)],
  ["a question about another generation", /(should_flush: .* gen=)(\d+)/, (m) => `${m[1]}${Number(m[2]) + 1}`],
])(
  "%s is contradicted",
  async (...[, pattern, to, n = 20]) => {
    const text = changed(textOf(FIXTURE), pattern, n, to);
    expect(open(await report(scratch.recording(FIXTURE, text)))).toBeGreaterThan(0);
  },
  120_000,
);

test("references that the parked mm has not", async () => {
  const one = (_: string, before: string, count: string): string => `${before}${Number(count) + 1}`;
  const text = textOf(FIXTURE).replace(/(finish_switch\d: .* cnt=)(\d+)/g, one);
  const { conforms, notes } = await report(scratch.recording(FIXTURE, text));
  expect(conforms).toBe(false);
  expect(notes.join()).toMatch(/finish_switch.cnt was changed by nobody that is seen/);
}, 120_000);

const RECORDINGS = new Map(groundTruth("x86_64").map((path) => [`${basename(dirname(path))}/${basename(path)}`, path]));
const SHOOT = RECORDINGS.get("x86_64-6.1.0-56-amd64-pcid/shoot") ?? "";
const MEMBAR = RECORDINGS.get("x86_64-6.1.0-56-amd64/membar") ?? "";

describe.skipIf(SHOOT === "")("interrupts to several CPUs at once", () => {
  test("are what the design sends", async () => {
    const { steps } = await report(scratch.recording(SHOOT, textOf(SHOOT), noneMissed));
    expect(steps.ipi_mask!.exact).toBeGreaterThan(50);
    expect(steps.ipi_single!.exact).toBeGreaterThan(300);
  }, 120_000);

  test.each<Change>([
    ["one more", /(ipi_mask: .* mask=0x)([0-9a-f]+)/, flip(1)],
    ["one fewer", /(ipi_mask: .* mask=0x)([0-9a-f]+)/, (m) => `${m[1]}${Number.parseInt(m[2]!, 16) & 4}`],
  ])(
    "but not to %s",
    async (...[, pattern, to]) => {
      const text = changed(textOf(SHOOT), pattern, 20, to);
      expect(open(await report(scratch.recording(SHOOT, text, noneMissed)))).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe.skipIf(MEMBAR === "")("membarrier()", () => {
  test("asks whom the design asks", async () => {
    const { steps } = await report(MEMBAR);
    expect(steps.membarrier_priv!.exact).toBe(300);
    expect(steps.smp_many!.exact).toBeGreaterThan(300);
  }, 120_000);

  test.each<Change>([
    ["a CPU that runs another process", /(smp_many: .* mask=0x)([0-9a-f]+)(?= func=ipi_mb)/, flip(4)],
    [
      "the caller when the core is to be serialised",
      /(smp_many: .* mask=0x)([0-9a-f]+)(?= func=ipi_sync_core)/,
      flip(1),
    ],
    ["for something else", /(membarrier_priv: .* flags=)0/, (m) => `${m[1]}1`],
  ])(
    "but not: %s",
    async (...[, pattern, to]) => {
      const text = changed(textOf(MEMBAR), pattern, 20, to);
      expect(open(await report(scratch.recording(MEMBAR, text)))).toBeGreaterThan(0);
    },
    120_000,
  );

  test("a design that asks everybody is contradicted", async () => {
    const path = "model/kernel/sched/membarrier.ts";
    const overlay = scratch.overlay(path, "p !== null && data_race(p.mm) === mm", "p !== null");
    const { conforms, unexplained } = await report(MEMBAR, undefined, overlay);
    expect(conforms).toBe(false);
    expect(unexplained[0]!.reason).toMatch(/mask=0x\w is recorded, and the design has 15/);
  }, 120_000);
});
