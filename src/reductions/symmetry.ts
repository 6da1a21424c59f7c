// SPDX-License-Identifier: MIT
// Symmetry among CPUs, and among objects: which of them can be exchanged without changing what a Program can do, so
// that one state stands for all that such exchanges make of it. (Ip and Dill, Better verification through symmetry,
// 1996: CPUs are a scalarset.) docs/reductions.md has the argument.
//
//   1. Nothing tells CPUs apart by their numbers (symmetry-sorts.ts): then a state can be renamed.
//   2. The Program is the same after the exchange (symmetry-rename.ts, symmetry-normal.ts): its code, its initial
//      state, its properties and witnesses. Exchanges of two CPUs decide: they generate all others.
import { defined } from "../base/assert.ts";
import { initialCells } from "../program/evaluate.ts";
import { stepOnCpu } from "../program/fold.ts";
import type { Code, Expr, Program, Step } from "../program/program.ts";
import {
  groupSize,
  imagesOf,
  indicesOf,
  type Objects,
  type Permutation,
  permuted,
  type Sorts,
  type Symmetry,
} from "../program/symmetry.ts";
import { writtenCells } from "../program/written.ts";
import { type Context, contextsOf } from "./effects.ts";
import { Normal, normalExpr } from "./symmetry-normal.ts";
import { Renaming } from "./symmetry-rename.ts";
import { type Guess, inferObjects, inferSorts, placeOf } from "./symmetry-sorts.ts";

const codeOf = (program: Program, { code }: Context): Code => defined(program.codes[code], "codes exist");

/** Where a step comes from, and what is only in scope: no part of what it does. */
const UNSEEN = { at: null, scope: null };

class Exchanges {
  private readonly program: Program;
  private readonly sorts: Sorts;
  private readonly identity: Permutation;
  private readonly contexts: readonly Context[];
  private readonly initial: readonly (readonly number[])[];
  private readonly known = new Map<string, { readonly step: Step; readonly text: string }>();
  private readonly what: "cpus" | "objects";

  /** Of CPUs; or of so many objects, which are those of the sorts. */
  constructor(program: Program, sorts: Sorts, objects?: number) {
    this.program = program;
    this.sorts = sorts;
    this.what = objects === undefined ? "cpus" : "objects";
    this.identity = Array.from({ length: objects ?? program.cpus }, (_, i) => i);
    this.contexts = contextsOf(program);
    this.initial = initialCells(program);
  }

  /** A step as its CPU runs it, under other names. */
  private renamed({ code, cpu }: Context, step: Step, permutation: Permutation): Step {
    const { guard, before, access, body, ...rest } = stepOnCpu(this.program, step, cpu);
    const names = new Renaming(this.sorts, code, permutation, this.what);
    return {
      ...rest,
      guard: guard && names.test(guard),
      before: names.statements(before),
      access: names.access(access),
      body: names.statements(body),
    };
  }

  /** The same, as it is. */
  private own(context: Context, id: number, step: Step): { readonly step: Step; readonly text: string } {
    const key = `${context.code}/${context.cpu}/${id}`;
    const known = this.known.get(key);
    if (known) return known;
    const own = this.renamed(context, step, this.identity);
    const entry = { step: own, text: JSON.stringify({ ...own, ...UNSEEN }) };
    this.known.set(key, entry);
    return entry;
  }

  /** The first step at which the other context does not do what this one does under other names. */
  private firstDifference(context: Context, other: Context, permutation: Permutation): Step | undefined {
    const { steps } = codeOf(this.program, context);
    const others = codeOf(this.program, other).steps;
    const at = steps.findIndex((step, id) => {
      const theirs = others[id];
      if (theirs === undefined) return true;
      const renamed = this.renamed(context, step, permutation);
      const own = this.own(other, id, theirs);
      if (JSON.stringify({ ...renamed, ...UNSEEN }) === own.text) return false;
      const normal = new Normal(this.program, other.cpu);
      return normal.step(renamed) !== normal.step(own.step);
    });
    return at < 0 && others.length > steps.length ? others[steps.length] : steps[at];
  }

  /** Whether the other context is of the same kind. */
  private isLike(context: Context, other: Context): boolean {
    const [mine, theirs] = [codeOf(this.program, context), codeOf(this.program, other)];
    return mine.kind === theirs.kind && mine.level === theirs.level;
  }

  private isTwin(context: Context, other: Context, permutation: Permutation): boolean {
    const locals = ({ code, cpu }: Context): string =>
      JSON.stringify(
        codeOf(this.program, { code, cpu }).locals.map(({ min, max }, l) => [min, max, this.sorts.locals[code]?.[l]]),
      );
    return (
      this.isLike(context, other) &&
      locals(context) === locals(other) &&
      this.firstDifference(context, other, permutation) === undefined
    );
  }

  /** Where the code of CPU `cpu` differs from that of the CPU that takes its place. */
  private codes(permutation: Permutation, cpu: number): string | undefined {
    const to = defined(permutation[cpu], "by CPU");
    const mine = this.contexts.filter((context) => context.cpu === cpu);
    const free = new Set(this.contexts.filter((context) => context.cpu === to));
    for (const context of mine) {
      const same = [...free].find((other) => this.isTwin(context, other, permutation));
      if (same) free.delete(same);
      else return this.difference(context, [...free], permutation);
    }
    return free.size > 0 ? `CPU ${to} runs more than CPU ${cpu}` : undefined;
  }

  private difference(context: Context, others: readonly Context[], permutation: Permutation): string {
    const like = others.filter((other) => this.isLike(context, other));
    const other = like.find(({ code }) => code === context.code) ?? like[0];
    const at = other && this.firstDifference(context, other, permutation)?.at;
    const { name } = codeOf(this.program, context);
    if (!at) return `no other CPU runs what CPU ${context.cpu} runs as ${name}`;
    const pair = [context.cpu, other.cpu].sort((a, b) => a - b);
    if (pair[0] === pair[1]) return `${placeOf(this.program, at)} tells other CPUs apart by their numbers`;
    return `${placeOf(this.program, at)} is not the same on CPU ${pair.join(" and CPU ")}`;
  }

  private initialState(permutation: Permutation): string | undefined {
    for (const [id, cell] of this.program.cells.entries()) {
      const { value, index } = defined(this.sorts.cells[id], "by cell");
      const values = defined(this.initial[id], "by cell");
      const same = imagesOf(cell, index, permutation).every(
        (to, from) => values[to] === permuted(value, defined(values[from], "by element"), permutation),
      );
      if (!same) return `the initial ${cell.name} tells CPUs apart`;
    }
    return undefined;
  }

  private predicates(permutation: Permutation): string | undefined {
    const text = (e: Expr, p: Permutation): string =>
      JSON.stringify(normalExpr(new Renaming(this.sorts, -1, p, this.what).test(e)));
    const broken = [...this.program.properties, ...this.program.witnesses].find(
      ({ test }) => test && text(test, permutation) !== text(test, this.identity),
    );
    return broken && `"${broken.name}" tells CPUs apart`;
  }

  private exchanging(a: number, b: number): Permutation {
    return this.identity.map((i) => (i === a ? b : i === b ? a : i));
  }

  /** Whether any objects can be exchanged: those next to each other decide. */
  get ofObjects(): boolean {
    return this.identity.slice(1).every((b) => {
      const permutation = this.exchanging(b - 1, b);
      const same = this.contexts.every((context) => this.isTwin(context, context, permutation));
      return same && (this.initialState(permutation) ?? this.predicates(permutation)) === undefined;
    });
  }

  /** Why these two CPUs cannot be exchanged; undefined: they can. */
  obstacle(a: number, b: number): string | undefined {
    const permutation = this.exchanging(a, b);
    for (const cpu of permutation) {
      const difference = this.codes(permutation, cpu);
      if (difference !== undefined) return difference;
    }
    return this.initialState(permutation) ?? this.predicates(permutation);
  }

  /** The code on CPU b that does what a context on CPU a does, once they can be exchanged. */
  twins(classes: readonly (readonly number[])[]): (number | undefined)[][] {
    const { codes, cpus } = this.program;
    const table = codes.map(() => new Array<number | undefined>(cpus).fill(undefined));
    for (const { code, cpu } of this.contexts) defined(table[code], "by code")[cpu] = code;
    for (const [first, ...rest] of classes)
      for (const cpu of rest) {
        const permutation = this.exchanging(defined(first, "classes have members"), cpu);
        const free = new Set(this.contexts.filter((context) => context.cpu === first));
        for (const context of this.contexts.filter((c) => c.cpu === cpu)) {
          const twin = [...free].find((other) => this.isTwin(context, other, permutation));
          free.delete(defined(twin, "exchangeable CPUs run the same code"));
          defined(table[context.code], "by code")[cpu] = twin?.code;
        }
      }
    return table;
  }
}

/**
 * A cell that has a number of its own for every CPU at the start (the idle tasks are tasks[0], tasks[1], …): it may be
 * that such numbers stand for CPUs throughout. If they do not, the comparison with the exchanged Program says so.
 */
function guessFrom(program: Program, sorts: Sorts): Guess | undefined {
  const initial = initialCells(program);
  for (const [cell, declared] of program.cells.entries()) {
    const { value, index } = defined(sorts.cells[cell], "by cell");
    const dimension = index.findIndex((sort) => sort !== undefined);
    const sort = index[dimension];
    if (value !== undefined || typeof sort !== "number") continue;
    const pluses = indicesOf(declared).flatMap((at, flat) => {
      const cpu = defined(at[dimension], "by dimension") - sort;
      return cpu >= 0 && cpu < program.cpus ? [defined(initial[cell]?.[flat], "by element") - cpu] : [];
    });
    const [plus] = pluses;
    if (plus !== undefined && program.cpus > 1 && pluses.every((one) => one === plus)) return { cell, plus };
  }
  return undefined;
}

/** Which CPUs can be exchanged for one another, and if not all of them can, why not. */
export function symmetryOf(program: Program): Symmetry {
  const guesses: Guess[] = [];
  for (;;) {
    const { sorts, ordered } = inferSorts(program, guesses);
    const guess = ordered === undefined ? guessFrom(program, sorts) : undefined;
    if (guess === undefined) {
      const found = ordered === undefined ? exchangeable(program, sorts) : none(sorts, ordered);
      return { ...found, objects: objectsOf(program, guesses) };
    }
    guesses.push(guess);
  }
}

function none(sorts: Sorts, off: string | undefined): Symmetry {
  return { sorts, classes: [], twins: [], off };
}

/** Objects that can all be exchanged for one another, and of which something is kept: the first that there are. */
function objectsOf(program: Program, guesses: readonly Guess[]): Objects | undefined {
  const tried: Sorts[] = [];
  const written = [...writtenCells(program)];
  for (const [cell, { dims }] of program.cells.entries())
    for (const [dimension, size] of dims.entries()) {
      if (size < 2 || tried.some((sorts) => sorts.cells[cell]?.index[dimension] !== undefined)) continue;
      const of = { cell, dimension };
      const inferred = inferObjects(program, guesses, of);
      if (inferred === undefined) continue;
      const { sorts, ordered } = inferred;
      tried.push(sorts);
      const isKept = written.some((id) => sorts.cells[id]?.index.some((sort) => sort !== undefined));
      if (ordered !== undefined || !isKept || isRelation(sorts)) continue;
      if (new Exchanges(program, sorts, size).ofObjects) return { sorts, size, of };
    }
  return undefined;
}

/** What an object has may not be another one of them, nor something between two of them. */
function isRelation({ cells }: Sorts): boolean {
  return cells.some(({ value, index }) => {
    const own = index.filter((sort) => sort !== undefined).length;
    return own > 1 || (own > 0 && value !== undefined);
  });
}

/** More exchanges than these would take longer to try than they save. */
const GROUP_MAX = 120;

/** Leaves CPUs out of the largest classes until there are few enough exchanges: any subgroup will do. */
function bounded(classes: readonly (readonly number[])[]): (readonly number[])[] {
  const list = [...classes];
  while (groupSize({ classes: list }) > GROUP_MAX) {
    const largest = list.reduce((a, b) => (b.length > a.length ? b : a));
    list[list.indexOf(largest)] = largest.slice(0, -1);
  }
  return list;
}

function exchangeable(program: Program, sorts: Sorts): Symmetry {
  const exchanges = new Exchanges(program, sorts);
  const classes: number[][] = [];
  let off: string | undefined;
  for (let cpu = 0; cpu < program.cpus; cpu++) {
    const found = classes.find(([first]) => {
      const obstacle = exchanges.obstacle(defined(first, "classes have members"), cpu);
      off ??= obstacle;
      return obstacle === undefined;
    });
    if (found) found.push(cpu);
    else classes.push([cpu]);
  }
  const proper = bounded(classes).filter(({ length }) => length > 1);
  return { ...none(sorts, classes.length > 1 ? off : undefined), classes: proper, twins: exchanges.twins(proper) };
}
