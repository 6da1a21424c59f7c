// SPDX-License-Identifier: MIT
// Threads: what one thread finds, several do; what ends one of them ends all. How workers agree is tested without
// threads, in test/checker/workers.test.ts.
import { describe, expect, test } from "vitest";
import { search } from "../../src/checker/search.ts";
import { searchInThreads } from "../../src/jobs/threads.ts";
import { REPORT } from "../../src/program/compiled.ts";
import { commonModel, commonModelNames, commonModelText } from "../checker/models/lazy-tlb.ts";

const SMALLEST = { gen0: 0, gen1: 0 };

describe("the common model", () => {
  test.each([2, 3])("with %i threads", async (threads) => {
    const result = await searchInThreads(commonModelText(SMALLEST), commonModelNames, threads, {});
    const alone = search(commonModel(SMALLEST), commonModelNames);
    for (const key of ["verdict", "witnesses", "complete", "states", "transitions", "depth"] as const)
      expect(result[key]).toEqual(alone[key]);
  });

  test("has the same counterexample, every time", async () => {
    const wrong = { gen0: 1, gen1: 0, dropUnlazyCheck: true };
    const alone = search(commonModel(wrong), commonModelNames);
    expect(alone.states).toBeGreaterThan(100_000);
    for (const threads of [2, 2, 3]) {
      const { verdict, states, transitions } = await searchInThreads(
        commonModelText(wrong),
        commonModelNames,
        threads,
        {},
      );
      expect({ verdict, states, transitions }).toEqual({
        verdict: alone.verdict,
        states: alone.states,
        transitions: alone.transitions,
      });
    }
  });
});

describe("a limit", () => {
  const limited = (options: Parameters<typeof searchInThreads>[3]) =>
    searchInThreads(commonModelText(SMALLEST), commonModelNames, 2, options);
  const unknown = (kind: string) => ({ verdict: { kind: "unknown", limit: { kind } }, complete: false });

  test("of states", async () => {
    expect(await limited({ maxStates: 400_000 })).toMatchObject(unknown("states"));
    expect(await limited({ maxStates: 717_074 })).toMatchObject(unknown("states"));
    expect(await limited({ maxStates: 717_075 })).toMatchObject({ verdict: { kind: "safe" } });
    // Too few to begin with threads.
    expect(await limited({ maxStates: 50_000 })).toMatchObject({ ...unknown("states"), states: 50_000 });
  });

  test("of memory", async () => {
    expect(await limited({ maxMemoryBytes: 16 << 20 })).toMatchObject(unknown("memory"));
  });

  test("of time, and by request", async () => {
    const long = { gen0: 1, gen1: 1 };
    const run = (options: Parameters<typeof searchInThreads>[3]) =>
      searchInThreads(commonModelText(long), commonModelNames, 2, options);
    expect(await run({ timeoutSeconds: 0.5 })).toMatchObject(unknown("time"));
    const seen: number[] = [];
    const onProgress = ({ states }: { readonly states: number }) => seen.push(states);
    expect(await run({ onProgress, stop: () => seen.length > 1 })).toMatchObject(unknown("stopped"));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

test("a thread that fails is an error, and nobody waits for it", async () => {
  const text = `const report = new Int32Array(${REPORT.witnesses});
    const successors = (states, at, out, k) => {
      const n = states[at];
      if (n === 200000) throw new Error("a step that fails");
      report[${REPORT.progress}] = 2;
      out[k] = n + 1; out[k + 1] = 3 * n & 0x3fffffff;
      return k + 2;
    };
    const zero = () => 0;
    return { words: 1, maxSuccessors: 2, initial: (out) => { out[0] = 1; }, successors, check: zero, checkEnd: zero,
      report, choices: new Int32Array(2) };`;
  const names = { properties: [], witnesses: [] };
  await expect(searchInThreads({ text, limits: [] }, names, 2, { timeoutSeconds: 100 })).rejects.toThrow(
    "a step that fails",
  );
});
