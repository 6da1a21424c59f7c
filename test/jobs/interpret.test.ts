// SPDX-License-Identifier: MIT
// Two engines, one meaning: what the emitted code does, the plain interpreter that explains it must be able to follow,
// step for step, on random runs of shipped scenarios under every memory model.
import { describe, expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { bufferDepth, build, prepare } from "../../src/jobs/engine.ts";
import { follow } from "../../src/jobs/history.ts";
import { openLibrary } from "../../src/jobs/library.ts";
import { selectCases } from "../../src/jobs/select.ts";
import type { Compiled } from "../../src/program/compiled.ts";

/** A run that chooses at random, but the same each time. */
function randomPath(compiled: Compiled, seed: number, length: number): number[] {
  const { words, maxSuccessors, successors } = compiled;
  const out = new Int32Array(maxSuccessors * words);
  const path: number[] = [];
  let state = new Int32Array(words);
  let x = seed;
  compiled.initial(state);
  while (path.length < length) {
    const n = successors(state, 0, out, 0) / words;
    if (n === 0) break;
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    const choice = Math.floor((x / 2 ** 32) * n);
    path.push(choice);
    state = out.slice(choice * words, (choice + 1) * words);
  }
  return path;
}

const library = openLibrary(undefined);
const cases = library.ok ? selectCases(library.value, { names: [], designs: [], models: [] }) : library;

describe("random runs", () => {
  if (!library.ok || !cases.ok) throw new Error("the shipped model compiles");
  // One design per scenario, another one each time.
  const names = [...new Set(cases.value.map((item) => item.scenario.info.name))];
  const items = names.map((name, i) => {
    const own = cases.value.filter((item) => item.scenario.info.name === name);
    return [name, defined(own[i % own.length], "a scenario has cases")] as const;
  });
  test.each(items)("of %s", (_name, item) => {
    const program = build(library.value, item);
    if (!program.ok) throw new Error(JSON.stringify(program.error));
    for (const model of item.models) {
      const depth = bufferDepth(item, model);
      const { compiled } = prepare(program.value, model, depth, true);
      for (let seed = 1; seed <= 5; seed++) {
        const path = randomPath(compiled, seed, 400);
        expect(path.length).toBeGreaterThan(5);
        expect(follow(program.value, model, depth, compiled, path).ok).toBe(true);
      }
    }
  });
});
