// SPDX-License-Identifier: MIT
// What can be mutated in a design, and what a recording can tell of it: one run of the design as it is says which
// places the recording comes to, and the program says what anybody could notice of a statement.
import type { ProbeTable } from "../../model/probes/types.ts";
import type { FunctionDecl } from "../compiler/lower/lowering.ts";
import { mutantsOf, type Placed } from "../compiler/mutate-source.ts";
import type { Patched } from "../compiler/patched.ts";
import { keyOf } from "../compiler/types.ts";
import { Watch } from "../compiler/watch.ts";
import { ENTRY } from "../conformance/protocol.ts";
import type { Program } from "../program/program.ts";
import { CONFORM_FILE, compileBeside, type Recording, runBeside } from "./conform.ts";

/** The kernel's own code; neither the machine nor what is asked. */
const MUTATED = "model/kernel/";
/** Entries of our own, which no recorded step goes through. */
const SCAFFOLD: readonly string[] = [ENTRY.boot, ENTRY.current, ENTRY.newTask];
const ENTRY_OF = "#entry of ";

export interface Surveyed extends Placed {
  /** The recording comes to a place where the mutant differs. */
  readonly exercised: boolean;
  /** Whatever is changed in this statement, nobody could notice. */
  readonly silent: boolean;
}

export interface Survey {
  readonly mutants: readonly Surveyed[];
  /** Functions that are part of the program, as path#name. */
  readonly functions: ReadonlyMap<string, FunctionDecl>;
  /** What each of them calls, at once or in the end. */
  readonly reaches: (from: string, to: string) => boolean;
  /** The first thing that keeps the design from conforming as it is. */
  readonly fault: string | undefined;
}

export function survey(recording: Recording, base: Patched): Survey {
  const watch = new Watch();
  const beside = compileBeside(recording, base, watch);
  const result = runBeside(recording, beside, {});
  const numbers = watch.numbers(beside.program, result.reached);
  const noticed = noticedCells(beside.program, recording.probes);
  const putOff = new Set(recording.probes.putOff.map((name) => `p:${name}`));
  const recorded = new Set([...recording.stops].filter((stop) => !putOff.has(stop)));
  const functions = functionsOf(base, watch);
  const placed = [...functions.values()].flatMap((func) => mutantsOf(base.modules, base.design, func, watch));
  const mutants = placed.map((one) => ({
    ...one,
    exercised: isExercised(one, watch, numbers),
    silent: isSilent(one, watch, noticed, recorded),
  }));
  const [failure] = result.tally.failures;
  const fault = failure?.reason ?? result.tally.excess()[0] ?? (result.limits.size > 0 ? "a bound was hit" : undefined);
  return { mutants, functions, reaches: (from, to) => closure(watch.calls, [from]).has(to), fault };
}

function closure(calls: Watch["calls"], roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  const todo = [...roots];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const callee of calls.get(next) ?? []) {
      if (found.has(callee)) continue;
      found.add(callee);
      todo.push(callee);
    }
  }
  return found;
}

function functionsOf({ modules }: Patched, watch: Watch): Map<string, FunctionDecl> {
  const roots = [...watch.calls.keys()].filter((key) => {
    const [, entry] = key.split(ENTRY_OF);
    return entry !== undefined && !SCAFFOLD.includes(entry);
  });
  const called = closure(watch.calls, roots);
  const found = new Map<string, FunctionDecl>();
  for (const [path, file] of [...modules.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!path.startsWith(MUTATED) || path === CONFORM_FILE) continue;
    for (const decl of file.declared.values()) {
      if (decl.kind === "function" && called.has(keyOf(decl))) found.set(keyOf(decl), decl);
    }
  }
  return found;
}

/** A place that cannot be watched counts as one that the recording comes to. */
function isExercised({ inside, boundary }: Placed, { passed, equal }: Watch, numbers: ReadonlySet<number>): boolean {
  const place = inside.map((node) => passed.get(node)).find((number) => number !== undefined);
  const bound = boundary && equal.get(boundary);
  return [place, bound].every((number) => number === undefined || numbers.has(number));
}

/**
 * It only orders and waits, and writes only what nobody reads and no probe shows, or the machine's own: its TLB,
 * whether interrupts are on.
 */
function isSilent({ statement }: Placed, watch: Watch, noticed: ReadonlySet<string>, recorded: ReadonlySet<string>) {
  const effects = watch.effects.get(statement);
  if (effects === undefined || effects.decides || !watch.isWhole(statement)) return false;
  return ![...effects.writes].some((cell) => noticed.has(cell)) && ![...effects.events].some((e) => recorded.has(e));
}

/** By name: cells that a probe shows, and those that are read; but the machine's only if a probe shows them. */
function noticedCells({ cells, codes }: Program, probes: ProbeTable): Set<string> {
  const found = new Set<string>();
  for (const { fields = [], only } of Object.values(probes.probes)) {
    for (const { of } of fields) {
      if ("cell" in of) found.add(of.cell);
      if ("cells" in of) for (const name of of.cells) found.add(name);
    }
    if (only) found.add(only.cell);
  }
  const read = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(read);
    if (typeof node !== "object" || node === null) return;
    const { kind, cell, place } = node as { kind?: string; cell?: number; place?: { cell: number } };
    const id = kind === "cell" ? cell : ["load", "await", "rmw"].includes(kind ?? "") ? place?.cell : undefined;
    const one = id === undefined ? undefined : cells[id];
    if (one !== undefined && one.storage !== "hardware") found.add(one.name);
    Object.values(node).forEach(read);
  };
  read(codes);
  return found;
}
