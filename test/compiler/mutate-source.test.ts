// SPDX-License-Identifier: MIT
// Small changes of a text: which there are, that each is a program of its own, and what is known of the places.
import { describe, expect, test } from "vitest";
import { compileEntries } from "../../src/compiler/compile.ts";
import { load } from "../../src/compiler/modules.ts";
import { mutantsOf, type SourceMutant } from "../../src/compiler/mutate-source.ts";
import { patched } from "../../src/compiler/patched.ts";
import { emitStepped, loadStepped } from "../../src/emit/stepped.ts";
import { STOP } from "../../src/program/stepped.ts";
import { watchEntries } from "./dialect.ts";

const MACHINE = { cpus: 2, n: 100 };
const SHARED = 'interface g { x: upto<"n">; y: bool; count: atomic<"n"> }\nconst g = DEFINE_SHARED<g>();\n';

function generated(body: string, rest = ""): { mutants: SourceMutant[]; all: ReturnType<typeof watchEntries> } {
  const text = `${SHARED}${rest}\nexport function f(a: number): void { ${body} }`;
  const all = watchEntries({ "entries.ts": text }, MACHINE);
  const decl = all.file.declared.get("f");
  if (decl?.kind !== "function") throw new Error("f is a function");
  const { modules, design } = all.base;
  return { mutants: mutantsOf(modules, design, decl, all.watch).map(({ mutant }) => mutant), all };
}

const shown = ({ kind, old, text }: SourceMutant): string => `${kind}: ${old} => ${text}`;

describe("what is generated", () => {
  test.each<[string, string[]]>([
    ["smp_mb();", ["drop: smp_mb(); => {}"]],
    ["instruction(); barrier();", []],
    [
      "if (READ_ONCE(g.y)) WRITE_ONCE(g.x, 1);",
      [
        "negate: READ_ONCE(g.y) => !READ_ONCE(g.y)",
        "drop: WRITE_ONCE(g.x, 1); => {}",
        "off by one: 1 => 2",
        "off by one: 1 => 0",
      ],
    ],
    [
      "if (a < 3 && !READ_ONCE(g.y)) smp_mb();",
      [
        "negate: a < 3 => a >= 3",
        "off by one: a < 3 => a <= 3",
        "negate: a < 3 && !READ_ONCE(g.y) => !(a < 3 && !READ_ONCE(g.y))",
        "off by one: 3 => 4",
        "off by one: 3 => 2",
        "negate: !READ_ONCE(g.y) => READ_ONCE(g.y)",
        "drop: smp_mb(); => {}",
      ],
    ],
    ["WRITE_ONCE(g.y, true);", ["drop: WRITE_ONCE(g.y, true); => {}", "negate: true => false"]],
    [
      "atomic_inc(g.count);",
      ["off by one: atomic_inc(g.count) => atomic_add(2, g.count)", "drop: atomic_inc(g.count); => {}"],
    ],
    ["WRITE_ONCE(g.x, LAST);", ["drop: WRITE_ONCE(g.x, LAST); => {}", "off by one: LAST => LAST + 1"]],
    [
      "set(READ_ONCE(g.x) === 0);",
      [
        "drop: set(READ_ONCE(g.x) === 0); => {}",
        "negate: READ_ONCE(g.x) === 0 => READ_ONCE(g.x) !== 0",
        "off by one: 0 => 1",
      ],
    ],
    // The design decides against it: it is no part of the program.
    [
      "if (machine.n === 1) { smp_mb(); }",
      ["negate: machine.n === 1 => machine.n !== 1", "off by one: 1 => 2", "off by one: 1 => 0"],
    ],
  ])("%s", (body, expected) => {
    const { mutants } = generated(body, "const LAST = 7;\nfunction set(y: bool): void { WRITE_ONCE(g.y, y); }");
    expect(mutants.map(shown)).toEqual(expected);
  });

  test("a function that nobody calls has none", () => {
    const { all } = generated("smp_mb();", "function g1(): void { smp_mb(); }");
    const decl = all.file.declared.get("g1");
    expect(decl?.kind === "function" && all.watch.compiled.has(decl.node)).toBe(false);
  });
});

describe("a patched design", () => {
  const emit = (base: ReturnType<typeof watchEntries>["base"]): string => {
    const file = load(base.modules, "entries.ts");
    if (file === undefined) throw new Error("the entries are there");
    return emitStepped(compileEntries({ ...base, file, machine: new Map(Object.entries(MACHINE)) }), new Set()).text;
  };

  test("is another program, and leaves the original as it was", () => {
    const { mutants, all } = generated("WRITE_ONCE(g.x, 1); smp_mb(); if (a > 2) WRITE_ONCE(g.y, true);");
    const before = emit(all.base);
    for (const mutant of mutants) expect(emit(patched(all.base, [mutant])), shown(mutant)).not.toBe(before);
    expect(emit(all.base)).toBe(before);
  });

  test("is the same program where the change makes no difference", () => {
    const { mutants, all } = generated("const b = a > 2; if (machine.n === 100) WRITE_ONCE(g.y, true);");
    const same = mutants.filter((mutant) => emit(patched(all.base, [mutant])) === emit(all.base));
    expect(same.map(shown)).toEqual([
      "negate: a > 2 => a <= 2",
      "off by one: a > 2 => a >= 2",
      "off by one: 2 => 3",
      "off by one: 2 => 1",
    ]);
  });
});

test("a run says which places it has come by, and where a comparison was on its bound", () => {
  const { all } = generated("if (a < 3 && READ_ONCE(g.y)) WRITE_ONCE(g.x, 1); else smp_mb();");
  const { base, file, watch, program } = all;
  const emitted = emitStepped(program, new Set());
  const decl = file.declared.get("f");
  if (decl?.kind !== "function") throw new Error("f is a function");
  const placed = mutantsOf(base.modules, base.design, decl, watch);
  const place = (text: string) => {
    const one = placed.find(({ mutant }) => mutant.text === text)!;
    const inside = one.inside.map((node) => watch.passed.get(node)).find((number) => number !== undefined);
    return { inside, bound: one.boundary && watch.equal.get(one.boundary) };
  };
  const run = (a: number): Set<number> => {
    const machine = loadStepped(emitted)({ access: () => false, overwrite: () => {}, read: () => 0 });
    const { locals } = emitted.codes[0]!;
    const frame = { code: 0, cpu: 0, pc: 1, locals: new Float64Array(locals), pick: -1 };
    frame.locals[0] = a;
    expect(machine.run(frame)).toBe(STOP.end);
    return watch.numbers(program, machine.reached);
  };
  const [operand, bound, assigned] = [place("!READ_ONCE(g.y)"), place("a <= 3"), place("{}")];
  expect([...run(3)]).toContain(bound.bound);
  expect([...run(3)]).not.toContain(operand.inside);
  expect([...run(2)]).toContain(operand.inside);
  expect([...run(2)]).not.toContain(bound.bound);
  expect([...run(2)]).not.toContain(assigned.inside);
});

test("what a statement does: writes and events, its calls included; waits and barriers are nothing", () => {
  const rest = "function set(): void { WRITE_ONCE(g.x, 1); }\ndeclare function trace_seen(x: number): void;";
  const { all } = generated("set(); smp_mb(); trace_seen(a); if (READ_ONCE(g.y)) return; WRITE_ONCE(g.y, true);", rest);
  const decl = all.file.declared.get("f");
  if (decl?.kind !== "function") throw new Error("f is a function");
  const found = decl.node.body.body.map((node) => {
    const { writes, events, decides } = all.watch.effects.get(node)!;
    return [[...writes], [...events], decides];
  });
  expect(found).toEqual([
    [["g.x"], [], false],
    [[], [], false],
    [[], ["seen"], false],
    [[], [], true],
    [["g.y"], [], false],
  ]);
});
