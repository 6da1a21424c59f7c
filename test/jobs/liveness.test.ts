// SPDX-License-Identifier: MIT
// Clients that run for ever: who waits for ever is found by `check`, printed with the part that goes round, and found
// again by `explain`. And how a data race is told.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { explain } from "../../src/jobs/explain.ts";
import type { CheckResult, MutantResult } from "../../src/jobs/reports.ts";
import { root } from "../../tools/source-files.ts";
import { checked, DESIGN, quiet, temporary } from "./tiny.ts";

const { write } = temporary();
const design = write("design.ts", DESIGN);

/** Interrupts by a wire per CPU, which its handler clears. */
const WIRES = `
interface wire { pending: bool; off: bool }
const wire = DEFINE_HARDWARE<array<wire, "cpus">>();
interface shared { lock: spinlock_t; x: upto<"n">; stop: bool }
const s = DEFINE_SHARED<shared>();
function send(cpu: cpu_id): void { serialising_instruction(); wire[cpu].pending = true; }
function sent(cpu: cpu_id): void { instruction(); when(!wire[cpu].pending); }
function cli(): void { instruction(); wire[smp_processor_id()].off = true; }
function sti(): void { instruction(); wire[smp_processor_id()].off = false; }
function iret(): void { serialising_instruction(); wire[smp_processor_id()].pending = false; }
export function under_lock(): void { spin_lock(s.lock); xchg(s.x, 1); xchg(s.x, 0); spin_unlock(s.lock); }
export function nothing(): void {}
export function handle(): void { under_lock(); }
function handler(): void {
  when(wire[smp_processor_id()].pending && !wire[smp_processor_id()].off);
  handle();
  iret();
}
export const vector = INTERRUPT(handler, 2);
export function flush(cpu: cpu_id): void { cli(); send(cpu); sti(); sent(cpu); }
export function careful(): void { cli(); under_lock(); sti(); }
export function busy(): void { xchg(s.x, 1); xchg(s.x, 0); }
export function spin(): void { while (!READ_ONCE(s.stop)) smp_mb(); }
`;

interface Small {
  readonly threads: readonly string[];
  readonly mutants?: string;
}

/** The results of one scenario: its own, and those of its mutants. */
async function check(name: string, { threads, mutants = "" }: Small, model = "sc") {
  const text = `${WIRES}
export const ${name} = scenario({
  question: "Does everything that waits get on?",
  machine: { cpus: ${threads.length}, n: 1 },
  init() {},
  threads: { ${threads.map((body, cpu) => `CPU${cpu}() { ${body} }`).join(", ")} },
  check: [], witness: [],
  mutants: [${mutants}],
});`;
  const path = write(`${name}.ts`, text);
  const { results } = await checked({ names: [path], designs: [design], models: [model] });
  const [own] = results;
  if (own === undefined) throw new Error("there is a result");
  return { own, mutants: own.mutants, path };
}

const WAIT = "no endless wait";
const verdictOf = ({ verdict, property }: CheckResult | MutantResult): string => property ?? verdict;
const forever = (...actions: readonly string[]): string => {
  const cases = actions.map((action, i) => `if (action === ${i}) { ${action} }`);
  return `while (true) { const action = any(${actions.length}); ${cases.join(" else ")} }`;
};
const never = "expect: { sc: violates(no_endless_wait), x86_tso: violates(no_endless_wait) }";

describe("clients", () => {
  test.each(["sc", "x86_tso"])("flushes that wait for each other, under %s", async (model) => {
    const threads = [forever("flush(1);", "busy();"), forever("flush(0);", "busy();"), forever("busy();")];
    const mutants = `{ name: "waits with interrupts off", mutant: drop(flush, "sti"), ${never} },
      { name: "a handler without the lock", mutant: replace(handle, nothing), expect: { sc: safe, x86_tso: safe } }`;
    const result = await check("flushes", { threads, mutants }, model);
    expect([result.own, ...result.mutants].map(verdictOf)).toEqual(["safe", WAIT, "safe"]);
    expect(result.own.claim).toContain(WAIT);
    expect(result.mutants.map(({ agrees }) => agrees)).toEqual([true, true]);
  });

  test("a lock that is taken in a handler, and held by whom it interrupts", async () => {
    const threads = [forever("flush(1);"), forever("careful();"), forever("busy();")];
    const mutants = `{ name: "the lock is taken with interrupts on", mutant: replace(careful, under_lock), ${never} }`;
    const result = await check("handler_lock", { threads, mutants });
    expect([result.own, ...result.mutants].map(verdictOf)).toEqual(["safe", WAIT]);
    const text = result.mutants[0]?.counterexample ?? "";
    expect(text).toMatch(/for ever:/);
    expect(text).toMatch(/lock is held by CPU 1/);
  });

  test("two that take one lock again and again", async () => {
    const { own } = await check("contended", { threads: [forever("under_lock();"), forever("under_lock();")] });
    expect(verdictOf(own)).toBe("safe");
  });

  test.each(["sc", "x86_tso", "armv8"])("a store becomes visible at last, and is read, under %s", async (model) => {
    const threads = ["spin();", "WRITE_ONCE(s.stop, true); while (true) { READ_ONCE(s.x); }"];
    expect(verdictOf((await check(`visible_${model}`, { threads }, model)).own)).toBe("safe");
  });

  test("a loop until something that nobody does", async () => {
    const { own } = await check("spinning", { threads: ["spin();", forever("busy();")] });
    expect(verdictOf(own)).toBe(WAIT);
    expect(own.counterexample).toMatch(/CPU 0 goes round and round in spin\(\)/);
  });

  test("a loop that counts is no reason to look", async () => {
    const loop = "for (let i = 0; i < 20; i++) { xchg(s.x, i & 1); }";
    expect(verdictOf((await check("counting", { threads: [loop, loop] })).own)).toBe("safe");
  });
});

test("explain finds the wait in the path alone, and not in a part of it", async () => {
  const { own, path } = await check("spinning_again", { threads: ["spin();", forever("busy();")] });
  const given = /--path (\S+)/.exec(own.counterexample ?? "")?.[1] ?? "";
  const told = async (steps: string) => {
    const options = { scenario: path, design, model: "sc", mutant: undefined, overlay: undefined, full: false };
    const report = await explain({ ...options, path: steps }, quiet());
    return report.ok ? report.value.property : report.error;
  };
  expect(await told(given)).toBe(WAIT);
  // CPU 0 alone comes back to where it was, too, but CPU 1 would have had to move meanwhile.
  expect(await told("0.0.0.0")).toBe(null);
});

test("Linux reads loaded_mm and is_lazy of other CPUs without a mark: without data_race() it is a race", async () => {
  const tlb = readFileSync(`${root}/model/kernel/arch/x86/mm/tlb.ts`, "utf8");
  const marked = /data_race\((per_cpu\([^)]*\))\)/g;
  expect(tlb.match(marked)).toHaveLength(2);
  const unmarked = tlb.replace(marked, "$1");
  const overlay = dirname(write("overlay/kernel/arch/x86/mm/tlb.ts", unmarked)).replace("/kernel/arch/x86/mm", "");
  const asked = { names: ["unlazy_vs_munmap"], designs: ["linux-6.12-x86"], models: ["sc"] };
  const { results } = await checked({ ...asked, overlay });
  expect(results.map(verdictOf)).toEqual(["no data race"]);
  expect(results[0]?.counterexample?.replace(/\s+/g, " ")).toMatch(
    /data-race in \w+\(\) \/ tlb_is_not_lazy\(\): write \(marked\) to \w+ by CPU 0, read of \w+ of CPU 0 by CPU 1/,
  );
});

test("a data race is told as KCSAN tells it", async () => {
  const threads = ["s.x = 1;", "if (READ_ONCE(s.stop)) smp_mb(); WRITE_ONCE(s.stop, s.x === 1);"];
  const { own } = await check("racing", { threads });
  expect(verdictOf(own)).toBe("no data race");
  expect(own.counterexample?.replace(/\s+/g, " ")).toContain(
    '"no data race" is violated: data-race in CPU0() / CPU1(): write to x by CPU 0, read of x by CPU 1',
  );
  expect(own.counterexample).toMatch(/races: s\.x = 1 +scenario:\d+\n.*races: s\.x +scenario:\d+/);
});
