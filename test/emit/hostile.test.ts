// SPDX-License-Identifier: MIT
// Dialect text is data: whatever it is made of, what is emitted holds names that we generate, and integers.
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "@babel/parser";
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { emitPacked } from "../../src/emit/packed.ts";
import { emitStepped } from "../../src/emit/stepped.ts";
import { emitWide } from "../../src/emit/wide.ts";
import { compileEntries, compileFiles, compileSmall } from "../compiler/dialect.ts";
import { explore } from "./explore.ts";

/** Every name that emitted text may hold. */
const NAMES = new RegExp(
  `^(${[
    // Words of a state, locals, cells, tables, labels, functions: a letter and numbers.
    "[nlcKBfgd]\\d+",
    "x\\d+_\\d+(_\\d+){0,2}",
    "w\\d+_\\d+_\\d+",
    "R[RWA]\\d+",
    "[SaOkpqhvdmjbnirwtceLCRI]",
    // Views of one memory order.
    "v[a-z]{3,14}|mx|[uwG]\\d+|M[AVRSBFPXG]|P[VPOWSM]|V[SPC]|WK|FU|XA|CPUS|CONTROL|FOLDING|[TMANDFsfguoxyz]",
    "min|length",
    // What is called, and what is returned.
    "powers|pow2|next|popcount|nextBig|weightBig|Math|floor|trunc|clz32|BigInt|Number",
    "Int32Array|Float64Array|Uint8Array|Array|fill",
    "cpu|pc|host|event|touch|wait|limit",
    "successors|initial|check|checkEnd|words|maxSuccessors|report|choices",
    "entries|resumable|interrupts|instructions|counting",
    // One array for all, and calls as frames.
    "E|W|on|ev|run|state|args|reached|watch|access|code|locals|pick",
  ].join("|")})$`,
);
const KEYWORDS = "const let function return if else for while switch case break continue new true false yield".split(
  " ",
);

/** What is in the text and should not be. */
function strangers(text: string): string[] {
  const { program, tokens, comments } = parse(`function emitted(host){${text}}`, {
    sourceType: "script",
    tokens: true,
    errorRecovery: false,
  }) as unknown as {
    program: { body: { body: { directives: { value: { value: string } }[] } }[] };
    tokens: { type: string | { label: string; keyword?: string }; value: unknown }[];
    comments: unknown[];
  };
  const found: string[] = comments.map(() => "a comment");
  const [directive, ...more] = program.body[0]?.body.directives ?? [];
  if (directive?.value.value !== "use strict" || more.length > 0) found.push("another directive");
  let strings = 0;
  for (const { type, value } of tokens) {
    const label = typeof type === "string" ? type : type.label;
    const text = String(value);
    if (label === "name" && ![...KEYWORDS, "emitted"].includes(text) && !NAMES.test(text)) found.push(text);
    else if (label === "string") strings++;
    else if (label === "num" && !/^(\d+|0x[0-9a-f]+)$/.test(text)) found.push(text);
    else if (label === "bigint" && !/^(\d+|0x[0-9a-f]+)$/.test(text)) found.push(text);
    else if (["regexp", "template", "`", "#", "@", "privateName"].includes(label)) found.push(label);
    else if (typeof type !== "string" && type.keyword && !KEYWORDS.includes(type.keyword)) found.push(type.keyword);
  }
  if (strings > 1) found.push("a string"); // "use strict"
  return found;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: that is what an attack would look like
const INJECTION = '";process.exit(7);//\\n`${process.exit(8)}`*/';
const LONG = "a".repeat(5000);

/** Every name and text that a file can choose is hostile. */
const HOSTILE = `// ${INJECTION} */ process.exit(1)
/* eslint-disable */ /** @ts-${"nocheck"} process.exit(2) */
export interface __proto__ {
  constructor: upto<"hasOwnProperty">; ${LONG}: atomic<"valueOf">; __proto__: __proto__ | null;
}
export const prototype = DEFINE_POOL<__proto__>("toString");
interface globalThis { process: upto<"hasOwnProperty">; eval: cpumask_t; 数: spinlock_t; }
export const process = DEFINE_SHARED<globalThis>();
interface $ { $$: bool; __defineGetter__: upto<"hasOwnProperty">; }
export const require = DEFINE_HARDWARE<array<$, "cpus">>();
interface Symbol_ { arguments_: upto<"hasOwnProperty">; }
const frame = DEFINE_PER_CPU_FRAME<Symbol_>();
const INVALID = INVALID_POINTER(prototype);
const __lookupGetter__ = never(${JSON.stringify(INJECTION)});
const toLocaleString = sometimes(${JSON.stringify(INJECTION)}, () => process.process === 1);
declare function trace___proto__(constructor: number): void;
function constructor(hasOwnProperty: number): number { return hasOwnProperty + 1; }
function Function(valueOf: number): number {
  instruction();
  const cpu = smp_processor_id();
  if (require[cpu].$$) raise(__lookupGetter__);
  require[cpu].__defineGetter__ = valueOf & 1;
  return require[cpu].__defineGetter__;
}
export function exit(): void {
  const o = pool_alloc(prototype);
  let toString = constructor(0);
  for (let __proto__ = 0; __proto__ < READ_ONCE(process.process); __proto__++) toString = toString & 1;
  WRITE_ONCE(o.constructor, toString);
  WRITE_ONCE(process.process, Function(toString));
  this_cpu_ptr(frame).arguments_ = 1;
  atomic_inc(o.${LONG});
  cpumask_set_cpu(0, process.eval);
  spin_lock(process.数);
  trace___proto__(toString);
  if (o.__proto__ === INVALID) WRITE_ONCE(o.__proto__, o);
  spin_unlock(process.数);
}
function import_(): void {
  const i = any_such(2, (_) => require[_].$$);
  WRITE_ONCE(process.process, i);
}
export const \\u0061bc = INTERRUPT(import_, 2);
function walk(__proto__: index<"toString">): void {
  when(require[0].$$);
  require[0].$$ = walker_read(process.process) > __proto__;
}
export const hasOwnProperty = WALKER(walk);
export const ${LONG}s = scenario({
  question: ${JSON.stringify(INJECTION)},
  machine: { cpus: 1, hasOwnProperty: 2, valueOf: 2, "toString": 2, "__proto__": 1, ${JSON.stringify(INJECTION)}: 3 },
  init() { WRITE_ONCE(process.process, 1); },
  threads: { CPU0() { exit(); } },
  check: [__lookupGetter__], witness: [toLocaleString], expect: {}, mutants: [],
});
`;

test("what looks for data races holds our names, too", () => {
  const racing = compileSmall({
    machine: { constructor: 3 },
    shared: '__proto__: upto<"constructor">; eval: upto<"constructor">',
    threads: ["const process = g.__proto__; WRITE_ONCE(g.eval, process);", "cmpxchg(g.__proto__, 0, 1);"],
  });
  const { text } = emitPacked(racing, x86_tso, { depth: 2, labels: false });
  expect(text).toMatch(/\bRA\d/);
  expect(strangers(text)).toEqual([]);
});

describe("a hostile design", () => {
  const program = compileFiles({ "scenario.ts": HOSTILE });
  const machine = { cpus: 40, hasOwnProperty: 2, valueOf: 2, toString: 2 };

  test("is what it is meant to be: its names are in the Program", () => {
    const names = JSON.stringify(program);
    for (const name of ["__proto__", "constructor", LONG, "process", "数"]) expect(names).toContain(name);
    expect(program.properties.map((p) => p.name)).toContain(INJECTION);
  });

  test.each([
    { model: x86_tso, labels: true },
    { model: x86_tso, labels: false },
    { model: armv8, labels: false },
  ])("packed, $model.name, labels $labels", ({ model, labels }) => {
    const { text, limits } = emitPacked(program, model, { depth: 2, labels });
    expect(strangers(text)).toEqual([]);
    expect(limits.some((limit) => limit.includes("__proto__"))).toBe(true);
  });

  test("wide", () => {
    const wide = compileEntries({ "entries.ts": HOSTILE }, machine);
    const { text, entryNames, limits } = emitWide(wide, new Map([["globalThis.process", 0]]), ["exit"]);
    expect(strangers(text)).toEqual([]);
    expect(entryNames).toContain("exit");
    expect(limits.length).toBeGreaterThan(1);
  });

  test("stepped", () => {
    const { text } = emitStepped(compileEntries({ "entries.ts": HOSTILE }, machine), new Set());
    expect(text.length).toBeGreaterThan(1000);
    expect(strangers(text)).toEqual([]);
  });

  test("runs, and nothing that it wrote does", () => {
    const exit = globalThis.process.exitCode;
    const { ends, states } = explore(program, x86_tso, 3);
    expect(states.size).toBeGreaterThan(10);
    expect(ends.length).toBeGreaterThan(0);
    expect(globalThis.process.exitCode).toBe(exit);
  });
});

describe("the samples", () => {
  const folder = new URL("../samples/", import.meta.url);
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  test.each(names.map((entry) => entry.name))("%s", (name) => {
    for (const layout of ["packed.js", "wide.js"]) {
      const text = readFileSync(new URL(`${name}/_expected/${layout}`, folder), "utf8");
      expect(strangers(text.replace(/\n\/\/ limit .*/g, ""))).toEqual([]);
    }
  });
});

test("the check can fail", () => {
  const bad = [
    "process.exit()",
    'x("text")',
    "const evil=1;",
    "/* x */",
    "`x`",
    "/x/.test(1)",
    "this.a",
    "1.5",
    "a.bc",
    "import(1)",
  ];
  for (const text of bad) expect(strangers(`"use strict";${text}`), text).not.toEqual([]);
  expect(strangers('"use strict";const c0=new Int32Array(3);')).toEqual([]);
});
