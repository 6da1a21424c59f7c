// SPDX-License-Identifier: MIT
// The classic litmus shapes, written as dialect: which final outcomes there are under each memory model is known.
// Sewell et al., x86-TSO, CACM 2010; Alglave, Maranget, Tautschnig, Herding cats, TOPLAS 2014.
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { compileSmall } from "../compiler/dialect.ts";
import { cellOf, explore } from "./explore.ts";

const W = (place: string, n: number): string => `WRITE_ONCE(g.${place}, ${n});`;
const R = (register: string, place: string): string => `this_cpu_ptr(out).${register} = READ_ONCE(g.${place});`;
const MB = "smp_mb();";

interface Shape {
  readonly threads: readonly string[];
  /** What is observed at the end: a register `r0@cpu`, or a variable. */
  readonly observe: readonly string[];
  readonly sc: readonly string[];
  /** Outcomes that x86-TSO adds. */
  readonly tso?: readonly string[];
}

/** All outcomes of n binary observations but those. */
function allBut(n: number, ...forbidden: string[]): string[] {
  const all = Array.from({ length: 2 ** n }, (_, i) => i.toString(2).padStart(n, "0").split("").join(" "));
  return all.filter((outcome) => !forbidden.includes(outcome));
}

const SB = { observe: ["r0@0", "r0@1"], sc: allBut(2, "0 0") } as const;
const MP = { observe: ["r0@1", "r1@1"], sc: allBut(2, "1 0") } as const;
const shapes: Readonly<Record<string, Shape>> = {
  SB: { threads: [W("x", 1) + R("r0", "y"), W("y", 1) + R("r0", "x")], ...SB, tso: ["0 0"] },
  "SB+mfences": { threads: [W("x", 1) + MB + R("r0", "y"), W("y", 1) + MB + R("r0", "x")], ...SB },
  "SB+mfence+po": { threads: [W("x", 1) + MB + R("r0", "y"), W("y", 1) + R("r0", "x")], ...SB, tso: ["0 0"] },
  "SB+rmbs": {
    threads: [`${W("x", 1)}smp_rmb();${R("r0", "y")}`, `${W("y", 1)}smp_wmb();${R("r0", "x")}`],
    ...SB,
    tso: ["0 0"],
  },
  "SB with xchg": {
    threads: [`xchg(g.x, 1);${R("r0", "y")}`, `xchg(g.y, 1);${R("r0", "x")}`],
    ...SB,
  },
  "SB, an atomic to a third variable between": {
    threads: [`${W("x", 1)}atomic_inc(g.a);${R("r0", "y")}`, `${W("y", 1)}atomic_inc(g.a);${R("r0", "x")}`],
    ...SB,
  },
  "SB, a failed cmpxchg between": {
    threads: [`${W("x", 1)}cmpxchg(g.z, 1, 1);${R("r0", "y")}`, `${W("y", 1)}cmpxchg(g.z, 1, 1);${R("r0", "x")}`],
    ...SB,
  },
  "SB+release+acquire": {
    threads: [
      "smp_store_release(g.x, 1); this_cpu_ptr(out).r0 = smp_load_acquire(g.y);",
      "smp_store_release(g.y, 1); this_cpu_ptr(out).r0 = smp_load_acquire(g.x);",
    ],
    ...SB,
    tso: ["0 0"],
  },
  "SB, a plain instruction between": {
    threads: [`${W("x", 1)}nop();${R("r0", "y")}`, `${W("y", 1)}nop();${R("r0", "x")}`],
    ...SB,
    tso: ["0 0"],
  },
  "SB, a serialising instruction between": {
    threads: [`${W("x", 1)}serialise();${R("r0", "y")}`, `${W("y", 1)}serialise();${R("r0", "x")}`],
    ...SB,
  },
  MP: { threads: [W("x", 1) + W("y", 1), R("r0", "y") + R("r1", "x")], ...MP },
  LB: {
    threads: [R("r0", "x") + W("y", 1), R("r0", "y") + W("x", 1)],
    observe: ["r0@0", "r0@1"],
    sc: allBut(2, "1 1"),
  },
  S: {
    threads: [W("x", 2) + W("y", 1), R("r0", "y") + W("x", 1)],
    observe: ["r0@1", "x"],
    sc: ["0 1", "0 2", "1 1"],
  },
  R: {
    threads: [W("x", 1) + W("y", 1), W("y", 2) + R("r0", "x")],
    observe: ["y", "r0@1"],
    sc: ["1 0", "1 1", "2 1"],
    tso: ["2 0"],
  },
  "R+mfence": {
    threads: [W("x", 1) + W("y", 1), W("y", 2) + MB + R("r0", "x")],
    observe: ["y", "r0@1"],
    sc: ["1 0", "1 1", "2 1"],
  },
  "2+2W": {
    threads: [W("x", 2) + W("y", 1), W("y", 2) + W("x", 1)],
    observe: ["x", "y"],
    sc: ["1 1", "1 2", "2 1"],
  },
  CoRR: { threads: [W("x", 1), R("r0", "x") + R("r1", "x")], ...MP },
  CoWR: { threads: [W("x", 1) + R("r0", "x"), W("x", 2)], observe: ["r0@0", "x"], sc: ["1 1", "1 2", "2 2"] },
  IRIW: {
    threads: [W("x", 1), W("y", 1), R("r0", "x") + R("r1", "y"), R("r0", "y") + R("r1", "x")],
    observe: ["r0@2", "r1@2", "r0@3", "r1@3"],
    sc: allBut(4, "1 0 1 0"),
  },
  // Store forwarding: each CPU sees its own store before anybody else does.
  "SB+rfi": {
    threads: [W("x", 1) + R("r1", "x") + R("r0", "y"), W("y", 1) + R("r1", "y") + R("r0", "x")],
    observe: ["r1@0", "r0@0", "r1@1", "r0@1"],
    sc: ["1 0 1 1", "1 1 1 0", "1 1 1 1"],
    tso: ["1 0 1 0"],
  },
  "the newest own store is forwarded": {
    threads: [W("x", 1) + W("x", 2) + R("r0", "x"), R("r0", "x")],
    observe: ["r0@0", "r0@1"],
    sc: ["2 0", "2 1", "2 2"],
  },
  "a lock publishes what came before it": {
    threads: [
      `${W("x", 1)}spin_lock(g.lock);${R("r0", "y")}spin_unlock(g.lock);`,
      `${W("y", 1)}spin_lock(g.lock);${R("r0", "x")}spin_unlock(g.lock);`,
    ],
    ...SB,
  },
};

const REST = `function nop(): void { instruction(); }
function serialise(): void { serialising_instruction(); }`;

function outcomes(shape: Shape, model: typeof sc | typeof x86_tso): string[] {
  const program = compileSmall({
    machine: { n: 2 },
    shared: 'x: upto<"n">; y: upto<"n">; z: upto<"n">; a: atomic<"n">; lock: spinlock_t;',
    out: 'r0: upto<"n">; r1: upto<"n">;',
    rest: REST,
    threads: shape.threads,
  });
  const { ends, stuck, limits } = explore(program, model);
  expect([stuck, ...limits]).toEqual([0]);
  const seen = ends.map((end) =>
    shape.observe
      .map((what) => {
        const [name = "", cpu] = what.split("@");
        return cpu === undefined ? cellOf(program, end, `g.${name}`) : cellOf(program, end, `out.${name}`, Number(cpu));
      })
      .join(" "),
  );
  return [...new Set(seen)].sort();
}

describe.each(Object.entries(shapes))("%s", (_, shape) => {
  test("sc", () => expect(outcomes(shape, sc)).toEqual([...shape.sc].sort()));
  test("x86_tso", () => expect(outcomes(shape, x86_tso)).toEqual([...shape.sc, ...(shape.tso ?? [])].sort()));
});

/** A page walker on CPU 0 copies x to a register of the hardware, at any moment. */
function walked(model: typeof sc | typeof x86_tso): string[] {
  const program = compileSmall({
    machine: { n: 1 },
    shared: 'x: upto<"n">; y: upto<"n">;',
    out: 'r0: upto<"n">; walked: upto<"n">;',
    rest: `interface cpu_hw { tlb: upto<"n">; }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
function walk(): void {
  when(smp_processor_id() === 0);
  const x = walker_read(g.x);
  hw[0].tlb = x;
}
export const walker = WALKER(walk);
function look(): number { instruction(); return hw[0].tlb; }`,
    threads: [`${W("x", 1)}this_cpu_ptr(out).walked = look();${R("r0", "y")}`, W("y", 1) + MB + R("r0", "x")],
  });
  const { ends } = explore(program, model);
  const one = (end: (typeof ends)[number]): string =>
    [cellOf(program, end, "out.walked", 0), cellOf(program, end, "out.r0", 0), cellOf(program, end, "out.r0", 1)].join(
      " ",
    );
  return [...new Set(ends.map(one))].sort();
}

describe("a walker sees its own CPU's buffered store or does not", () => {
  test("sc: no one reads what is not there for all", () =>
    expect(walked(sc)).toEqual(["0 0 1", "0 1 0", "0 1 1", "1 0 1", "1 1 0", "1 1 1"]));
  test("x86_tso: walked before anybody else sees it", () => expect(walked(x86_tso)).toEqual(allBut(3)));
});

describe("a full buffer is a limit, never a verdict", () => {
  const program = compileSmall({
    machine: { n: 3 },
    shared: 'x: upto<"n">; y: upto<"n">;',
    out: 'r0: upto<"n">;',
    threads: [W("x", 1) + W("x", 2) + W("x", 3), R("r0", "x")],
  });
  test.each([
    [1, true],
    [2, true],
    [3, false],
    [4, false],
  ])("depth %i", (depth, full) => {
    const { limits } = explore(program, x86_tso, depth);
    expect([...limits].some((text) => text.includes("store buffer full"))).toBe(full);
  });
});
