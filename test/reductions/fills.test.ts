// SPDX-License-Identifier: MIT
// Caches that are filled at once: what is found, compared with all states there are; and programs where it would be
// wrong, because something that is cached forbids something.
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import type { Program } from "../../src/program/program.ts";
import { fillsOf } from "../../src/reductions/fills.ts";
import { compileFiles } from "../compiler/dialect.ts";
import { cellOf, type Explored, explore, type PlainState } from "../emit/explore.ts";
import { type Sample, samples } from "./programs.ts";

/** The elements of all caches, flat. */
function cached(program: Program, state: PlainState): number[] {
  return program.cells.flatMap(({ name }, id) => (CACHES.includes(name) ? (state.cells[id] ?? []) : []));
}

const CACHES = ["hw.tlb", "hw.psc"];

/** The words of a state (as explore() keys them), store buffers included, with nothing cached. */
function apart({ program, layout }: Explored, key: string): string {
  const words = key.split(",").map(Number);
  for (const [id, place] of layout.cells.entries()) {
    if ("values" in place || !CACHES.includes(program.cells[id]?.name ?? "")) continue;
    for (const { word, shift, width } of place.slots) words[word] = (words[word] ?? 0) & ~(((1 << width) - 1) << shift);
  }
  return words.join();
}

function comparedWithAll({ program, model, depth }: Omit<Sample, "name">) {
  const raw = explore(program, model, depth);
  const filled = explore(program, model, depth, { fills: defined(fillsOf(program), "it walks") });
  const byRest = new Map<string, number[][]>();
  for (const [key, { plain }] of filled.states) {
    const rest = apart(filled, key);
    byRest.set(rest, [...(byRest.get(rest) ?? []), cached(program, plain)]);
  }
  const below = (less: readonly number[], more: readonly number[]): boolean =>
    less.every((entry, i) => entry === 0 || entry === more[i]);
  return {
    all: raw.states.size,
    filled: filled.states.size,
    unreachable: [...filled.states.keys()].filter((state) => !raw.states.has(state)).length,
    withoutMore: [...raw.states].filter(([key, { plain }]) => {
      const entries = cached(program, plain);
      return !byRest.get(apart(raw, key))?.some((more) => below(entries, more));
    }).length,
  };
}

describe("what is found are states of the program, and every state of the program is below one of them", () => {
  const NAMES = ["unlazy_vs_munmap", "switch_to_vs_munmap", "lazy_vs_freed_tables", "flushes_out_of_order"];
  const some = samples(["linux-6.12-x86", "x86-shootdown"]).filter(({ name }) =>
    NAMES.some((one) => name.startsWith(`${one} `)),
  );
  test.each(some.map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    const { all, filled, unreachable, withoutMore } = comparedWithAll(sample);
    expect({ unreachable, withoutMore }).toEqual({ unreachable: 0, withoutMore: 0 });
    expect(filled).toBeLessThan(all);
  });
});

/** A memory cell that hardware caches; what the walk waits for, what a thread does with the entry. */
function program(wait: string, use: string, check = "", witness = ""): Program {
  return compileFiles({
    "scenario.ts": `
interface page { present: bool; }
const pages = DEFINE_POOL<page>("pages");
interface table { entry: page | null; }
const table = DEFINE_PER_CPU<table>();
interface cpu_hw { cache: page | null; seen: bool; }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
const bad = never("a stale entry is used");
function walk(): void {
  const cpu = smp_processor_id();
  const found = walker_read(per_cpu(table.entry, 0));
  when(found !== null && ${wait});
  hw[cpu].cache = found;
}
const walker = WALKER(walk);
function use(): void {
  instruction();
  const cpu = smp_processor_id();
  const entry = hw[cpu].cache;
  ${use}
}
function flush(): void {
  instruction();
  hw[smp_processor_id()].cache = null;
}
const empty = always("the cache is empty", () => hw[1].cache === null);
const stale = sometimes("nothing is cached", () => hw[0].seen && hw[0].cache === null);
export const s = scenario({
  question: "?",
  machine: { cpus: 2, pages: 2 },
  init() {
    pool_alloc(pages);
    WRITE_ONCE(per_cpu(table.entry, 0), pool_alloc(pages));
  },
  threads: {
    CPU0() { use(); WRITE_ONCE(per_cpu(table.entry, 0), pages[0]); use(); flush(); use(); },
    CPU1() { use(); },
  },
  check: [bad${check}],
  witness: [${witness}],
  mutants: [],
});`,
  });
}

describe("a program is left alone where an entry forbids something", () => {
  const OTHER = "hw[cpu].cache !== found";
  const RAISES = "if (entry !== null && !is_allocated(entry)) raise(bad);";
  test.each([
    ["none does", program(OTHER, RAISES), true],
    ["a walk that waits until nothing is cached", program("hw[cpu].cache === null", RAISES), false],
    ["code that goes another way with an entry", program(OTHER, "if (entry !== null) hw[cpu].seen = true;"), false],
    ["code that goes another way without one", program(OTHER, "if (entry === null) raise(bad);"), false],
    ["code that waits until nothing is cached", program(OTHER, "when(entry === null);"), false],
    ["code that keeps what is cached", program(OTHER, "hw[cpu].seen = entry === pages[0];"), false],
    ["a property that an entry breaks", program(OTHER, RAISES, ", empty"), true],
    ["a witness that looks at entries", program(OTHER, RAISES, "", "stale"), false],
  ])("%s", (_, made, filled) => {
    expect(fillsOf(made) !== undefined).toBe(filled);
  });
});

test("an entry that is there is replaced, at some time or never", () => {
  const made = program("hw[cpu].cache !== found", "if (entry !== null && !is_allocated(entry)) raise(bad);");
  for (const model of [sc, x86_tso]) {
    const { ends } = explore(made, model, model.depth, { fills: defined(fillsOf(made), "it walks") });
    // CPU 1 never flushes; CPU 0 does, at a time at which the table has its last entry, published or not.
    const found = (cpu: number): number[] => [...new Set(ends.map((end) => cellOf(made, end, "hw.cache", cpu)))].sort();
    expect(found(1)).toEqual([1, 2]);
    expect(found(0)).toEqual(model === sc ? [1] : [1, 2]);
  }
});
