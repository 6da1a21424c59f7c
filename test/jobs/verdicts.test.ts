// SPDX-License-Identifier: MIT
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { build } from "../../src/jobs/engine.ts";
import { type Library, openLibrary } from "../../src/jobs/library.ts";
import { type Case, selectCases } from "../../src/jobs/select.ts";
import { digestOfSources } from "../../src/jobs/sources-digest.ts";
import { hashProgram, readStore, type StoredVerdict, shortHashOf } from "../../src/jobs/verdict-store.ts";
import { compareVerdicts } from "../../src/jobs/verdicts.ts";
import { modelFile, quiet, temporary } from "./tiny.ts";

const { folder, write } = temporary();
/** One that is asked little. */
const DESIGN = "linux-6.14-x86-nopcid";

function open(overlay?: string): Library {
  const library = openLibrary(overlay);
  if (!library.ok) throw new Error(JSON.stringify(library.error));
  return library.value;
}

function casesOf(library: Library): Case[] {
  const cases = selectCases(library, { names: [], designs: [DESIGN], models: [] });
  if (!cases.ok) throw new Error(JSON.stringify(cases.error));
  return cases.value;
}

/** A store in which everything is safe, whatever it is. */
function storeOf(library: Library): StoredVerdict[] {
  return casesOf(library).flatMap((item) => {
    const program = build(library, item);
    if (!program.ok) throw new Error(JSON.stringify(program.error));
    const hash = hashProgram(program.value);
    return item.models.map((model) => ({
      scenario: item.scenario.info.name,
      design: DESIGN,
      model: model.name,
      verdict: "safe" as const,
      property: null,
      states: 1,
      hash: shortHashOf(hash, item, model),
      witnesses: [],
      mutants: [],
      mutants_hash: "",
    }));
  });
}

const library = open();
const store = storeOf(library);
const n = casesOf(library).length;

async function rowOf(stored: readonly StoredVerdict[], from = library, sources = "") {
  const designs = from.designs.filter((design) => design.info.name === DESIGN);
  const rows = await compareVerdicts(from, designs, quiet(), { sources, verdicts: stored });
  if (!rows.ok) throw new Error(JSON.stringify(rows.error));
  return rows.value[0]!;
}

/** The store with one verdict changed. */
function with1(change: Partial<StoredVerdict>, model = "sc"): StoredVerdict[] {
  const at = store.findIndex((verdict) => verdict.model === model);
  return store.map((verdict, i) => (i === at ? { ...verdict, ...change } : verdict));
}

describe("a design's verdict", () => {
  test("is safe if all of its scenarios are, and says how many", async () => {
    const both = { sc: "safe", x86_tso: "safe" };
    expect(await rowOf(store)).toEqual({
      design: DESIGN,
      verdicts: both,
      scenarios: { sc: `${n}/${n}`, x86_tso: `${n}/${n}` },
      violated: { sc: [], x86_tso: [] },
    });
  });

  test.each([
    ["one is violated", { verdict: "violates" }, "violates"],
    ["one is unknown", { verdict: "unknown" }, "unknown"],
    ["one is stale", { hash: "0" }, "stale"],
  ] as const)("is the worst where %s", async (_why, change, worst) => {
    const row = await rowOf(with1(change));
    expect(row.verdicts).toEqual({ sc: worst, x86_tso: "safe" });
    expect(row.scenarios).toEqual({ sc: `${n - 1}/${n}`, x86_tso: `${n}/${n}` });
  });

  test("violates > stale > unknown > safe", async () => {
    const [a, b, c] = store.filter((verdict) => verdict.model === "sc");
    const others = store.filter((verdict) => verdict.model !== "sc");
    const unknown = { ...a!, verdict: "unknown" as const };
    const violates = { ...c!, verdict: "violates" as const };
    const rest = store.filter((verdict) => verdict.model === "sc" && ![a, b, c].includes(verdict));
    expect((await rowOf([...others, ...rest, unknown, violates])).verdicts.sc).toBe("violates");
    expect((await rowOf([...others, ...rest, unknown, c!])).verdicts.sc).toBe("stale");
    expect((await rowOf([...others, ...rest, unknown, b!, c!])).verdicts.sc).toBe("unknown");
  });
});

describe("a stored verdict is stale", () => {
  test("if it is not there", async () => {
    expect((await rowOf([])).verdicts).toEqual({ sc: "stale", x86_tso: "stale" });
  });

  test("not by its hash while neither the model nor the compiler has changed since", async () => {
    const sources = digestOfSources();
    expect(sources).toMatch(/^[0-9a-f]{64}$/);
    const changed = with1({ hash: "0" });
    expect((await rowOf(changed, library, sources)).verdicts).toEqual({ sc: "safe", x86_tso: "safe" });
    expect((await rowOf(changed, library, `${sources}0`)).verdicts.sc).toBe("stale");
    expect((await rowOf(store.slice(1), library, sources)).verdicts.sc).toBe("stale");
  });

  test("if the code has changed, but not if a comment has", async () => {
    const path = "kernel/arch/x86/mm/tlb.ts";
    const text = modelFile(`model/${path}`);
    const commented = write(`commented/${path}`, text.replace("\n", "\n// A line more.\n"));
    const changed = write(`changed/${path}`, text.replace("    smp_mb();\n", ""));
    expect([commented, changed].length).toBe(2);
    // An overlay is never looked up, but its programs have hashes like others.
    expect(storeOf(open(`${folder}/commented`))).toEqual(store);
    const hashes = storeOf(open(`${folder}/changed`)).map(({ hash }) => hash);
    expect(hashes.some((hash, i) => hash !== store[i]!.hash)).toBe(true);
  });

  test("and differs by memory model and by scenario", () => {
    expect(new Set(store.map(({ hash }) => hash)).size).toBe(store.length);
  });
});

test("a patched design is not looked up: it is searched", async () => {
  const path = "kernel/arch/x86/mm/tlb.ts";
  write(`live/${path}`, modelFile(`model/${path}`).replace("    smp_mb();\n", ""));
  const row = await rowOf(store, open(`${folder}/live`));
  expect(row.verdicts.x86_tso).toBe("violates");
});

test("a store that is missing or damaged is an empty one", () => {
  const empty = { sources: "", verdicts: [] };
  expect(readStore(`${folder}/missing.json`)).toEqual(empty);
  writeFileSync(`${folder}/damaged.json`, '{"schema": "lazymm.verd');
  expect(readStore(`${folder}/damaged.json`)).toEqual(empty);
  writeFileSync(`${folder}/other.json`, '{"schema": "lazymm.verdicts/0", "verdicts": [1]}');
  expect(readStore(`${folder}/other.json`)).toEqual(empty);
});
