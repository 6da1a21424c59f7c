// SPDX-License-Identifier: MIT
// What armv8 makes of the machine around the accesses: page walks, interrupts, what is handed over between CPUs, values
// that pass through per-CPU memory, waiting. Each with a variant that lacks the ordering.
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import type { ViewModel } from "../../model/hw/memory/types.ts";
import { compileSmall, type Small } from "../compiler/dialect.ts";
import { cellOf, explore } from "./explore.ts";

const W = (place: string, n: number): string => `WRITE_ONCE(g.${place}, ${n});`;
const R = (register: string, place: string): string => `this_cpu_ptr(out).${register} = READ_ONCE(g.${place});`;
const MB = "smp_mb();";
const SHARED = 'x: upto<"n">; y: upto<"n">; z: upto<"n">;';
const OUT = 'r0: upto<"n">; r1: upto<"n">; r2: upto<"n">;';

/** Outcomes of registers `r0@1`. */
function outcomes(
  small: Omit<Small, "machine" | "shared" | "out">,
  observe: readonly string[],
  model: ViewModel = armv8,
) {
  const program = compileSmall({ machine: { n: 2 }, shared: SHARED, out: OUT, ...small });
  const { ends, limits } = explore(program, model);
  expect([...limits]).toEqual([]);
  const seen = ends.map((end) =>
    observe
      .map((what) => {
        const [name = "", cpu] = what.split("@");
        return cellOf(program, end, `out.${name}`, Number(cpu));
      })
      .join(" "),
  );
  return new Set(seen);
}

/** CPU 0 stores, forgets what its walker has found, and later looks at what it has found since: 1 + the value. */
const walker = (forgets: string): string => `interface cpu_hw { tlb: upto<"n">; }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
function walk(): void {
  when(smp_processor_id() === 0);
  const x = walker_read(g.x);
  hw[0].tlb = x + 1;
}
export const walker = WALKER(walk);
function flush(): void { ${forgets}; hw[0].tlb = 0; }
function look(): number { instruction(); return hw[0].tlb; }`;
const walks = (forgets: string): Set<string> =>
  outcomes({ rest: walker(forgets), threads: [`${W("x", 1)}flush();this_cpu_ptr(out).r0 = look();`, W("y", 1)] }, [
    "r0@0",
  ]);

describe("page walks", () => {
  test("see what their CPU has stored before a serialising instruction", () =>
    expect([...walks("serialising_instruction()")].sort()).toEqual(["0", "2"]));
  test("may not, after any other instruction", () =>
    expect([...walks("instruction()")].sort()).toEqual(["0", "1", "2"]));
});

const HANDED = (sends: string): string => `interface slot_t { full: bool; }
const slot = DEFINE_FRAME<array<slot_t, "cpus">>();
function send(): void { ${sends}; slot[1].full = true; }
function receive(): void { instruction(); when(slot[1].full); }`;
const handed = (sends: string): Set<string> =>
  outcomes({ rest: HANDED(sends), threads: [`${W("x", 1)}send();`, `receive();${R("r0", "x")}`] }, ["r0@1"]);

describe("what a serialising instruction hands to another CPU", () => {
  test("brings the stores before it", () => expect([...handed("serialising_instruction()")]).toEqual(["1"]));
  test("other instructions bring nothing", () => expect([...handed("instruction()")].sort()).toEqual(["0", "1"]));
});

/** The branch decides that there is an interrupt; its handler loads what the load that it depends on must be before. */
const INTERRUPTED = `interface cpu_hw { armed: bool; }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
function arm(): void { instruction(); hw[1].armed = true; }
function disarm(): void { instruction(); hw[1].armed = false; }
function tick(): void {
  when(hw[smp_processor_id()].armed);
  disarm();
  ${R("r1", "x")}
}
export const interrupt = INTERRUPT(tick, 2);`;
const interrupted = (exception: ViewModel["exception"]): Set<string> =>
  outcomes(
    {
      rest: INTERRUPTED,
      threads: [
        W("x", 1) + MB + W("y", 1),
        "const y = READ_ONCE(g.y); this_cpu_ptr(out).r1 = 2; if (y === 1) { arm(); } this_cpu_ptr(out).r0 = y;",
      ],
    },
    ["r0@1", "r1@1"],
    { ...armv8, exception },
  );

describe("an interrupt", () => {
  test("synchronises the context: what decided that it comes is before its loads", () =>
    expect([...interrupted("isb")].filter((o) => o === "1 0")).toEqual([]));
  test("would not, if it did not", () => expect([...interrupted("none")]).toContain("1 0"));
});

/** An address that depends on a value which went through memory of the CPU's own. */
const through = (what: string): Set<string> =>
  outcomes(
    {
      rest: `interface own_t { v: upto<"n">; }
const own = DEFINE_PER_CPU<own_t>();
interface cells { at: array<upto<"n">, "n">; }
const many = DEFINE_SHARED<cells>();`,
      threads: [
        `WRITE_ONCE(many.at[0], 1);${MB}${W("y", 1)}`,
        `const y = READ_ONCE(g.y); this_cpu_write(own.v, ${what}); const v = this_cpu_read(own.v);
         this_cpu_ptr(out).r1 = READ_ONCE(many.at[v - v]); this_cpu_ptr(out).r0 = y;`,
      ],
    },
    ["r0@1", "r1@1"],
  );

describe("a value in memory that only its CPU touches", () => {
  test("still depends on where it is from", () => expect([...through("y")].filter((o) => o === "1 0")).toEqual([]));
  test("and on nothing, if it is a constant", () => expect([...through("1")]).toContain("1 0"));
});

describe("a spinlock", () => {
  const count = `spin_lock(g.lock); const x = READ_ONCE(g.x); WRITE_ONCE(g.x, x + 1); spin_unlock(g.lock);`;
  const program = compileSmall({
    machine: { n: 2 },
    shared: `${SHARED} lock: spinlock_t;`,
    out: OUT,
    threads: [count, count],
  });
  test("excludes others, and hands over what was stored", () => {
    const { ends, stuck } = explore(program, armv8);
    expect([stuck, ...new Set(ends.map((end) => cellOf(program, end, "g.x")))]).toEqual([0, 2]);
  });
});

test("a violation counts although the step's store has no room", () => {
  const program = compileSmall({
    machine: { n: 2 },
    shared: SHARED,
    out: OUT,
    threads: [`${W("x", 1)}${W("x", 2)}BUG_ON(this_cpu_ptr(out).r2 === 0);`, R("r0", "x") + R("r1", "x")],
    check: "no_bug",
  });
  expect([...explore(program, armv8, 1).violated]).toEqual(["no bug"]);
});

describe("the kernel's primitives", () => {
  const mp = (writer: string, reader: string): Set<string> => outcomes({ threads: [writer, reader] }, ["r0@1", "r1@1"]);
  test.each([
    ["smp_wmb and smp_rmb", `${W("x", 1)}smp_wmb();${W("y", 1)}`, `${R("r0", "y")}smp_rmb();${R("r1", "x")}`],
    [
      "release and acquire",
      `${W("x", 1)}smp_store_release(g.y, 1);`,
      `this_cpu_ptr(out).r0 = smp_load_acquire(g.y);${R("r1", "x")}`,
    ],
    [
      "release and a wait for it",
      `${W("x", 1)}smp_store_release(g.y, 1);`,
      `this_cpu_ptr(out).r0 = smp_cond_load_acquire(g.y, VAL === 1);${R("r1", "x")}`,
    ],
    ["a full exchange", `${W("x", 1)}xchg(g.y, 1);`, `${R("r0", "y")}xchg(g.z, 1);${R("r1", "x")}`],
  ])("%s keep messages in order", (_, writer, reader) => expect([...mp(writer, reader)]).not.toContain("1 0"));
  test.each([
    ["no barrier", `${W("x", 1)}${W("y", 1)}`, `${R("r0", "y")}smp_rmb();${R("r1", "x")}`],
    ["smp_rmb between stores", `${W("x", 1)}smp_rmb();${W("y", 1)}`, `${R("r0", "y")}smp_rmb();${R("r1", "x")}`],
    ["order for walks", `${W("x", 1)}order_walks();${W("y", 1)}`, `${R("r0", "y")}order_walks();${R("r1", "x")}`],
    ["smp_wmb between loads", `${W("x", 1)}smp_wmb();${W("y", 1)}`, `${R("r0", "y")}smp_wmb();${R("r1", "x")}`],
  ])("%s does not", (_, writer, reader) => expect([...mp(writer, reader)]).toContain("1 0"));
});
