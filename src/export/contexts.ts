// SPDX-License-Identifier: MIT
// The contexts of a machine as variables: program counters and the locals that are kept between steps.

import { defined } from "../base/assert.ts";
import type { Range } from "../program/intervals.ts";
import type { Code } from "../program/program.ts";
import { not } from "./expressions.ts";
import type { Machine } from "./moves.ts";
import type { Names } from "./names.ts";
import { UnsupportedError } from "./unsupported.ts";

export interface Context {
  readonly id: number;
  readonly code: Code;
  readonly cpu: number;
  readonly name: string;
  readonly pc: string;
  /** By local; undefined: never kept between steps. */
  readonly kept: readonly (string | undefined)[];
}

export function contextsOf({ program, layout }: Machine, names: Names): Context[] {
  return layout.contexts.map(({ code: id, cpu }) => {
    const code = defined(program.codes[id], "codes exist");
    const name = code.cpus.length > 1 ? `${code.name} on CPU ${cpu}` : code.name;
    const live = new Set(code.steps.flatMap((step) => step.live));
    const pc = names.of(`${name}_pc`);
    const kept = code.locals.map((local, l) => (live.has(l) ? names.of(`${name}_${local.name}_${l}`) : undefined));
    return { id, code, cpu, name, pc, kept };
  });
}

/** The contexts that keep `context` from running, if they are not idle. */
function above(contexts: readonly Context[], { cpu, code }: Context): readonly Context[] {
  return contexts.filter((other) => other.cpu === cpu && other.code.level > code.level);
}

/** Those of its own level: a handler does not interrupt another one. */
function beside(contexts: readonly Context[], context: Context): readonly Context[] {
  if (context.code.kind !== "interrupt") return [];
  const { cpu, code } = context;
  return contexts.filter((other) => other !== context && other.cpu === cpu && other.code.level === code.level);
}

/** What must hold, beside the step's own condition, for `context` to take step `k`. */
export function turn(contexts: readonly Context[], context: Context, k: number): string[] {
  const others = k === 0 ? [...above(contexts, context), ...beside(contexts, context)] : above(contexts, context);
  return [`${context.pc} == ${k}`, ...others.map(({ pc }) => `${pc} == 0`)];
}

/** When a context can take no step. `conditions`: of each of its steps, as one expression, or undefined for "never". */
export function blocked(
  contexts: readonly Context[],
  context: Context,
  conditions: readonly (string | undefined)[],
  always: string,
): string {
  const preempted = above(contexts, context).map(({ pc }) => `${pc} != 0`);
  const waiting = conditions.flatMap((condition, k) => {
    const busy = k === 0 ? beside(contexts, context).map(({ pc }) => `${pc} != 0`) : [];
    if (condition === undefined) return [`${context.pc} == ${k}`];
    const why = condition === always ? busy : [...busy, not(condition)];
    return why.length === 0 ? [] : [`${context.pc} == ${k} && (${why.join(" || ")})`];
  });
  return [...preempted, ...waiting].map((term) => `(${term})`).join(" || ") || "false";
}

/** The smallest of Promela's types that holds a range. */
export function typeOf({ min, max }: Range, name: string): string {
  if (min >= 0 && max <= 255) return "byte";
  if (min >= -(2 ** 15) && max < 2 ** 15) return "short";
  if (min >= -(2 ** 31) && max < 2 ** 31) return "int";
  throw new UnsupportedError(`${name} holds ${min} … ${max}, and Promela's integers have 32 bits`);
}
