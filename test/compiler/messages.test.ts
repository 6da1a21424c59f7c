// SPDX-License-Identifier: MIT
// Every message has a program that gets it; and what the compiler knows of lib.d.ts by heart is what stands there.
import { readFileSync } from "node:fs";
import { parse } from "@babel/parser";
import { expect, test } from "vitest";
import { formatDiagnostic } from "../../src/compiler/errors.ts";
import { primitives } from "../../src/compiler/lower/primitives.ts";
import { type MessageCode, messages } from "../../src/compiler/messages.ts";
import { dialectFunctions, dialectTypes, dialectValues, typescriptOnly } from "../../src/compiler/names.ts";
import { compileFiles, compileSmall, rejection, scenarioText } from "./dialect.ts";

const inThread = (code: string, rest = ""): (() => unknown) => {
  const shared = 'x: upto<"n">;';
  return () => compileSmall({ machine: { n: 1 }, shared, rest, threads: [code] });
};

const examples: { readonly [code in MessageCode]: () => unknown } = {
  LZ100: inThread("{"),
  LZ101: inThread("process.exit();"),
  LZ102: inThread("", 'import "fs";'),
  LZ103: inThread("try {} finally {}"),
  LZ104: inThread("pcpu.v = 1;", "interface p { v: bool } const pcpu = DEFINE_PER_CPU<p>();"),
  LZ105: inThread("while (true) {}"),
  LZ106: inThread("f();", "function f(): void { f(); }"),
  LZ107: inThread("hw.v = 1;", "interface h { v: bool } const hw = DEFINE_HARDWARE<h>();"),
  LZ108: inThread("READ_ONCE(1);"),
  LZ109: inThread("g();"),
  LZ110: inThread("smp_mb(1);"),
  LZ111: inThread("", 'const pool = DEFINE_POOL<p>("ps"); interface p { v: bool }'),
  LZ112: inThread("any(g.x);"),
  LZ113: () => {
    const mutant = 'mutants: [{ name: "m", mutant: drop(f, "smp_mb"), expect: {} }]';
    const text = scenarioText({ rest: "function f(): void {}", threads: ["f();"] }).replace("mutants: []", mutant);
    return compileFiles({ "scenario.ts": text }, 0);
  },
  LZ114: () => compileFiles({ "scenario.ts": "export const s = scenario({});" }),
  LZ115: inThread("f();", "function f(): void { instruction(); smp_mb(); }"),
  LZ116: inThread("", "function h(): void {} const i = INTERRUPT(h, 2);"),
  LZ117: inThread("any(1000000);"),
};

test.each(Object.entries(examples))("%s", (code, compile) => {
  expect(rejection(compile)?.code).toBe(code);
});

test("every message says what to do, and why", () => {
  expect(Object.keys(messages)).toEqual(Object.keys(examples));
  for (const { text, fix, why } of Object.values(messages)) {
    expect(text.length * fix.length * why.length).toBeGreaterThan(0);
    expect([text, fix, why].join(" ").replaceAll("%what%", "")).not.toMatch(/%\w+%/);
  }
});

test("a message names the place, underlines the text, and gives the way out", () => {
  const found = rejection(() =>
    compileFiles({ "scenario.ts": scenarioText({ rest: "\n\n  const x = Math.PI;", threads: [""] }) }),
  );
  expect(found && formatDiagnostic(found)).toBe(
    [
      'scenario.ts:3:13  LZ101  "Math" does not exist in the dialect',
      "      const x = Math.PI;",
      "                ^^^^",
      "    only what model/dialect/lib.d.ts declares, and what the file imports, can be named",
    ].join("\n"),
  );
});

/** What lib.d.ts declares: functions with their numbers of arguments, variables, types with their parameters. */
function declarations() {
  const text = readFileSync(new URL("../../model/dialect/lib.d.ts", import.meta.url), "utf8");
  const functions: [string, { min: number; max: number }][] = [];
  const values: string[] = [];
  const types: [string, number][] = [];
  const { body } = parse(text, { sourceType: "module", plugins: [["typescript", { dts: true }]] }).program;
  for (const s of body) {
    if (s.type === "TSDeclareFunction" && s.id) {
      const min = s.params.filter((p) => p.type === "Identifier" && !p.optional).length;
      functions.push([s.id.name, { min, max: s.params.length }]);
    } else if (s.type === "VariableDeclaration") {
      for (const { id } of s.declarations) if (id.type === "Identifier") values.push(id.name);
    } else if (s.type === "TSInterfaceDeclaration" || s.type === "TSTypeAliasDeclaration") {
      types.push([s.id.name, s.typeParameters?.params.length ?? 0]);
    }
  }
  const isDialect = (name: string): boolean => !typescriptOnly.has(name);
  return {
    functions,
    values: values.filter(isDialect),
    types: types.filter(([name]) => isDialect(name)),
  };
}

const sorted = <T>(list: Iterable<T>): T[] => [...list].sort((a, b) => (String(a) < String(b) ? -1 : 1));

test("names.ts says of lib.d.ts what it says", () => {
  const { functions, values, types } = declarations();
  expect(sorted(dialectFunctions)).toEqual(sorted(functions));
  expect(sorted(dialectValues)).toEqual(sorted(values));
  expect(sorted(dialectTypes)).toEqual(sorted(types));
});

test("every primitive is declared", () => {
  expect([...primitives.keys()].filter((name) => !dialectFunctions.has(name))).toEqual([]);
});
