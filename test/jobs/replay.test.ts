// SPDX-License-Identifier: MIT
// Replays of recordings: how well the matching design predicts a kernel, and that it predicts from inputs alone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { decompress } from "fzstd";
import { describe, expect, test } from "vitest";
import { compare } from "../../src/jobs/compare.ts";
import { replay } from "../../src/jobs/replay.ts";
import type { JobContext, ReplayReport } from "../../src/jobs/reports.ts";
import { FIXTURE, groundTruth, onlyInputs } from "../traces/text.ts";

const quiet: JobContext = { signal: new AbortController().signal, progress: () => undefined, note: () => undefined };
const recordings = groundTruth("x86_64");
const name = (directory: string): string => `${basename(dirname(directory))}/${basename(directory)}`;

async function run(trace: string, design: string): Promise<ReplayReport> {
  const report = await replay({ trace, design, sidecars: true, profile: undefined, overlay: undefined }, quiet);
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

const matching = (directory: string): string =>
  directory.includes("pcid") ? "linux-6.12-x86" : "linux-6.12-x86-nopcid";

/** What the issue asks of each workload. Overlapping flushes of many threads are the hard ones: docs/agreement.md. */
function leastRate(directory: string): number {
  if (directory.endsWith("pp_thr")) return 0.87;
  return directory.endsWith("shoot_lazy") || directory.endsWith("mixed") ? 0.97 : 0.99;
}

describe("agreement with the recorded kernel", () => {
  test.each([FIXTURE, ...recordings])("%s", async (directory) => {
    const { agreement } = await run(directory, matching(directory));
    expect(agreement?.rate).toBeGreaterThanOrEqual(leastRate(directory));
  });

  test("another design agrees clearly less", async () => {
    const [right, wrong] = [await run(FIXTURE, "linux-6.12-x86"), await run(FIXTURE, "linux-6.12-x86-nopcid")];
    expect(right.agreement!.rate - wrong.agreement!.rate).toBeGreaterThan(0.1);
    expect(right.predicted_sha256).not.toBe(wrong.predicted_sha256);
  });
});

describe("a prediction uses its inputs alone", () => {
  const unpack = (directory: string): string =>
    new TextDecoder("latin1").decode(decompress(readFileSync(join(directory, "trace.txt.zst"))));

  test.each([FIXTURE, ...recordings.filter((d) => d.endsWith("mixed") || d.endsWith("pp_thr"))])(
    "%s",
    async (directory) => {
      const folder = mkdtempSync(join(tmpdir(), "lazymm-"));
      try {
        const bare = join(folder, "trace.txt");
        writeFileSync(bare, onlyInputs(unpack(directory)), "latin1");
        const [whole, inputs] = [await run(directory, matching(directory)), await run(bare, matching(directory))];
        expect(inputs.predicted_sha256, name(directory)).toBe(whole.predicted_sha256);
        expect(inputs.agreement).toBeNull();
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

test("compare has a row for each design, and the counted lifetimes pin dead mms", async () => {
  const options = { trace: FIXTURE, designs: [], sidecars: true, profile: undefined, overlay: undefined };
  const report = await compare(options, quiet);
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  const pinned = Object.fromEntries(report.value.rows.map((r) => [r.design, r.counts.pinned_mms]));
  expect(Object.keys(pinned).length).toBeGreaterThanOrEqual(6);
  expect(pinned["linux-6.12-x86"]).toMatchObject({ still_pinned: 3 });
  expect(pinned["x86-no-lazy"]).toMatchObject({ still_pinned: 0 });
  for (const row of report.value.rows) expect(row.price.complete).toBe(false);
});

test("the files beside a trace are not needed for agreement", async () => {
  const options = { trace: FIXTURE, design: "linux-6.12-x86", sidecars: false, profile: undefined, overlay: undefined };
  const report = await replay(options, quiet);
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  expect(report.value.trace.sidecars).toEqual([]);
  expect(report.value.agreement!.rate).toBeGreaterThanOrEqual(0.97);
});
