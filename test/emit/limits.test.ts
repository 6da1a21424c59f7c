// SPDX-License-Identifier: MIT
// What leaves its bounds is a limit or a bug, never a wrap: no store may reach a field beside its own.
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { emitWide, loadWide } from "../../src/emit/wide.ts";
import { compileEntries, compileSmall, type Small } from "../compiler/dialect.ts";
import { cellOf, explore } from "./explore.ts";

const REST = `
interface node { v: upto<"n">; list: array<upto<"n">, 2>; next: node | null; }
const nodes = DEFINE_POOL<node>("nodes");
interface percpu { v: upto<"n">; }
const pcpu = DEFINE_PER_CPU<percpu>();
interface cpu_hw { regs: array<upto<"n">, 2>; other: upto<"n">; }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
function set_reg(i: number, n: number): void { instruction(); hw[0].regs[i] = n; }
function free_node(n: node): void { instruction(); pool_free(n); }
`;
const small = (thread: string): Small => ({
  machine: { n: 3, nodes: 1, cpus: 2 },
  shared: 'x: upto<"n">; y: upto<"n">; neg: int<-2, 1>; a: atomic<"n">; mask: cpumask_t; p: node | null;',
  out: 'n: upto<"n">;',
  rest: REST,
  init: "WRITE_ONCE(g.y, 3); WRITE_ONCE(pool_alloc(nodes).v, 2); hw[0].other = 3;",
  threads: [thread],
});

type Outcome = { limit: string } | { violates: string } | { x: number };

describe.each([sc, x86_tso])("$name", (model) => {
  test.each<[string, Outcome]>([
    ["WRITE_ONCE(g.x, READ_ONCE(g.y) + 1);", { limit: "g.x would leave its range 0 … 3" }],
    ["WRITE_ONCE(g.x, READ_ONCE(g.y) - 4);", { limit: "g.x would leave its range 0 … 3" }],
    ["g.x = 1 << (READ_ONCE(g.y) + 29);", { limit: "g.x would leave" }],
    ["g.x = 1 << (READ_ONCE(g.y) + 60);", { limit: "g.x would leave" }],
    ["WRITE_ONCE(g.x, READ_ONCE(g.y) * 1000000 * 1000000);", { limit: "g.x would leave" }],
    ["WRITE_ONCE(g.neg, 1 - READ_ONCE(g.y)); WRITE_ONCE(g.x, READ_ONCE(g.neg) + 2);", { x: 0 }],
    ["xchg(g.neg, -READ_ONCE(g.y));", { limit: "g.neg would leave its range -2 … 1" }],
    ["atomic_set(g.a, 3); atomic_inc(g.a);", { limit: "g.a would leave" }],
    ["atomic_dec(g.a);", { limit: "g.a would leave" }],
    ["let a: int<0, 3> = 3; a = a + READ_ONCE(g.y);", { limit: "CPU0: a would leave its range 0 … 3" }],
    ["const a: int<0, 3> = READ_ONCE(g.y) + 1; WRITE_ONCE(g.x, a & 1);", { limit: "CPU0: a would leave" }],
    ["const a = READ_ONCE(g.y) + READ_ONCE(g.y); WRITE_ONCE(g.x, a - 4);", { x: 2 }],
    ["const a = READ_ONCE(g.y) > 5 ? 1 : 3; WRITE_ONCE(g.x, a);", { x: 3 }],
    ["WRITE_ONCE(nodes[0].list[READ_ONCE(g.y)], 1);", { violates: "no bug" }],
    ["WRITE_ONCE(g.x, nodes[0].list[READ_ONCE(g.y) - 4]);", { violates: "no bug" }],
    ["WRITE_ONCE(per_cpu(pcpu.v, READ_ONCE(g.y)), 1);", { violates: "no bug" }],
    ["READ_ONCE(READ_ONCE(g.p)!.v);", { violates: "no bug" }],
    ["READ_ONCE(READ_ONCE(nodes[0].next)!.v);", { violates: "no bug" }],
    ["free_node(nodes[0]); READ_ONCE(nodes[0].v);", { violates: "no use after free" }],
    ["free_node(nodes[0]); free_node(nodes[0]);", { violates: "no use after free" }],
    ["pool_alloc(nodes);", { limit: "no free node left: the machine has 1" }],
    ["cpumask_set_cpu(READ_ONCE(g.y), g.mask);", { limit: "CPU0: cpu would leave its range 0 … 1" }],
    ["if (cpumask_test_cpu(READ_ONCE(g.y) - 2, g.mask)) return; g.x = 1;", { x: 1 }],
    ["set_reg(READ_ONCE(g.y), 1);", { limit: "hw.regs: an index is out of bounds" }],
    ["set_reg(READ_ONCE(g.y) - 4, 1);", { limit: "hw.regs: an index is out of bounds" }],
    ["BUG_ON(READ_ONCE(g.y) === 3);", { violates: "no bug" }],
  ])("%s", (thread, outcome) => {
    const program = compileSmall(small(thread));
    const { limits, violated, ends, states } = explore(program, model);
    const [limit, property] = [[...limits].join(), [...violated].join()];
    if ("limit" in outcome) expect([limit, property]).toEqual([expect.stringContaining(outcome.limit), ""]);
    else if ("violates" in outcome) expect([limit, property]).toEqual(["", outcome.violates]);
    else expect([limit, property, ...ends.map((end) => cellOf(program, end, "g.x"))]).toEqual(["", "", outcome.x]);
    // What nobody writes stays what it is.
    for (const { plain } of states.values()) {
      const kept = ["hw.other", "g.y"].filter((name) => program.cells.some((cell) => cell.name === name));
      expect(kept.map((name) => cellOf(program, plain, name))).toEqual(kept.map(() => 3));
    }
  });
});

test("a predicate may look where nothing is", () => {
  const program = compileSmall({
    ...small("WRITE_ONCE(g.p, nodes[0]);"),
    rest: `${REST}const good = always("points to 2, if anywhere", () => g.p === null || g.p.v === 2);
const odd = sometimes("reads the smallest value", () => g.p === null && g.p!.v === 0);`,
    check: "good",
    witness: "odd",
  });
  const { violated, witnessed } = explore(program, sc);
  expect([...violated, ...witnessed]).toEqual(["reads the smallest value"]);
});

test("whether an object is allocated is asked, though nobody ever frees one", () => {
  const rest = `${REST}function check(): number { instruction(); if (!is_allocated(nodes[0])) return 1; return 2; }`;
  const program = compileSmall({ ...small("WRITE_ONCE(g.x, check());"), rest });
  const { ends } = explore(program, sc);
  expect(ends.map((end) => cellOf(program, end, "g.x"))).toEqual([2]);
});

test("handlers of one level do not interrupt each other, those of a higher one do", () => {
  const handler = (name: string, wire: number, level: number): string => `
function ${name}(): void {
  when(smp_processor_id() === 0 && hw[0].regs[${wire}] === 1);
  take(${wire});
  g.y = READ_ONCE(g.x) & 1 ? 3 : 2;
  leave();
}
export const i${name} = INTERRUPT(${name}, ${level});`;
  const rest = (levels: readonly [number, number]): string =>
    `${REST}
function take(i: number): void { instruction(); hw[0].regs[i] = 2; busy(1); }
function busy(n: number): void { hw[0].other = hw[0].other + n; }
const both = sometimes("both are busy", () => hw[0].regs[0] === 2 && hw[0].regs[1] === 2 && hw[0].other === 2);
${handler("one", 0, levels[0])}${handler("two", 1, levels[1])}
function leave(): void { instruction(); busy(-1); }`;
  const nests = (levels: readonly [number, number]): boolean => {
    const init = "hw[0].regs[0] = 1; hw[0].regs[1] = 1;";
    const program = compileSmall({ ...small(""), init, rest: rest(levels), witness: "both" });
    return explore(program, sc).witnessed.length > 0;
  };
  expect(nests([2, 2])).toBe(false);
  expect(nests([2, 3])).toBe(true);
});

describe("wide: nothing hangs a replay", () => {
  function run(entry: string, wait: () => boolean): string[] {
    const rest = `interface globals { x: upto<"n">; }\nconst g = DEFINE_SHARED<globals>();
interface cpu_hw { r: bool; }\nconst hw = DEFINE_HARDWARE<cpu_hw>();
function stop(): void { instruction(); when(hw.r); }`;
    const text = `${rest}\nexport function entry(): void { ${entry} }`;
    const emitted = emitWide(compileEntries({ "entries.ts": text }, { cpus: 2, n: 3 }), new Map());
    const limits: string[] = [];
    const host = {
      event: () => false,
      touch: () => undefined,
      wait,
      limit: (l: number) => limits.push(`${emitted.limits[l]}`),
    };
    loadWide(emitted)(host).entries[0]?.(0);
    return limits;
  }
  const never = "the design waits for something that never happens";
  const round = "the design goes round a loop more than 4194304 times";
  test.each([
    ["a wait", "stop();"],
    ["a guard", "when(hw.r);"],
    ["a lock that nobody frees", "smp_cond_load_acquire(g.x, VAL === 1);"],
    ["a choice without a choice", "any_such(2, (i) => hw.r && i > 0);"],
  ])("%s", (_, entry) => expect(run(entry, () => false)).toEqual([never]));

  test("spinning", () => expect(run("while (READ_ONCE(g.x) === 0) {}", () => false)).toEqual([round]));

  test("others run while an entry spins", () => {
    let waits = 0;
    expect(run("while (READ_ONCE(g.x) === 0) {}", () => ++waits < 10_000)).toEqual([round]);
    expect(waits).toBeGreaterThan(1000);
  });
});
