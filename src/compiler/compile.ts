// SPDX-License-Identifier: MIT
// One scenario under one design, as a Program: reads dialect text, executes none of it.
import type * as t from "@babel/types";
import { assert, defined } from "../base/assert.ts";
import type { Code, Local, Program, Property, Step, Stmt, Witness } from "../program/program.ts";
import { elements, PROGRAM_VERSION } from "../program/program.ts";
import { CodeBuilder } from "./cfg.ts";
import type { DesignInfo, MutantInfo, ScenarioInfo } from "./describe.ts";
import { expand } from "./lower/calls.ts";
import { topLevel } from "./lower/constants.ts";
import { evaluate } from "./lower/expressions.ts";
import type { FunctionDecl, Mode } from "./lower/lowering.ts";
import { BUILTIN, Lowering, nameOf } from "./lower/lowering.ts";
import { quantified } from "./lower/predicates.ts";
import { block } from "./lower/statements.ts";
import type { Val } from "./lower/values.ts";
import { constant } from "./lower/values.ts";
import type { Marks } from "./marks.ts";
import type { Modules } from "./modules.ts";
import { lookup, reachable } from "./modules.ts";
import type { Mutation } from "./mutants.ts";
import { mutate, noMutation } from "./mutants.ts";
import { declarePools } from "./pools.ts";
import type { Declared, SourceFile } from "./source.ts";
import { fail } from "./source.ts";
import { Cutter } from "./steps.ts";
import { strip } from "./strip.ts";
import type { TypeContext } from "./types.ts";
import { keyOf, rangeOf, resolveType } from "./types.ts";
import type { Watch } from "./watch.ts";

export interface Unit {
  readonly modules: Modules;
  readonly design: DesignInfo;
  readonly scenario: ScenarioInfo;
  readonly mutant?: MutantInfo | undefined;
  /** For a coverage run: the Program's witnesses are then marks, by their numbers, and not the scenario's own. */
  readonly marks?: Marks | undefined;
  /** for_each_cpu() takes whichever CPU of the rest next, so that CPUs can be exchanged: more runs than Linux has. */
  readonly unordered?: boolean | undefined;
  /** What UNIQUE() gives out is used: only for searches that forget the ids of what is gone (ranks): it comes again. */
  readonly unique?: boolean | undefined;
}

export function compileScenario(unit: Unit): Program {
  const { modules, design, scenario, mutant } = unit;
  const mutation = mutant ? mutate(modules, scenario.file, mutant, design.parts) : noMutation();
  let callbacks: readonly FunctionDecl[] = [];
  // Handlers expand every function that is ever stored as a callback: again, until no new one turns up.
  for (;;) {
    const cx = newLowering(
      { modules, design, roots: [scenario.file], machine: scenario.machine, config: scenario.config },
      mutation,
    );
    cx.callbacks.push(...callbacks);
    for (const [func, other] of replacements(cx, unit.unique ?? false)) cx.stubs.set(keyOf(func), other);
    cx.marks = unit.marks;
    cx.unordered = unit.unordered ?? false;
    const program = lowerAll(cx, unit);
    if (mutant && cx.mutated.size === 0) fail("LZ113", scenario.file, mutant.node, "nothing here calls the function");
    if (Math.min(cx.callbacks.length, cx.callbacksSeen) >= cx.callbacks.length) return program;
    callbacks = [...cx.callbacks];
  }
}

/** What is run on recorded traces: every exported function of `file`, and of `also`, becomes an entry. */
export interface EntriesUnit {
  readonly modules: Modules;
  readonly design: DesignInfo;
  readonly file: SourceFile;
  readonly also?: readonly SourceFile[];
  readonly machine: ReadonlyMap<string, number>;
  /** Functions whose entries and returns are events: `p:name`, `r:name`. */
  readonly probes?: ReadonlySet<string>;
  readonly mutation?: Mutation;
  /** Collects what the program consists of; its witnesses are then those of the watch. */
  readonly watch?: Watch;
}

export function compileEntries(unit: EntriesUnit): Program {
  const { modules, design, machine, probes = new Set(), mutation = noMutation(), watch } = unit;
  const files = [unit.file, ...(unit.also ?? [])];
  let callbacks: readonly FunctionDecl[] = [];
  for (;;) {
    const cx = newLowering({ modules, design, roots: files, machine, config: new Map() }, mutation);
    cx.probes = probes;
    cx.callbacks.push(...callbacks);
    for (const [func, other] of replacements(cx, false)) cx.stubs.set(keyOf(func), other);
    cx.replaying = true;
    cx.watch = watch;
    const program = lowerReplay(cx, design, files);
    if (Math.min(cx.callbacks.length, cx.callbacksSeen) >= cx.callbacks.length) return program;
    callbacks = [...cx.callbacks];
  }
}

function lowerReplay(cx: Lowering, design: DesignInfo, files: readonly SourceFile[]): Program {
  const exported = files.flatMap((file) => [...file.exported.keys()].map((name) => file.declared.get(name)));
  const codes: Code[] = exported.flatMap((decl) => (decl?.kind === "function" ? [lowerEntry(cx, decl)] : []));
  codes.push(...lowerHardware(cx, ["INTERRUPT"]));
  const program: Program = {
    version: PROGRAM_VERSION,
    name: `replay / ${design.name}`,
    cpus: cx.cpus,
    sources: cx.sources,
    cells: cx.finishCells(),
    codes,
    init: [],
    initLocals: [],
    properties: cx.properties,
    witnesses: cx.witnesses,
    events: cx.events,
  };
  return strip(program, { properties: new Set(), witnesses: cx.marked, neverFreed: neverFreed(cx) });
}

/** A function on its own, called with any arguments. */
export function lowerEntry(cx: Lowering, decl: FunctionDecl, mode: Mode = "normal"): Code {
  const built = lowerRoot(cx, decl.file, `entry of ${decl.name}`, mode, () => {
    const args = decl.node.params.map((param) => {
      const annotation = param.type === "Identifier" ? param.typeAnnotation : undefined;
      if (param.type !== "Identifier" || annotation?.type !== "TSTypeAnnotation")
        return cx.fail("LZ109", param, "a typed parameter");
      const type = resolveType(cx.types, decl.file, annotation.typeAnnotation);
      return { v: "expr", e: { kind: "local", local: cx.local(param.name, type) }, type } as const;
    });
    expand(cx, decl, args, decl.node);
  });
  const steps = new Cutter(built).thread(built.entry);
  return {
    name: decl.name,
    kind: "entry",
    level: 0,
    cpus: [],
    params: decl.node.params.length,
    locals: built.locals,
    steps,
  };
}

/** REPLACE(func, other) and, if they are to be used, UNIQUE(func, other) declarations. */
function replacements(cx: Lowering, unique: boolean): [FunctionDecl, FunctionDecl][] {
  return declarationsOf(cx, unique ? ["REPLACE", "UNIQUE"] : ["REPLACE"]).map(({ decl, call, callee }) => {
    if (callee === "UNIQUE") cx.lastingIds = true;
    return [functionArgument(cx, decl.file, call, 0), functionArgument(cx, decl.file, call, 1)];
  });
}

export interface Source {
  readonly modules: Modules;
  readonly design: DesignInfo;
  readonly roots: readonly SourceFile[];
  readonly machine: ReadonlyMap<string, number>;
  readonly config: ReadonlyMap<string, number>;
}

export function newLowering(source: Source, mutation: Mutation): Lowering {
  const { modules, design, machine, roots } = source;
  const config = new Map([...design.config, ...source.config]);
  const files = reachable(modules, [...roots, ...design.parts.values()]);
  const types: TypeContext = {
    modules,
    files,
    machine,
    config,
    pools: new Map(),
    frames: new Map(),
    resolving: new Set(),
    constant: (_file, name) => exportedNumber(cx, name),
  };
  const cx: Lowering = new Lowering(types, { variants: design.parts }, mutation.replaced, mutation.rewritten);
  declarePools(types);
  return cx;
}

/** A numeric constant that some file exports under this name. */
function exportedNumber(cx: Lowering, name: string): number | undefined {
  for (const file of cx.types.files) {
    const decl = file.exported.has(name) ? file.declared.get(name) : undefined;
    if (decl?.kind !== "const") continue;
    const val = topLevel(cx, decl, decl.node);
    if (val.v === "expr" && val.e.kind === "const") return val.e.value;
  }
  return undefined;
}

const NO_BODY = { type: "FunctionDeclaration", params: [], body: { body: [] } } as unknown as FunctionDecl["node"];

/** Code that is not called by anyone: a frame to lower it in. */
function lowerRoot(
  cx: Lowering,
  file: SourceFile,
  name: string,
  mode: Mode,
  build: () => void,
  body: FunctionDecl["node"] = NO_BODY,
): CodeBuilder {
  cx.code = new CodeBuilder();
  cx.mutable = new Set();
  cx.mode = mode;
  const exit = cx.code.block();
  const decl: FunctionDecl = { kind: "function", file, name, node: body };
  cx.stack.push({ decl, file, exit, names: [new Map()], result: undefined, loops: [] });
  build();
  cx.code.finish({ t: "jump", to: exit }, exit);
  exit.term = { t: "end" };
  cx.stack.pop();
  return cx.code;
}

function lowerAll(cx: Lowering, unit: Unit): Program {
  const { scenario } = unit;
  const init = lowerInit(cx, scenario);
  const codes: Code[] = [...lowerThreads(cx, scenario), ...lowerHardware(cx)];
  const properties = lowerProperties(cx, scenario);
  const own = lowerWitnesses(cx, scenario);
  const witnesses = cx.marks ? cx.marked : own;
  const program: Program = {
    version: PROGRAM_VERSION,
    name: `${scenario.name} / ${unit.design.name}${unit.mutant ? ` / ${unit.mutant.name}` : ""}`,
    cpus: cx.cpus,
    sources: cx.sources,
    cells: cx.finishCells(),
    codes,
    init: init.body,
    initLocals: init.locals,
    properties: cx.properties,
    witnesses: cx.witnesses,
    events: cx.events,
  };
  checkSize(program, scenario);
  return strip(program, { properties, witnesses, neverFreed: neverFreed(cx) });
}

const ELEMENTS_MAX = 2 ** 16;

/** Every cell becomes bits of a state. */
function checkSize({ cells, codes }: Program, { file, init }: ScenarioInfo): void {
  for (const cell of cells) {
    if (elements(cell) > ELEMENTS_MAX) fail("LZ117", file, init, `${cell.name}: an array of ${elements(cell)}`);
    if (cell.max - cell.min >= 2 ** 32) fail("LZ117", file, init, `${cell.name}: ${cell.min} … ${cell.max}`);
  }
  if (codes.length > 255 || codes.some((code) => code.steps.length >= 2 ** 16)) fail("LZ117", file, init, "the code");
}

/** `allocated` cells of pools that nobody frees: checks on them cannot fail. */
function neverFreed(cx: Lowering): Set<number> {
  const cells = new Set<number>();
  for (const pool of cx.types.pools.values()) if (!cx.freedPools.has(pool)) cells.add(cx.allocatedCell(pool));
  return cells;
}

function lowerInit(cx: Lowering, scenario: ScenarioInfo): { body: Stmt[]; locals: readonly Local[] } {
  const { file, init } = scenario;
  const code = lowerRoot(cx, file, "init", "atomic", () => block(cx, init.body.body), init);
  const exit = defined(
    code.blocks.find((b) => b.term?.t === "end"),
    "roots have an end",
  );
  return { body: new Cutter(code).instruction(code.entry, exit), locals: code.locals };
}

function lowerThreads(cx: Lowering, scenario: ScenarioInfo): Code[] {
  const code = (
    name: string,
    cpu: number,
    node: t.FunctionDeclaration,
    kind: "thread" | "interrupt",
    level: number,
  ): Code => {
    if (cpu >= cx.cpus) fail("LZ114", scenario.file, node, `${name}: the machine has ${cx.cpus} CPUs`);
    const built = lowerRoot(cx, scenario.file, name, "normal", () => block(cx, node.body.body), node);
    const cutter = new Cutter(built, (what) => fail("LZ116", scenario.file, node, what));
    const steps: Step[] = kind === "thread" ? cutter.thread(built.entry) : cutter.interrupt(built.entry);
    return { name, kind, level, cpus: [cpu], params: 0, locals: built.locals, steps };
  };
  return [
    ...scenario.threads.map((thread) => code(thread.name, thread.cpu, thread.node, "thread", 0)),
    ...scenario.preempt.map((thread) => code(`${thread.name} preempted`, thread.cpu, thread.node, "interrupt", 1)),
  ];
}

/** Interrupt handlers and walkers of every file that takes part. */
function lowerHardware(cx: Lowering, kinds: readonly string[] = ["INTERRUPT", "WALKER"]): Code[] {
  const codes: Code[] = [];
  const cpus = Array.from({ length: cx.cpus }, (_, cpu) => cpu);
  for (const { decl, call, callee } of declarationsOf(cx, kinds)) {
    const func = functionArgument(cx, decl.file, call, 0);
    if (callee === "INTERRUPT") {
      const level = call.arguments[1]?.type === "NumericLiteral" ? call.arguments[1].value : 2;
      const built = lowerRoot(cx, func.file, `entry of ${func.name}`, "normal", () => void expand(cx, func, [], call));
      codes.push({
        name: func.name,
        kind: "interrupt",
        level,
        cpus,
        params: 0,
        locals: built.locals,
        steps: new Cutter(built, (what) => fail("LZ116", func.file, func.node, what)).interrupt(built.entry),
      });
    } else codes.push(lowerWalker(cx, func, call, cpus));
  }
  return codes;
}

/** Top-level calls of these, in all files that take part. */
function declarationsOf(cx: Lowering, callees: readonly string[]) {
  const found: { decl: Declared; call: t.CallExpression; callee: string }[] = [];
  for (const file of cx.types.files) {
    for (const decl of file.declared.values()) {
      const init = decl.kind === "const" ? decl.node.init : undefined;
      const callee = init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";
      if (init?.type === "CallExpression" && callees.includes(callee)) found.push({ decl, call: init, callee });
    }
  }
  return found.sort((a, b) => (keyOf(a.decl) < keyOf(b.decl) ? -1 : 1));
}

function functionArgument(cx: Lowering, file: SourceFile, call: t.CallExpression, i: number): FunctionDecl {
  const arg = call.arguments[i];
  const decl = arg?.type === "Identifier" ? lookup(cx.types.modules, file, arg.name) : undefined;
  if (decl?.kind !== "function") return fail("LZ112", file, call, "the function");
  return cx.replaced.get(keyOf(decl)) ?? decl;
}

const WALKS_MAX = 256;

/** What a walker's parameters can be, each combination once. */
function walkerArguments(cx: Lowering, { file, node }: FunctionDecl): Val[][] {
  let found: Val[][] = [[]];
  for (const param of node.params) {
    const annotation = param.type === "Identifier" ? param.typeAnnotation : undefined;
    if (annotation?.type !== "TSTypeAnnotation") fail("LZ112", file, param, "the parameter");
    const type = resolveType(cx.types, file, annotation.typeAnnotation);
    const count = rangeOf(type, cx.cpus, 0).max + 1;
    if (count * found.length > WALKS_MAX) fail("LZ117", file, node, `${count * found.length} ways to walk`);
    const values = Array.from({ length: count }, (_, value): Val => ({ v: "expr", e: constant(value), type }));
    found = found.flatMap((args) => values.map((val) => [...args, val]));
  }
  return found;
}

/** One step for each value of the walker's parameters. */
function lowerWalker(cx: Lowering, func: FunctionDecl, call: t.CallExpression, cpus: readonly number[]): Code {
  const steps: Step[] = [];
  const locals: Local[] = [];
  for (const args of walkerArguments(cx, func)) {
    const built = lowerRoot(cx, func.file, `entry of ${func.name}`, "walker", () => void expand(cx, func, args, call));
    const cutter = new Cutter(built, (what) => fail("LZ116", func.file, func.node, what));
    steps.push(shiftLocals(cutter.walker(built.entry), locals.length));
    locals.push(...built.locals);
  }
  return { name: func.name, kind: "walker", level: 0, cpus, params: 0, locals, steps };
}

/** Steps of one walker share a list of locals. */
function shiftLocals(step: Step, by: number): Step {
  if (by === 0) return step;
  return JSON.parse(JSON.stringify(step), (key, value: unknown) =>
    (key === "local" || key === "into" || key === "old") && typeof value === "number" ? value + by : value,
  ) as Step;
}

const ALWAYS_CHECKED: readonly string[] = [BUILTIN.useAfterFree, BUILTIN.bug, BUILTIN.dataRace];
/** The search knows these without being told: they have no place in a Program. */
const OF_THE_SEARCH: readonly string[] = ["no_deadlock", "no_endless_wait"];

/** The ids of the properties that count here. */
function lowerProperties(cx: Lowering, scenario: ScenarioInfo): Set<number> {
  const ids = new Set(ALWAYS_CHECKED.map((name) => cx.builtin(name)));
  lowerRoot(cx, scenario.file, "check", "atomic", () => {
    for (const node of scenario.check) {
      const val = evaluate(cx, node);
      if (val.v === "builtin-property") {
        if (!OF_THE_SEARCH.includes(val.name)) ids.add(cx.builtin(val.name));
      } else if (val.v === "property") ids.add(lowerProperty(cx, val.decl));
      else cx.fail("LZ114", node, "not a property");
    }
  });
  return ids;
}

function lowerProperty(cx: Lowering, decl: Declared): number {
  const call = callOf(decl);
  const kind = call.callee.type === "Identifier" ? (call.callee.name as Property["kind"]) : "never";
  if (kind === "never") return cx.propertyOf(decl);
  return cx.propertyId(keyOf(decl), () => ({ name: nameOf(decl), kind, test: bodyOf(cx, decl, call) }));
}

function lowerWitnesses(cx: Lowering, scenario: ScenarioInfo): Set<number> {
  const ids = new Set<number>();
  lowerRoot(cx, scenario.file, "witness", "atomic", () => {
    for (const node of scenario.witness) {
      const val = evaluate(cx, node);
      if (val.v !== "witness") return cx.fail("LZ114", node, "not a witness");
      const call = callOf(val.decl);
      const make = (): Witness => ({ name: nameOf(val.decl), test: bodyOf(cx, val.decl, call) });
      ids.add(call.arguments.length > 1 ? cx.witnessId(keyOf(val.decl), make) : cx.witnessOf(val.decl));
    }
  });
  return ids;
}

function callOf(decl: Declared): t.CallExpression {
  const init = decl.kind === "const" ? decl.node.init : undefined;
  assert(init?.type === "CallExpression", "properties are declared by a call");
  return init;
}

/** The predicate, lowered in the file that declares it. */
function bodyOf(cx: Lowering, decl: Declared, call: t.CallExpression) {
  const node = call.arguments[1];
  if (!node) return fail("LZ110", decl.file, call, decl.name);
  cx.stack.push({ ...cx.frame, file: decl.file, names: [new Map()] });
  const e = quantified(cx, node);
  cx.stack.pop();
  return e;
}
