// SPDX-License-Identifier: MIT
// Fusion: where the order of a step and of everything that others can do does not matter, the step is taken together
// with its neighbour, and the state in between does not exist. Lipton's movers (Reduction, CACM 18(12), 1975), decided
// statically; docs/reductions.md has the argument, and tests count the states that disappear.
//
// A location is a step that a context stands before. It disappears in one of two ways:
//   left    the step there touches nothing that others touch, cannot wait, and looks at no property: it is taken at
//           once behind the step that led there;
//   right   the step there may be seen but cannot wait, and all that leads there are steps that touch nothing that
//           others touch meanwhile: those are put off, and taken at once in front of it.
import { defined } from "../base/assert.ts";
import type { Ordering } from "../program/ordering.ts";
import type { Access, Code, Program, Step, Stmt } from "../program/program.ts";
import { progressOf } from "../program/progress.ts";
import { possibleRaces } from "../program/races.ts";
import {
  type Box,
  type Context,
  canSwap,
  contextsOf,
  type Effect,
  effectOf,
  type Outcome,
  outcomesOf,
  published,
  readsOfProperty,
  seenFromAfar,
} from "./effects.ts";
import { excludes, type Locks, locksOf } from "./locks.ts";
import { maskedAt } from "./masked.ts";

export interface Fused {
  readonly program: Program;
  /** By code: the steps at which no context ever stands. */
  readonly locations: readonly ReadonlySet<number>[];
}

function waits(list: readonly Stmt[]): boolean {
  return list.some(
    (s) =>
      s.kind === "disabled" ||
      (s.kind === "if" && (waits(s.then) || waits(s.else))) ||
      (s.kind === "block" && waits(s.body)),
  );
}

function canWait({ guard, access, before, body }: Step): boolean {
  if (guard !== null || access.kind === "choose") return true;
  return waits(before) || waits(body) || (access.kind === "instruction" && waits(access.body));
}

/** Whether the order of what a context does and of what another one does makes no difference. */
type Swaps = (mine: Effect, other: Effect) => boolean;

/** The steps of all contexts, and what each of them does. */
class Conflicts {
  private readonly program: Program;
  private readonly contexts: readonly Context[];
  private readonly effects: readonly (readonly Effect[])[];
  private readonly masked: readonly (readonly ReadonlySet<number>[])[];
  private readonly visible: readonly Box[];
  /** Who does what with each cell; context -1: the store buffer of the CPU. */
  private readonly byCell = new Map<
    number,
    { readonly context: number; readonly cpu: number; readonly step: number; readonly effect: Effect }[]
  >();
  private readonly locks: Locks;

  constructor(program: Program, ordering: Ordering) {
    const { delayed } = ordering;
    this.program = program;
    this.contexts = contextsOf(program);
    this.locks = locksOf(program, ordering, this.contexts);
    this.effects = this.contexts.map(({ code, cpu }) =>
      this.stepsOf(code).map((step) => effectOf(program, cpu, step, delayed)),
    );
    for (const [context, effects] of this.effects.entries())
      for (const [step, effect] of effects.entries())
        this.enter(context, defined(this.contexts[context], "in range").cpu, step, effect);
    for (let cpu = 0; cpu < program.cpus; cpu++)
      this.enter(-1, cpu, 0, published(this.effects.filter((_, c) => this.contexts[c]?.cpu === cpu).flat()));
    this.masked = this.contexts.map((context, c) =>
      maskedAt(
        program,
        context,
        this.effects.flatMap((effects, other) => (other === c ? [] : effects)),
      ),
    );
    const tests = [...program.properties.filter((p) => p.kind === "always"), ...program.witnesses];
    this.visible = tests.flatMap(({ test }) => (test ? readsOfProperty(program, test) : []));
  }

  private enter(context: number, cpu: number, step: number, effect: Effect): void {
    for (const cell of new Set([...effect.reads, ...effect.writes].map((box) => box.cell))) {
      const touching = this.byCell.get(cell) ?? [];
      touching.push({ context, cpu, step, effect });
      this.byCell.set(cell, touching);
    }
  }

  stepsOf(code: number): readonly Step[] {
    return codeOf(this.program, code).steps;
  }

  /** Whether a context other than c can take a step while c stands at the location. */
  private canRun(c: number, location: number, other: number, cpu: number): boolean {
    const mine = defined(this.contexts[c], "in range");
    if (mine.cpu !== cpu) return true;
    // What it publishes, the CPU itself has seen before.
    if (other < 0) return false;
    const theirs = defined(this.contexts[other], "in range");
    const code = codeOf(this.program, theirs.code);
    if (code.kind === "walker") return true;
    // On its own CPU, what has no higher level waits for it.
    if (code.level <= codeOf(this.program, mine.code).level) return false;
    return !defined(this.masked[c]?.[location], "by step").has(theirs.code);
  }

  /** Whether all that others can do while c is at the location can swap places with the effect, of c. */
  private movesPast(c: number, location: number, effect: Effect, swaps: Swaps): boolean {
    const { cpu } = defined(this.contexts[c], "in range");
    const fromAfar = seenFromAfar(effect);
    if (!canSwap(fromAfar, { reads: this.visible, writes: [] })) return false;
    const cells = new Set([...effect.reads, ...effect.writes].map((box) => box.cell));
    return [...cells].every((cell) =>
      (this.byCell.get(cell) ?? []).every((other) => {
        if (other.context === c || !this.canRun(c, location, other.context, other.cpu)) return true;
        if (other.context >= 0 && excludes(this.locks, c, location, other.context, other.step)) return true;
        return other.cpu === cpu ? swaps(effect, other.effect) : swaps(fromAfar, seenFromAfar(other.effect));
      }),
    );
  }

  /** For every CPU that runs the code. */
  private everywhere(code: number, test: (context: number) => boolean): boolean {
    return this.contexts.every((context, c) => context.code !== code || test(c));
  }

  /** Whether the step at the location could as well be taken earlier. */
  movesLeft(code: number, location: number): boolean {
    return this.everywhere(code, (c) => {
      const effect = defined(this.effects[c]?.[location], "by step");
      return this.movesPast(c, location, effect, (mine, other) => canSwap(other, mine));
    });
  }

  /** Whether the outcomes, by CPU, that lead to the location could as well happen later. */
  movesRight(code: number, location: number, outcomes: (cpu: number) => readonly Outcome[]): boolean {
    return this.everywhere(code, (c) =>
      outcomes(defined(this.contexts[c], "in range").cpu)
        .filter((outcome) => outcome.target === location)
        .every((outcome) => this.movesPast(c, location, outcome, canSwap)),
    );
  }
}

function codeOf(program: Program, id: number): Code {
  return defined(program.codes[id], "codes exist");
}

interface Analysis {
  readonly program: Program;
  readonly conflicts: Conflicts;
  readonly ordering: Ordering;
}

/**
 * Locations that must stay: where a context rests (0) or may stay for ever, where a thread begins (1), where a data
 * race would be seen.
 */
function stayingLocations(program: Program): Set<number>[] {
  const stay = program.codes.map((code) => new Set([0, ...(code.kind === "thread" ? [1] : []), ...restsOf(code)]));
  if (!program.properties.some(({ kind }) => kind === "race")) return stay;
  for (const { reader, writer } of possibleRaces(program))
    for (const { code, step } of [reader, writer]) stay[code]?.add(step);
  return stay;
}

function restsOf(code: Code): ReadonlySet<number> {
  return code.kind === "walker" || code.kind === "entry" ? new Set() : progressOf(code).rests;
}

/** Takes effect at once, as far as its own CPU can tell. */
function isOwn(ordering: Ordering, access: Access): boolean {
  return ordering.isImmediate(access) || (access.kind === "store" && ordering.delayed.has(access.place.cell));
}

/** Locations where the step is to be taken at once behind what leads there. */
function leftLocations({ program, conflicts, ordering }: Analysis, id: number, stay: ReadonlySet<number>): Set<number> {
  const code = codeOf(program, id);
  const found = new Set<number>();
  for (const [location, step] of code.steps.entries()) {
    if (stay.has(location) || canWait(step) || !isOwn(ordering, step.access)) continue;
    if (conflicts.movesLeft(id, location)) found.add(location);
  }
  breakCycles(code.steps, found);
  return found;
}

function targetsOf(list: readonly Stmt[]): number[] {
  return list.flatMap((s) => {
    if (s.kind === "goto") return [s.step];
    if (s.kind === "if") return [...targetsOf(s.then), ...targetsOf(s.else)];
    return s.kind === "block" ? targetsOf(s.body) : [];
  });
}

/** No cycle may disappear: a loop of private steps keeps one location. */
function breakCycles(steps: readonly Step[], found: Set<number>): void {
  const state = new Map<number, "open" | "done">();
  const visit = (id: number): void => {
    state.set(id, "open");
    for (const target of targetsOf(defined(steps[id], "steps exist").body)) {
      if (!found.has(target)) continue;
      if (state.get(target) === "open") found.delete(target);
      else if (!state.has(target)) visit(target);
    }
    state.set(id, "done");
  };
  for (const id of [...found]) if (found.has(id) && !state.has(id)) visit(id);
}

/** Locations in front of which all that leads there is put off. */
function rightLocations(
  { program, conflicts, ordering }: Analysis,
  id: number,
  stay: ReadonlySet<number>,
  left: ReadonlySet<number>,
): Set<number> {
  const { steps } = codeOf(program, id);
  const stepAt = (location: number): Step => defined(steps[location], "steps exist");
  const sources: number[][] = steps.map(() => []);
  for (const [from, step] of steps.entries()) for (const to of new Set(targetsOf(step.body))) sources[to]?.push(from);
  const found = new Set<number>();
  for (const [location, step] of steps.entries()) {
    const from = defined(sources[location], "by step");
    if (stay.has(location) || left.has(location) || from.length === 0 || canWait(step)) continue;
    if (!ordering.isSimple(step.access)) continue;
    // Chains would have to be argued as a whole: only steps of locations that stay are put off.
    const stays = (source: number): boolean => source !== location && !left.has(source) && !found.has(source);
    const immediate = from.every((source) => {
      const { access } = stepAt(source);
      return stays(source) && (access.kind === "choose" || isOwn(ordering, access));
    });
    if (!immediate || targetsOf(step.body).some((to) => found.has(to))) continue;
    const outcomes = (cpu: number): Outcome[] =>
      from.flatMap((source) => outcomesOf(program, cpu, stepAt(source), ordering.delayed));
    if (conflicts.movesRight(id, location, outcomes)) found.add(location);
  }
  return found;
}

function atOnce(list: readonly Stmt[], locations: ReadonlySet<number>): Stmt[] {
  return list.map((s): Stmt => {
    if (s.kind === "goto") return locations.has(s.step) ? { ...s, atOnce: true } : s;
    if (s.kind === "if") return { ...s, then: atOnce(s.then, locations), else: atOnce(s.else, locations) };
    return s.kind === "block" ? { ...s, body: atOnce(s.body, locations) } : s;
  });
}

export function fuse(program: Program, ordering: Ordering): Fused {
  const analysis: Analysis = { program, conflicts: new Conflicts(program, ordering), ordering };
  const staying = stayingLocations(program);
  const locations = program.codes.map(({ kind }, id) => {
    if (kind === "walker" || kind === "entry") return new Set<number>();
    const stay = defined(staying[id], "by code");
    const left = leftLocations(analysis, id, stay);
    return new Set([...left, ...rightLocations(analysis, id, stay, left)]);
  });
  const codes = program.codes.map((code, id) => ({
    ...code,
    steps: code.steps.map((step) => ({ ...step, body: atOnce(step.body, defined(locations[id], "by code")) })),
  }));
  return { program: { ...program, codes }, locations };
}
