// SPDX-License-Identifier: MIT
// Symmetry among CPUs: which of them can be exchanged without changing what a Program can do, so that one state stands
// for all that such exchanges make of it. (Ip and Dill, Better verification through symmetry, 1996: CPUs are a
// scalarset.) docs/reductions.md has the argument.
//
//   1. Nothing tells CPUs apart by their numbers (symmetry-sorts.ts): then a state can be renamed.
//   2. The Program is the same after the exchange (symmetry-rename.ts, symmetry-normal.ts): its code, its initial
//      state, its properties and witnesses. Exchanges of two CPUs decide: they generate all others.
import { defined } from "../base/assert.ts";
import { flatIndex, initialCells } from "../program/evaluate.ts";
import { stepOnCpu } from "../program/fold.ts";
import type { Cell, Code, Expr, Program, Step } from "../program/program.ts";
import { type Permutation, permuted, type Sorts, type Symmetry } from "../program/symmetry.ts";
import { type Context, contextsOf } from "./effects.ts";
import { Normal, normalExpr } from "./symmetry-normal.ts";
import { Renaming } from "./symmetry-rename.ts";
import { inferSorts, placeOf } from "./symmetry-sorts.ts";

const codeOf = (program: Program, { code }: Context): Code => defined(program.codes[code], "codes exist");

/** Where a step comes from, and what is only in scope: no part of what it does. */
const UNSEEN = { at: null, scope: null };

/** All indices of a cell, in the order of its elements. */
export function indicesOf({ dims }: Pick<Cell, "dims">): number[][] {
  return dims.reduce<number[][]>(
    (all, extent) => all.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );
}

class Exchanges {
  private readonly program: Program;
  private readonly sorts: Sorts;
  private readonly identity: Permutation;
  private readonly contexts: readonly Context[];
  private readonly initial: readonly (readonly number[])[];
  private readonly known = new Map<string, { readonly step: Step; readonly text: string }>();

  constructor(program: Program, sorts: Sorts) {
    this.program = program;
    this.sorts = sorts;
    this.identity = Array.from({ length: program.cpus }, (_, cpu) => cpu);
    this.contexts = contextsOf(program);
    this.initial = initialCells(program);
  }

  /** A step as its CPU runs it, under other names. */
  private renamed({ code, cpu }: Context, step: Step, permutation: Permutation): Step {
    const { guard, before, access, body, ...rest } = stepOnCpu(this.program, step, cpu);
    const names = new Renaming(this.sorts, code, permutation);
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

  private isTwin(context: Context, other: Context, to: number): boolean {
    const shape = ({ code, cpu }: Context): string => {
      const { kind, level, locals } = codeOf(this.program, { code, cpu });
      return JSON.stringify([kind, level, locals.map(({ min, max }, l) => [min, max, this.sorts.locals[code]?.[l]])]);
    };
    return other.cpu === to && shape(context) === shape(other);
  }

  /** Where the code of CPU `cpu` differs from that of the CPU that takes its place. */
  private codes(permutation: Permutation, cpu: number): string | undefined {
    const to = defined(permutation[cpu], "by CPU");
    const mine = this.contexts.filter((context) => context.cpu === cpu);
    const free = new Set(this.contexts.filter((context) => context.cpu === to));
    for (const context of mine) {
      const { code } = context;
      const twins = [...free].filter((other) => this.isTwin(context, other, to));
      const same = twins.find((other) => this.firstDifference(context, other, permutation) === undefined);
      if (same) free.delete(same);
      else return this.difference(context, twins.find((other) => other.code === code) ?? twins[0], permutation);
    }
    return free.size > 0 ? `CPU ${to} runs more code than CPU ${cpu}` : undefined;
  }

  private difference(context: Context, other: Context | undefined, permutation: Permutation): string {
    const { name } = codeOf(this.program, context);
    if (other === undefined) return `no other CPU runs what CPU ${context.cpu} runs as ${name}`;
    const { at } = defined(this.firstDifference(context, other, permutation), "they differ");
    const pair = [context.cpu, other.cpu].sort((a, b) => a - b);
    if (pair[0] === pair[1]) return `${placeOf(this.program, at)} tells other CPUs apart by their numbers`;
    return `${placeOf(this.program, at)} is not the same on CPU ${pair.join(" and CPU ")}`;
  }

  private initialState(permutation: Permutation): string | undefined {
    for (const [id, cell] of this.program.cells.entries()) {
      const { value, index } = defined(this.sorts.cells[id], "by cell");
      const values = defined(this.initial[id], "by cell");
      for (const [flat, at] of indicesOf(cell).entries()) {
        const image = at.map((i, dim) => permuted(index[dim], i, permutation));
        const there = values[defined(flatIndex(cell, image), "extents fit every CPU")];
        if (there !== permuted(value, defined(values[flat], "by element"), permutation))
          return `the initial ${cell.name} tells CPUs apart`;
      }
    }
    return undefined;
  }

  private predicates(permutation: Permutation): string | undefined {
    const text = (e: Expr, p: Permutation): string =>
      JSON.stringify(normalExpr(new Renaming(this.sorts, -1, p).test(e)));
    const broken = [...this.program.properties, ...this.program.witnesses].find(
      ({ test }) => test && text(test, permutation) !== text(test, this.identity),
    );
    return broken && `"${broken.name}" tells CPUs apart`;
  }

  /** Why these two cannot be exchanged; undefined: they can. */
  obstacle(a: number, b: number): string | undefined {
    const { cpus } = this.program;
    const permutation = Array.from({ length: cpus }, (_, cpu) => (cpu === a ? b : cpu === b ? a : cpu));
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
        const permutation = Array.from({ length: cpus }, (_, c) => (c === first ? cpu : c === cpu ? (first ?? c) : c));
        const free = new Set(this.contexts.filter((context) => context.cpu === first));
        for (const context of this.contexts.filter((c) => c.cpu === cpu)) {
          const twin = [...free].find(
            (other) =>
              this.isTwin(context, other, first ?? 0) &&
              this.firstDifference(context, other, permutation) === undefined,
          );
          free.delete(defined(twin, "exchangeable CPUs run the same code"));
          defined(table[context.code], "by code")[cpu] = twin?.code;
        }
      }
    return table;
  }
}

/** Which CPUs can be exchanged for one another, and if not all of them can, why not. */
export function symmetryOf(program: Program): Symmetry {
  const { cpus } = program;
  const { sorts, ordered } = inferSorts(program);
  const none = { sorts, classes: [], twins: [] };
  if (ordered !== undefined) return { ...none, off: ordered };
  const exchanges = new Exchanges(program, sorts);
  const classes: number[][] = [];
  let off: string | undefined;
  for (let cpu = 0; cpu < cpus; cpu++) {
    const found = classes.find(([first]) => {
      const obstacle = exchanges.obstacle(defined(first, "classes have members"), cpu);
      off ??= obstacle;
      return obstacle === undefined;
    });
    if (found) found.push(cpu);
    else classes.push([cpu]);
  }
  const proper = classes.filter(({ length }) => length > 1);
  return { sorts, classes: proper, twins: exchanges.twins(proper), off: classes.length > 1 ? off : undefined };
}
