// SPDX-License-Identifier: MIT
// Which spinlocks a context holds where it stands: what others do with the same lock held, and their taking it, cannot
// happen meanwhile. A lock is an element of memory that nothing else touches: taken when it is 0, and then another
// number, set to 0 again by nobody but its holder.
import { defined } from "../base/assert.ts";
import { flatIndex, initialCells } from "../program/evaluate.ts";
import { stepOnCpu } from "../program/fold.ts";
import type { Ordering } from "../program/ordering.ts";
import type { Expr, Place, Program, Step, Stmt } from "../program/program.ts";
import { type Context, type Effect, effectOf } from "./effects.ts";

/** By context, by step. */
export interface Locks {
  /** Locks that are held for certain wherever the context stands at the step. */
  readonly held: readonly (readonly ReadonlySet<string>[])[];
  /** The lock that the step takes; while another one holds it, the step waits. */
  readonly taken: readonly (readonly (string | undefined)[])[];
}

/** Both a step of one context at a location, and one of another: whether they can be next at the same time. */
export function excludes(locks: Locks, c: number, location: number, other: number, step: number): boolean {
  const mine = defined(locks.held[c]?.[location], "by step");
  if (mine.size === 0) return false;
  const taken = locks.taken[other]?.[step];
  if (taken !== undefined && mine.has(taken)) return true;
  return [...defined(locks.held[other]?.[step], "by step")].some((lock) => mine.has(lock));
}

/** What a step does with locks, on one CPU. */
type Action = { readonly kind: "take" | "release"; readonly lock: string } | undefined;

class Finder {
  private readonly program: Program;
  private readonly ordering: Ordering;
  private readonly contexts: readonly Context[];
  /** Whatever is touched in another way. */
  private readonly spoilt = new Set<number>();
  private readonly actions: readonly (readonly Action[])[];

  constructor(program: Program, ordering: Ordering, contexts: readonly Context[]) {
    this.program = program;
    this.ordering = ordering;
    this.contexts = contexts;
    const initial = initialCells(program);
    for (const [cell, values] of initial.entries()) if (values.some((value) => value !== 0)) this.spoilt.add(cell);
    this.actions = contexts.map(({ code, cpu }) => this.stepsOf(code).map((step) => this.action(step, cpu)));
  }

  private stepsOf(code: number): readonly Step[] {
    return defined(this.program.codes[code], "codes exist").steps;
  }

  private key({ cell, index }: Place): string | undefined {
    const numbers = index.map((e) => (e.kind === "const" ? e.value : Number.NaN));
    if (numbers.some(Number.isNaN)) return undefined;
    const flat = flatIndex(defined(this.program.cells[cell], "cells exist"), numbers);
    return flat === undefined ? undefined : `${cell}.${flat}`;
  }

  private action(original: Step, cpu: number): Action {
    const step = stepOnCpu(this.program, original, cpu);
    const { access, guard } = step;
    const lock = access.kind === "rmw" || access.kind === "store" ? this.key(access.place) : undefined;
    if (lock !== undefined && access.kind === "rmw" && this.takes(step)) {
      this.spoil(effectOf(this.program, cpu, { ...step, guard: null, access: { kind: "none" } }));
      return { kind: "take", lock };
    }
    if (lock !== undefined && access.kind === "store" && isZero(access.value)) {
      this.spoil(effectOf(this.program, cpu, { ...step, access: { kind: "none" } }));
      return { kind: "release", lock };
    }
    this.spoil(effectOf(this.program, cpu, { ...step, guard }));
    return undefined;
  }

  private spoil({ reads, writes }: Effect): void {
    for (const { cell } of [...reads, ...writes]) this.spoilt.add(cell);
  }

  /** Waits until it is 0, and makes it another number, at once. */
  private takes({ access, guard }: Step): boolean {
    if (access.kind !== "rmw" || access.when !== null || !this.ordering.isImmediate(access)) return false;
    if (guard?.kind !== "binary" || guard.op !== "==" || guard.a.kind !== "cell" || !isZero(guard.b)) return false;
    const isSame = this.key(guard.a) === this.key(access.place);
    return isSame && access.value.kind === "const" && access.value.value > 0;
  }

  /** By step of a context: what is held there. undefined: never reached. */
  private flow(c: number): (ReadonlySet<string> | undefined)[] {
    const { code, cpu } = defined(this.contexts[c], "in range");
    const steps = this.stepsOf(code);
    const at: (Set<string> | undefined)[] = steps.map(() => undefined);
    const todo = defined(this.program.codes[code], "codes exist").kind === "thread" ? [1] : [0];
    for (const start of todo) at[start] = new Set();
    for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
      const after = new Set(at[id]);
      const action = this.actions[c]?.[id];
      if (action?.kind === "take") after.add(action.lock);
      if (action?.kind === "release") {
        if (!after.has(action.lock)) this.spoilt.add(Number(action.lock.split(".")[0]));
        after.delete(action.lock);
      }
      for (const to of targets(stepOnCpu(this.program, defined(steps[id], "steps exist"), cpu).body)) {
        const before = at[to];
        const now = before === undefined ? new Set(after) : new Set([...before].filter((lock) => after.has(lock)));
        if (before !== undefined && now.size === before.size) continue;
        at[to] = now;
        todo.push(to);
      }
    }
    return at;
  }

  locks(): Locks {
    const flows = this.contexts.map((_, c) => this.flow(c));
    const isLock = (lock: string): boolean => !this.spoilt.has(Number(lock.split(".")[0]));
    return {
      held: flows.map((at) => at.map((held) => new Set([...(held ?? [])].filter(isLock)))),
      taken: this.actions.map((list) =>
        list.map((action) => (action?.kind === "take" && isLock(action.lock) ? action.lock : undefined)),
      ),
    };
  }
}

const isZero = (e: Expr): boolean => e.kind === "const" && e.value === 0;

function targets(list: readonly Stmt[]): number[] {
  return list.flatMap((s) => {
    if (s.kind === "goto") return [s.step];
    if (s.kind === "end") return [0];
    if (s.kind === "if") return [...targets(s.then), ...targets(s.else)];
    return s.kind === "block" ? targets(s.body) : [];
  });
}

export function locksOf(program: Program, ordering: Ordering, contexts: readonly Context[]): Locks {
  return new Finder(program, ordering, contexts).locks();
}
