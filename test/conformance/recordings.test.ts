// SPDX-License-Identifier: MIT
// Real recordings are explained to the last step, and what a kernel of that kind cannot have done is not.
import { basename, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIXTURE, groundTruth } from "../traces/text.ts";
import { changed, open, report, Scratch, textOf } from "./recorded.ts";

test("the bundled recording is explained, and what it shows was exercised", async () => {
  const { conforms, design, steps, unexplained } = await report(FIXTURE);
  expect({ conforms, design, unexplained }).toEqual({ conforms: true, design: "linux-6.12-x86", unexplained: [] });
  for (const kind of ["switch_mm", "flush_func", "should_flush", "tlb_flush", "__mmdrop"]) {
    expect(steps[kind]!.exact, kind).toBeGreaterThan(40);
  }
}, 60_000);

test("another design is told which step contradicts it", async () => {
  const { conforms, unexplained } = await report(FIXTURE, "linux-6.14-x86");
  expect(conforms).toBe(false);
  // 6.14 leaves the bit in mm_cpumask when it switches away.
  expect(unexplained[0]!.reason).toMatch(/cb=0x0 is recorded, and the design has 2/);
}, 60_000);

const RECORDINGS = groundTruth("x86_64");
describe.skipIf(RECORDINGS.length === 0)("recordings of real kernels", () => {
  test.each(RECORDINGS.map((path) => [`${basename(dirname(path))}/${basename(path)}`, path]))(
    "%s",
    async (_, path) => {
      const found = await report(path);
      expect({ conforms: found.conforms, unexplained: found.unexplained }).toEqual({ conforms: true, unexplained: [] });
    },
    60_000,
  );
});

describe("a design with one thing changed is not admitted", () => {
  const scratch = new Scratch();
  afterAll(() => scratch.remove());

  const TLB = "model/kernel/arch/x86/mm/tlb.ts";
  const ASID = "model/kernel/arch/x86/mm/asid.ts";
  const clear = "if (!config.lazy_mm_cpumask) cpumask_clear_cpu(cpu, mm_cpumask(prev));";
  const setGen = "this_cpu_write(cpu_tlbstate.ctxs[asid].tlb_gen, next_tlb_gen";
  const setNext = "this_cpu_write(cpu_tlbstate.next_asid, asid";
  test.each([
    ["a bit that is not cleared", TLB, clear, "", /cb=0x0 is recorded/],
    [
      "freed_tables the other way round",
      TLB,
      "= info.freed_tables &&",
      "= !info.freed_tables &&",
      /cond=0x0 is recorded/,
    ],
    ["a generation too many", ASID, `${setGen});`, `${setGen} + 1);`, /generation 0, and in the design 1/],
    ["always the same slot", ASID, `${setNext} + 1);`, `${setNext});`, /nasid=\d is recorded/],
  ])(
    "%s",
    async (_, path, from, to, reason) => {
      const { conforms, unexplained } = await report(FIXTURE, undefined, scratch.overlay(path, from, to));
      expect(conforms).toBe(false);
      expect(unexplained[0]!.reason).toMatch(reason);
    },
    120_000,
  );

  test("a reference that is not taken: the environment must not make up for it", async () => {
    const path = "model/kernel/lifetime/refcount.ts";
    const overlay = scratch.overlay(path, "(mm: mm_struct): void {\n  mmgrab(mm);\n", "(_mm: mm_struct): void {\n");
    const { conforms, notes } = await report(FIXTURE, undefined, overlay);
    expect(conforms).toBe(false);
    expect(notes.join()).toMatch(/cnt was changed by nobody that is seen, at \d+ of \d+ steps/);
  }, 120_000);
});

describe("a recording of what no such kernel does is not explained", () => {
  const scratch = new Scratch();
  let text = "";
  beforeAll(() => {
    text = textOf(FIXTURE);
  });
  afterAll(() => scratch.remove());

  test.each<[string, RegExp, (match: RegExpExecArray) => string]>([
    [
      "a full flush where a switch needs none",
      /tlb_flush: pages:0 reason: \(0\)/,
      () => "tlb_flush: pages:-1 reason: (0)",
    ],
    ["another slot", /(switch_mm_r\d: .* asid=)(\d)/, (m) => `${m[1]}${(Number(m[2]) + 1) % 6}`],
    ["a bit too many in the mask", /(enter_lazy: .* cb=0x)(\d)/, (m) => `${m[1]}${Number(m[2]) ^ 8}`],
    ["a generation that nobody made", /(flush_func\d: .* gen=)(\d+)/, (m) => `${m[1]}${Number(m[2]) + 1}`],
    ["the other verdict", /(should_flush_r: .*ret=)([01])/, (m) => `${m[1]}${1 - Number(m[2])}`],
    [
      "a flush of one page fewer",
      /(tlb_flush: pages:)(\d\d?)( reason: \(3\))/,
      (m) => `${m[1]}${Number(m[2]) - 1}${m[3]}`,
    ],
  ])(
    "%s",
    async (_, pattern, to) => {
      const recording = scratch.recording(FIXTURE, changed(text, pattern, 20, to));
      expect(open(await report(recording, "linux-6.12-x86"))).toBeGreaterThan(0);
    },
    60_000,
  );
});
