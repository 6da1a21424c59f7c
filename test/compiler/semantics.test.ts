// SPDX-License-Identifier: MIT
// Random programs of one thread do in dialect what they do in JavaScript: packed, and wide.
import fc from "fast-check";
import { expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { emitWide, loadWide } from "../../src/emit/wide.ts";
import { cellOf, explore } from "../emit/explore.ts";
import { compileEntries, compileFiles, rejection } from "./dialect.ts";
import { MACHINE, randomProgram } from "./random-program.ts";

const RUNS = Number(process.env.RUNS ?? 300);
const choices = fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 60 });

/** x, y, a, the frame's p, the hardware's t. */
type Result = readonly [number, number, number, number, number];

/** undefined: it counts further than the model's machine can. */
function javascript(text: string): Result | undefined {
  const g = { x: 0, y: 0, a: 0 };
  const f = { p: 0 };
  const hw = { t: 0 };
  try {
    new Function("g", "f", "hw", text)(g, f, hw);
  } catch (error) {
    if (error === "too far") return undefined;
    throw error;
  }
  return [g.x, g.y, g.a, f.p, hw.t];
}

const SCENARIO = `import { f, g, hw, run0 } from "./entries.ts";
export const s = scenario({
  question: "?", machine: { cpus: 1, value: ${MACHINE.value}, many: ${MACHINE.many} },
  init() {
    WRITE_ONCE(g.x, 0);
    WRITE_ONCE(g.y, 0);
    atomic_set(g.a, 0);
    WRITE_ONCE(per_cpu(f.p, 0), 0);
    hw[0].t = 0;
  },
  threads: { CPU0() { run0(); } }, check: [], witness: [], expect: {}, mutants: [],
});`;

/** A loop whose bound its body assigns is not part of the dialect, though it may end. */
const hasUnboundedLoop = (compile: () => unknown): boolean => rejection(compile)?.code === "LZ105";

test("packed", () => {
  let compared = 0;
  fc.assert(
    fc.property(choices, (list) => {
      const { dialect, javascript: text } = randomProgram(list, { budget: 60, threads: 1 });
      const expected = javascript(text);
      fc.pre(expected !== undefined);
      const sources = { "entries.ts": dialect, "scenario.ts": SCENARIO };
      fc.pre(!hasUnboundedLoop(() => compileFiles(sources)));
      const program = compileFiles(sources);
      for (const model of [sc, x86_tso]) {
        const { ends, limits, stuck } = explore(program, model);
        // A random program may store more often than the buffer is deep: then nothing is claimed about it.
        fc.pre(![...limits].some((limit) => limit.includes("store buffer full")));
        expect([stuck, ...limits]).toEqual([0]);
        const results = ends.map((end) =>
          ["g.x", "g.y", "g.a", "f.p", "hw.t"].map((name) => cellOf(program, end, name)),
        );
        expect(results).toEqual([expected]);
      }
      compared++;
    }),
    { numRuns: RUNS },
  );
  expect(compared).toBeGreaterThan(RUNS / 2);
});

const DUMP = `
declare function trace_value(which: number, value: number): void;
function hardware(): number { instruction(); return hw[0].t; }
export function dump(): void {
  trace_value(0, READ_ONCE(g.x));
  trace_value(1, READ_ONCE(g.y));
  trace_value(2, atomic_read(g.a));
  trace_value(3, this_cpu_ptr(f).p);
  trace_value(4, hardware());
}
`;

test.each([1, 40])("wide, on a machine of %i CPUs", (cpus) => {
  fc.assert(
    fc.property(choices, (list) => {
      const { dialect, javascript: text } = randomProgram(list, { budget: 60, threads: 1 });
      const expected = javascript(text);
      fc.pre(expected !== undefined);
      const compile = () => compileEntries({ "entries.ts": dialect + DUMP }, { cpus, ...MACHINE });
      fc.pre(!hasUnboundedLoop(compile));
      const program = compile();
      const emitted = emitWide(program, new Map());
      const seen: number[] = [];
      const machine = loadWide(emitted)({
        event: (_event, _cpu, which, value) => {
          seen[which] = value;
          return false;
        },
        touch: () => undefined,
        wait: () => false,
        limit: (limit) => expect(emitted.limits[limit]).toBe("no limit"),
      });
      for (const name of ["run0", "dump"]) machine.entries[emitted.entryNames.indexOf(name)]?.(0);
      expect(seen).toEqual(expected);
    }),
    { numRuns: RUNS },
  );
});
