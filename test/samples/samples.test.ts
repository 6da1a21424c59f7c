// SPDX-License-Identifier: MIT
// Each folder beside this file is a small dialect program. Kept with it: what both layouts make of it, and what a
// search finds. `UPDATE=1 npx vitest run test/samples` accepts what comes out now.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { emitPacked } from "../../src/emit/packed.ts";
import { emitWide } from "../../src/emit/wide.ts";
import { compileEntries, compileFiles } from "../compiler/dialect.ts";
import { explore } from "../emit/explore.ts";

const here = new URL(".", import.meta.url);
const names = readdirSync(here, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const DEPTH = 2;

/** Numbers of the machine, for the replay's layout. */
function machineOf(input: string): Record<string, number> {
  const text = /machine: \{ (.*) \}/.exec(input)?.[1] ?? "";
  return Object.fromEntries([...text.matchAll(/(\w+): (\d+)/g)].map(([, name, n]) => [name, Number(n)]));
}

function packed(input: string): string {
  const { text, limits } = emitPacked(compileFiles({ "scenario.ts": input }), x86_tso, { depth: DEPTH, labels: true });
  return withLimits(text, limits);
}

function wide(input: string): string {
  const program = compileEntries({ "entries.ts": input }, machineOf(input));
  const { text, limits } = emitWide(program, new Map([["globals.x", 0]]));
  return withLimits(text, limits);
}

const withLimits = (text: string, limits: readonly string[]): string =>
  `${text}\n${limits.map((limit, i) => `// limit ${i}: ${limit}\n`).join("")}`;

/** What a search finds, under each memory model. */
function found(input: string): string {
  const program = compileFiles({ "scenario.ts": input });
  const results = [sc, x86_tso].map((model) => {
    const { states, ends, stuck, limits, violated, witnessed } = explore(program, model, model.depth);
    const memories = new Set(ends.map((end) => JSON.stringify(end.cells)));
    const counts = { states: states.size, ends: memories.size, stuck };
    return [model.name, { ...counts, violated: [...violated], witnessed, limits: [...limits] }];
  });
  return `${JSON.stringify(Object.fromEntries(results), null, 2)}\n`;
}

describe.each(names)("%s", (name) => {
  const input = readFileSync(new URL(`${name}/input.ts`, here), "utf8");
  test.each([
    ["packed.js", packed],
    ["wide.js", wide],
    ["found.json", found],
  ] as const)("%s", (file, make) => {
    const path = new URL(`${name}/_expected/${file}`, here);
    const text = make(input);
    expect(make(input), "the same text each time").toBe(text);
    if (process.env.UPDATE) {
      mkdirSync(new URL(`${name}/_expected`, here), { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path) ? readFileSync(path, "utf8") : "", `${name}/_expected/${file}`).toBe(text);
  });
});

test("there are samples", () => expect(names.length).toBeGreaterThan(9));
