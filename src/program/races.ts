// SPDX-License-Identifier: MIT
// Which steps can race, as KCSAN means it in its default configuration (docs/races-and-liveness.md): a plain read and
// a write of the same element by two CPUs. A plain write by itself counts as marked: memory is accessed in words here,
// and CONFIG_KCSAN_ASSUME_PLAIN_WRITES_ATOMIC=y takes those for atomic. What KCSAN does not instrument, or cannot see,
// is left out: data_race(), page walkers, hardware and frames, and two contexts of one CPU
// (CONFIG_KCSAN_INTERRUPT_WATCHER=n).
import { defined } from "../base/assert.ts";
import { remembered } from "../base/memo.ts";
import { type Environment, evaluateExpr, flatIndex } from "./evaluate.ts";
import type { Code, Expr, Place, Program, Step, Stmt } from "./program.ts";

/** A step of one CPU that touches shared memory. */
export interface Site {
  readonly code: number;
  readonly cpu: number;
  readonly step: number;
  readonly place: Place;
}

export interface Race {
  /** Plain. */
  readonly reader: Site;
  readonly writer: Site;
}

/** What a step does with its place; undefined: nothing that races. */
export function roleOf({ access, racy }: Step): "reads" | "writes" | undefined {
  if (racy) return undefined;
  switch (access.kind) {
    case "load":
      return access.order === "plain" ? "reads" : undefined;
    case "store":
    case "store_exclusive":
    case "rmw":
      return "writes";
    default:
      return undefined;
  }
}

function sitesOf(program: Program, code: Code, id: number, role: "reads" | "writes"): Site[] {
  if (code.kind === "walker" || code.kind === "entry") return [];
  return code.steps.flatMap((step, number) => {
    const { access } = step;
    if (roleOf(step) !== role || !("place" in access)) return [];
    const { storage, own } = defined(program.cells[access.place.cell], "cells exist");
    if (storage !== "memory" || own) return [];
    return code.cpus.map((cpu) => ({ code: id, cpu, step: number, place: access.place }));
  });
}

/** The value of an index, if it is the same in every state. */
function fixed(e: Expr | undefined, cpu: number): number | undefined {
  if (e?.kind === "const") return e.value;
  return e?.kind === "cpu" ? cpu : undefined;
}

function mayMeet(a: Site, b: Site): boolean {
  if (a.cpu === b.cpu || a.place.cell !== b.place.cell) return false;
  return a.place.index.every((e, i) => {
    const [x, y] = [fixed(e, a.cpu), fixed(b.place.index[i], b.cpu)];
    return x === undefined || y === undefined || x === y;
  });
}

/** Every pair of steps that could race if both were about to be taken. */
export const possibleRaces = remembered((program: Program): readonly Race[] => {
  const sites = (role: "reads" | "writes"): Site[] =>
    program.codes.flatMap((code, id) => sitesOf(program, code, id, role));
  const writers = sites("writes");
  return sites("reads").flatMap((reader) =>
    writers.flatMap((writer) => (mayMeet(reader, writer) ? [{ reader, writer }] : [])),
  );
});

/** Where a context stands. */
export interface Standing {
  readonly code: number;
  readonly cpu: number;
  readonly pc: number;
  /** By local. */
  readonly locals: readonly number[];
}

/** Whether checks of pointers let the access happen. */
function passes(program: Program, env: Environment, list: readonly Stmt[]): boolean {
  return list.every((s) => {
    if (s.kind !== "if") return s.kind !== "raise";
    return passes(program, env, evaluateExpr(program, env, s.test) === 0 ? s.else : s.then);
  });
}

/** The element that the context of `site` would touch if it took that step now; undefined: it cannot, or would not. */
function touched(
  program: Program,
  cells: readonly (readonly number[])[],
  contexts: readonly Standing[],
  site: Site,
): number | undefined {
  const level = ({ code }: Standing): number => defined(program.codes[code], "codes exist").level;
  const me = contexts.find(({ code, cpu }) => code === site.code && cpu === site.cpu);
  if (me === undefined || me.pc !== site.step) return undefined;
  const above = contexts.filter((c) => c !== me && c.cpu === me.cpu && level(c) >= level(me));
  if (above.some(({ pc }) => pc !== 0)) return undefined;
  const { guard, before, access } = defined(program.codes[site.code]?.steps[site.step], "sites are steps");
  const env = { cells: cells as number[][], locals: [...me.locals], cpu: site.cpu, cpus: program.cpus };
  const value = (e: Expr): number => evaluateExpr(program, env, e);
  if ((guard && value(guard) === 0) || !passes(program, env, before)) return undefined;
  const element = flatIndex(defined(program.cells[site.place.cell], "cells exist"), site.place.index.map(value));
  if (element === undefined || access.kind !== "rmw" || access.when === null) return element;
  env.locals[access.old] = defined(cells[site.place.cell]?.[element], "in range");
  return value(access.when) === 0 ? undefined : element;
}

/** The races of one state, by evaluation: says which accesses it is that the emitted test has found. */
export function racesAt(
  program: Program,
  cells: readonly (readonly number[])[],
  contexts: readonly Standing[],
): { readonly race: Race; readonly element: number }[] {
  return possibleRaces(program).flatMap((race) => {
    const element = touched(program, cells, contexts, race.reader);
    if (element === undefined || element !== touched(program, cells, contexts, race.writer)) return [];
    return [{ race, element }];
  });
}
