// SPDX-License-Identifier: MIT
// Page-table isolation: a slot's user half is flushed on the way to user mode, where no probe is. Which flushes are
// pending is predicted, but for those that user mode may have taken.
import { afterAll, describe, expect, test } from "vitest";
import { FIXTURE } from "../traces/text.ts";
import { changed, onPti, open, report, Scratch, textOf } from "./recorded.ts";
import { type UserMode, withPti } from "./recorded-pti.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());
const text = textOf(FIXTURE);

test.each<UserMode>(["always", "never", "every other time"])(
  "user mode %s takes what is pending",
  async (userMode) => {
    const found = await report(scratch.recording(FIXTURE, withPti(text, userMode), onPti));
    expect({ conforms: found.conforms, unexplained: found.unexplained }).toEqual({ conforms: true, unexplained: [] });
  },
  120_000,
);

test("a recording without any pending flush is not of a kernel with PTI", async () => {
  const { conforms, unexplained } = await report(scratch.recording(FIXTURE, text, onPti));
  expect(conforms).toBe(false);
  expect(unexplained[0]!.reason).toMatch(/^upf=0x0 is recorded, and the design has \d/);
}, 120_000);

test("a recording with pending flushes is not of a kernel without PTI", async () => {
  const { conforms, unexplained } = await report(scratch.recording(FIXTURE, withPti(text, "always")));
  expect(conforms).toBe(false);
  expect(unexplained[0]!.reason).toMatch(/^upf=0x[1-9a-f]\w* is recorded, and the design has 0/);
}, 120_000);

describe("one bit that the kernel cannot have", () => {
  const recorded = withPti(text, "every other time");
  const flip = (bits: (asid: number) => number) => (m: RegExpExecArray) =>
    `${m[1]}${m[2]}${m[3]}0x${(Number.parseInt(m[4]!, 16) ^ bits(Number(m[2]))).toString(16)}`;
  test.each<[string, RegExp, (asid: number) => number]>([
    [
      "the slot just flushed has none",
      /(reason: \(0\)\n(?:.*\n)?.*switch_mm_r\d: .* asid=)(\d)(.* upf=)0x([0-9a-f]+)/,
      (a) => 2 << a,
    ],
    ["one of no slot", /(switch_mm_r\d: .* asid=)(\d)(.* upf=)0x([0-9a-f]+)/, () => 1],
    [
      "one of a slot that nobody flushed",
      /(flush_func\d: .* asid=)(\d)(.* upf=)0x([0-9a-f]+)/,
      (a) => 2 << ((a + 1) % 6),
    ],
  ])(
    "%s",
    async (_, pattern, bits) => {
      const text = changed(recorded, pattern, 30, flip(bits));
      expect(open(await report(scratch.recording(FIXTURE, text, onPti)))).toBeGreaterThan(0);
    },
    120_000,
  );
});

test("a design that notes no flush for user mode is contradicted", async () => {
  const path = "model/kernel/arch/x86/mm/asid.ts";
  const overlay = scratch.overlay(path, "if (need_flush) invalidate_user_asid(asid);", "");
  const recording = scratch.recording(FIXTURE, withPti(text, "every other time"), onPti);
  const { conforms, unexplained } = await report(recording, undefined, overlay);
  expect(conforms).toBe(false);
  expect(unexplained[0]!.reason).toMatch(/^upf=/);
}, 120_000);
