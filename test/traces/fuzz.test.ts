// SPDX-License-Identifier: MIT
// The small brother of `npm run fuzz`: the first broken files for every reader, and that a bug would be found.

import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { inputOf, runCases } from "../../bench/fuzz/cases.ts";
import { TARGETS, type Target } from "../../bench/fuzz/targets.ts";
import { type Job, watched } from "../../bench/fuzz/watchdog.ts";

const SEED = 1;
const CASES = 800;

describe.each(TARGETS.map((target) => [target.name, target] as const))("%s", (_, target) => {
  test("its whole files are read", async () => {
    for (const bytes of target.seeds) {
      const outcome = await target.run({ bytes, pieces: [bytes], twice: true });
      // Formats without rings, and so without events; a file beside a trace is not what it is not called.
      if (outcome !== "refused: trace-no-events") expect(outcome).toMatch(/^read$|files understood$/);
    }
  });

  test("broken ones give what is readable, or say what is wrong", async () => {
    const tally = await runCases(target, { seed: SEED, from: 0, to: CASES });
    expect(tally.findings).toEqual([]);
    // Not all is refused at the first byte, and not all is read as if it were whole.
    expect(Object.keys(tally.outcomes).length).toBeGreaterThan(2);
  });
});

describe("a bug is found", () => {
  const real = TARGETS.find(({ name }) => name === "ftrace-text")!;
  /** A reader that cannot stand a line that starts with a zero byte. */
  const planted: Target = {
    ...real,
    run: async (input) => {
      if (input.bytes.some((byte, at) => byte === 0 && input.bytes[at - 1] === 10)) throw new Error("planted");
      return real.run(input);
    },
  };

  test("and told with the case that shows it", async () => {
    const tally = await runCases(planted, { seed: SEED, from: 0, to: 4000 });
    expect(tally.findings.length).toBeGreaterThan(0);
    const { index, what } = tally.findings[0]!;
    expect(what).toContain("planted");
    const again = await runCases(planted, { seed: SEED, from: index, to: index + 1 });
    expect(again.findings.map((finding) => finding.index)).toEqual([index]);
    expect((await runCases(real, { seed: SEED, from: index, to: index + 1 })).findings).toEqual([]);
  });

  test("a case is the same whenever it is made, and another one is not", () => {
    const bytes = (seed: number, index: number) => Buffer.from(inputOf(real, seed, index).bytes).toString("latin1");
    const cases = Array.from({ length: 50 }, (_, index) => bytes(SEED, index));
    expect(cases.map((_, i) => bytes(SEED, 49 - i)).reverse()).toEqual(cases);
    expect(new Set(cases).size).toBeGreaterThan(40);
    expect(bytes(SEED + 1, 7)).not.toBe(cases[7]);
  });

  /** A worker that does what `body` says for the case `index`. */
  const worker = (body: string) => (job: Job) =>
    new Worker(
      `const { parentPort, workerData: job } = require("node:worker_threads");
      const none = { slowest: { index: 0, seconds: 0 }, findings: [] };
      const tally = (at) => ({ from: at, to: at + 1, outcomes: { read: 1 }, ...none });
      (async () => {
        for (let index = job.from; index < job.to; index++) {
          Atomics.store(job.current, 0, index);
          if (!job.skip.includes(index)) { ${body} }
          parentPort.postMessage(tally(index));
        }
      })();`,
      { eval: true, workerData: job },
    );

  test.each([
    ["hangs", "if (index === 3) for (;;);", /HANGS/],
    ["waits for ever", "if (index === 3) await new Promise(() => {});", /nobody keeps/],
    [
      "throws where nobody catches",
      'if (index === 3) setTimeout(() => { throw new Error("planted"); }), await new Promise(() => {});',
      /planted/,
    ],
  ])("a case that %s, and the others are run", async (_, body, what) => {
    const tally = await watched(worker(body), { seed: SEED, from: 0, to: 6, secondsMax: 0.3 });
    expect(tally.findings).toEqual([{ index: 3, what: expect.stringMatching(what) }]);
    expect([tally.to, tally.outcomes.read]).toEqual([6, 6]);
  });
});
