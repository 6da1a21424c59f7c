// SPDX-License-Identifier: MIT
// A price is complete or says what it lacks: a cost that nobody has measured is never taken as 0.
import { expect, test } from "vitest";
import { COSTS, type CostName, type Profile } from "../../model/hw/profiles/types.ts";
import { x86_published } from "../../model/hw/profiles/x86-published.ts";
import type { CountTree } from "../../src/simulator/counters.ts";
import { countAt, price } from "../../src/simulator/price.ts";

/** Where the counts have the units of each cost: written down again, so that a slip in either shows. */
const PATHS: Record<CostName, string> = {
  cr3_write_noflush: "cr3_writes.noflush",
  cr3_write_flush: "cr3_writes.flush",
  invlpg: "invlpg",
  flush_all: "flush_all",
  ipi_round_trip: "ipis.rounds",
  atomic_local: "atomics.total",
  line_transfer: "transfers.total",
  table_load: "table_loads",
  local_flush: "local_flushes",
  broadcast_flush: "broadcast_flushes",
};

function profile(costs: Partial<Record<CostName, readonly [number, number]>>): Profile {
  const of = (name: CostName) => ({ ns: costs[name] ?? null, source: "a test" });
  return { ...x86_published, costs: Object.fromEntries(COSTS.map((n) => [n, of(n)])) as Profile["costs"] };
}

function tree(counts: Partial<Record<CostName, number>>): CountTree {
  const { cr3_write_noflush: noflush = 0, cr3_write_flush: flush = 0, ipi_round_trip: rounds = 0 } = counts;
  return {
    // Totals that must not be priced a second time stand beside what is.
    cr3_writes: { total: noflush + flush, flush, noflush },
    flush_calls: 1000,
    invlpg: counts.invlpg ?? 0,
    flush_all: counts.flush_all ?? 0,
    table_loads: counts.table_load ?? 0,
    local_flushes: counts.local_flush ?? 0,
    broadcast_flushes: counts.broadcast_flush ?? 0,
    ipis: { sent: 3 * rounds, rounds, to_lazy: 0, avoided: 500 },
    atomics: { total: counts.atomic_local ?? 0, mm_count: counts.atomic_local ?? 0 },
    transfers: { total: counts.line_transfer ?? 0, mm_count: counts.line_transfer ?? 0 },
    accesses: { total: 9999 },
  };
}

const all = Object.fromEntries(COSTS.map((name) => [name, [1, 2] as const]));

test("each unit is priced once, at both ends", () => {
  const costs: [number, number][] = [
    [1, 2],
    [10, 20],
    [100, 200],
    [1e3, 2e3],
    [1e4, 2e4],
    [1e5, 2e5],
    [1e6, 2e6],
    [1e8, 2e8],
    [1e9, 2e9],
    [1e10, 2e10],
  ];
  const everything = profile(Object.fromEntries(COSTS.map((name, i) => [name, costs[i]!])));
  const counts = tree(Object.fromEntries(COSTS.map((name, i) => [name, i + 1])));
  expect(price(counts, everything)).toEqual({
    known_ns: [109_807_654_321, 219_615_308_642],
    missing: [],
    complete: true,
  });
});

test.each(COSTS)("%s: without a figure it is missing with its count, and the rest is known", (name) => {
  const { [name]: _, ...known } = all;
  const counts = tree(Object.fromEntries(COSTS.map((n) => [n, n === name ? 42 : 1])));
  expect(countAt(counts, PATHS[name])).toBe(42);
  const { known_ns, missing, complete } = price(counts, profile(known));
  expect(missing).toEqual([{ cost: name, count: 42 }]);
  expect(complete).toBe(false);
  expect(known_ns).toEqual([COSTS.length - 1, 2 * (COSTS.length - 1)]);
});

test("what never happened is not missing", () => {
  expect(price(tree({ invlpg: 3 }), profile({ invlpg: [100, 100] }))).toEqual({
    known_ns: [300, 300],
    missing: [],
    complete: true,
  });
});

test("a cost of 0 is known, a cost of null is not", () => {
  expect(price(tree({ flush_all: 5 }), profile({ flush_all: [0, 0] })).complete).toBe(true);
  expect(price(tree({ flush_all: 5 }), profile({})).missing).toEqual([{ cost: "flush_all", count: 5 }]);
});

test("with nothing measured there is no price at all, and it does not look like 0", () => {
  const { known_ns, missing, complete } = price(tree(Object.fromEntries(COSTS.map((n) => [n, 1]))), profile({}));
  expect(known_ns).toEqual([0, 0]);
  expect(missing.map(({ cost }) => cost)).toEqual(COSTS);
  expect(complete).toBe(false);
});

test("fractions of nanoseconds are rounded in the sum, not one by one", () => {
  expect(price(tree({ invlpg: 10 }), profile({ invlpg: [0.25, 0.44] })).known_ns).toEqual([3, 4]);
});

test("countAt: a path into nothing, or to a subtree, is 0", () => {
  const counts: CountTree = { a: { b: 2 }, c: 3 };
  expect(["a.b", "c", "a", "a.x", "x.y", "c.d"].map((path) => countAt(counts, path))).toEqual([2, 3, 0, 0, 0, 0]);
});
