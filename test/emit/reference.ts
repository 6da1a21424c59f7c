// SPDX-License-Identifier: MIT
// A Program run in the most obvious way: states are plain objects, expressions are interpreted, memory is sequentially
// consistent. What the packed layout emits must have the same states and the same successors.
import { defined } from "../../src/base/assert.ts";
import { evaluateExpr, flatIndex, initialCells } from "../../src/program/evaluate.ts";
import type { Access, Code, Place, Program, Step, Stmt } from "../../src/program/program.ts";
import type { PlainState } from "./explore.ts";

interface Running {
  readonly program: Program;
  readonly cells: number[][];
  readonly locals: number[];
  readonly cpu: number;
  readonly limits: Set<string>;
}

/** How a list of statements is left: by a step that is next, by a label, or not at all. */
type Left =
  | { readonly by: "goto"; readonly step: number }
  | { readonly by: "break"; readonly label: number }
  | { readonly by: "end" | "raise" | "limit" | "disabled" | "through" };

const evaluate = (run: Running, e: Parameters<typeof evaluateExpr>[2]): number =>
  evaluateExpr(run.program, { ...run, cpus: run.program.cpus }, e) + 0;

function at(run: Running, { cell, index }: Place): number {
  const values = index.map((i) => evaluate(run, i));
  return defined(flatIndex(defined(run.program.cells[cell], "cells exist"), values), "tests stay within bounds");
}

function put(run: Running, place: Place, value: number): Left {
  const cell = defined(run.program.cells[place.cell], "cells exist");
  if (!(value >= cell.min && value <= cell.max)) {
    run.limits.add(`${cell.name} would leave`);
    return { by: "limit" };
  }
  defined(run.cells[place.cell], "cells exist")[at(run, place)] = value;
  return { by: "through" };
}

function setLocal(run: Running, code: Code, local: number, value: number): Left {
  const { min, max } = defined(code.locals[local], "locals are declared");
  if (!(value >= min && value <= max)) {
    run.limits.add(`${code.name}: ${code.locals[local]?.name} would leave`);
    return { by: "limit" };
  }
  run.locals[local] = value;
  return { by: "through" };
}

function statements(run: Running, code: Code, list: readonly Stmt[]): Left {
  for (const s of list) {
    const left = statement(run, code, s);
    if (left.by !== "through") return left;
  }
  return { by: "through" };
}

function statement(run: Running, code: Code, s: Stmt): Left {
  switch (s.kind) {
    case "set":
      return setLocal(run, code, s.local, evaluate(run, s.value));
    case "put":
      return put(run, s, evaluate(run, s.value));
    case "if":
      return statements(run, code, evaluate(run, s.test) ? s.then : s.else);
    case "block": {
      const left = statements(run, code, s.body);
      return left.by === "break" && left.label === s.label ? { by: "through" } : left;
    }
    case "break":
      return { by: "break", label: s.label };
    case "goto":
      return { by: "goto", step: s.step };
    case "limit":
      run.limits.add(s.what);
      return { by: "limit" };
    case "raise":
    case "disabled":
    case "end":
      return { by: s.kind };
    default:
      return { by: "through" };
  }
}

/** The access itself; "disabled" if it has to wait. */
function access(run: Running, code: Code, a: Access): Left {
  const read = (place: Place): number => defined(run.cells[place.cell]?.[at(run, place)], "cells have values");
  switch (a.kind) {
    case "load":
      run.locals[a.into] = read(a.place);
      return { by: "through" };
    case "await":
      run.locals[a.into] = read(a.place);
      return { by: evaluate(run, a.until) ? "through" : "disabled" };
    case "store":
      return put(run, a.place, evaluate(run, a.value));
    case "rmw":
      run.locals[a.old] = read(a.place);
      return a.when && !evaluate(run, a.when) ? { by: "through" } : put(run, a.place, evaluate(run, a.value));
    case "instruction":
      return statements(run, code, a.body);
    case "choose":
      return { by: a.such && !evaluate(run, a.such) ? "disabled" : "through" };
    default:
      return { by: "through" };
  }
}

function take(run: Running, code: Code, step: Step): Left {
  if (step.guard && !evaluate(run, step.guard)) return { by: "disabled" };
  for (const part of [
    () => statements(run, code, step.before),
    () => access(run, code, step.access),
    () => statements(run, code, step.body),
  ]) {
    const left = part();
    if (left.by !== "through") return left;
  }
  return { by: "through" };
}

export interface Successors {
  readonly next: readonly PlainState[];
  readonly limits: ReadonlySet<string>;
  readonly raised: number;
}

/** Which context of a CPU may run: the highest level that is not idle; entries of higher levels any time. */
function enabled(program: Program, state: PlainState, cpu: number): PlainState["contexts"][number][] {
  const level = (c: { code: number }): number => defined(program.codes[c.code], "codes exist").level;
  const here = state.contexts.filter((c) => c.cpu === cpu);
  const busy = Math.max(-1, ...here.filter((c) => c.pc !== 0).map(level));
  return here.filter((c) => {
    const isThread = program.codes[c.code]?.kind === "thread";
    return c.pc !== 0 ? level(c) === busy : !isThread && level(c) > busy;
  });
}

export function successors(program: Program, state: PlainState): Successors {
  const next: PlainState[] = [];
  const limits = new Set<string>();
  let raised = 0;
  const run = (code: Code, cpu: number, step: Step, from: readonly number[], at: number): void => {
    const choices = step.access.kind === "choose" ? step.access.count : 1;
    for (let choice = 0; choice < choices; choice++) {
      const running = { program, cells: state.cells.map((c) => [...c]), locals: [...from], cpu, limits };
      if (step.access.kind === "choose") running.locals[step.access.into] = choice;
      const left = take(running, code, step);
      if (left.by === "raise") raised++;
      if (left.by !== "goto" && left.by !== "end" && !(code.kind === "walker" && left.by === "through")) continue;
      const pc = left.by === "goto" ? left.step : 0;
      const live = code.steps[pc]?.live ?? [];
      const locals = code.locals.map((_, l) => (live.includes(l) ? (running.locals[l] ?? 0) + 0 : 0));
      const contexts = state.contexts.map((c, i) => (i === at ? { ...c, pc, locals } : c));
      next.push({ cells: running.cells, contexts });
    }
  };
  for (let cpu = 0; cpu < program.cpus; cpu++) {
    for (const context of enabled(program, state, cpu)) {
      const code = defined(program.codes[context.code], "codes exist");
      run(code, cpu, defined(code.steps[context.pc], "steps exist"), context.locals, state.contexts.indexOf(context));
    }
    for (const code of program.codes)
      if (code.kind === "walker") for (const step of code.steps) run(code, cpu, step, [], -1);
  }
  return { next, limits, raised };
}

export function initial(program: Program): PlainState {
  const contexts = program.codes.flatMap((code, id) =>
    code.kind === "walker"
      ? []
      : code.cpus.map((cpu) => ({
          code: id,
          cpu,
          pc: code.kind === "thread" ? 1 : 0,
          locals: code.locals.map(() => 0),
        })),
  );
  return { cells: initialCells(program), contexts };
}

export function keyOf(state: PlainState): string {
  return JSON.stringify([state.cells, state.contexts.map((c) => [c.pc, c.locals])]);
}

/** All reachable states: by key, the keys of the successors, sorted. */
export function reach(program: Program): { states: Map<string, string[]>; limits: Set<string>; raised: number } {
  const states = new Map<string, string[]>();
  const limits = new Set<string>();
  let raised = 0;
  const queue = [initial(program)];
  const known = new Set(queue.map(keyOf));
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const found = successors(program, state);
    for (const limit of found.limits) limits.add(limit);
    raised += found.raised;
    const keys = found.next.map(keyOf);
    states.set(keyOf(state), keys.sort());
    for (const next of found.next) {
      const key = keyOf(next);
      if (known.has(key)) continue;
      known.add(key);
      queue.push(next);
    }
  }
  return { states, limits, raised };
}
