// SPDX-License-Identifier: MIT
// LitmusTest -> Program: one array of memory, a thread per CPU, and a cell per observed register, which the thread's
// last step fills.
import type { Result } from "../base/result.ts";
import { type Range, union } from "../program/intervals.ts";
import type { Cell, Code, Program, Stmt } from "../program/program.ts";
import { type Analysis, analyse, hasLoop, type Value } from "./analysis.ts";
import { mayBufferLoads } from "./cycles.ts";
import { constant } from "./expressions.ts";
import { attempt, LineMap, type Problem } from "./problem.ts";
import type { LitmusTest, MemoryOp, Observed } from "./test.ts";
import { type Copy, lowerThread } from "./thread.ts";

/** Where the value of something observed is in a final state. */
export type ValueAt =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "cell"; readonly cell: number; readonly element: number };

export interface LoweredTest {
  readonly program: Program;
  /** By number of what is observed. */
  readonly values: readonly ValueAt[];
  /** Store-buffer entries per CPU with which no buffer is ever full (unless a loop stores). */
  readonly depth: number;
  /** Stores of all threads together, counted in the same way. */
  readonly stores: number;
  /** The first instruction of a load-linked pair, if there is one. */
  readonly exclusive: { readonly line: number; readonly column: number; readonly text: string } | undefined;
  /** Whether program order and reads-from could form a cycle: only then can an execution buffer loads. */
  readonly loadBuffering: boolean;
}

const MEMORY = 0;

/** `text` and `file`: what the test was read from, for places in the Program. */
export function lowerLitmus(test: LitmusTest, text: string, file: string): Result<LoweredTest, Problem> {
  return attempt(text, () => lower(test, text, file));
}

function lower(test: LitmusTest, text: string, file: string): LoweredTest {
  const lines = new LineMap(text);
  const analysis = analyse(test);
  const { copies, cells, values } = observe(test, analysis);
  const codes = test.threads.map((_, index): Code => {
    const cx = { test, analysis, lines, memory: MEMORY, copies: copies[index] ?? [] };
    const { steps, locals } = lowerThread(cx, index);
    return { name: `P${index}`, kind: "thread", level: 0, cpus: [index], params: 0, locals, steps };
  });
  const init = test.locations.initial.flatMap((value, l): Stmt[] =>
    value === 0 ? [] : [{ kind: "put", cell: MEMORY, index: [constant(l)], value: constant(value) }],
  );
  const exclusive = test.threads.flatMap((t) => t.ops).find((op) => op.kind === "store_exclusive");
  return {
    program: {
      version: 1,
      name: test.name,
      cpus: test.threads.length,
      sources: [file],
      cells,
      codes,
      init,
      initLocals: [],
      properties: [],
      witnesses: [],
      events: [],
    },
    values,
    depth: Math.max(1, ...storesOf(test, (kind) => kind === "store")),
    stores: Math.max(
      1,
      storesOf(test, (kind) => kind !== "load" && kind !== "fence").reduce((a, b) => a + b, 0),
    ),
    exclusive: exclusive && { ...lines.place(exclusive.offset), text: exclusive.text },
    loadBuffering: mayBufferLoads(test, analysis),
  };
}

/** Cells: memory, and one per register whose value at the end is not known beforehand. */
function observe(test: LitmusTest, { states, memory }: Analysis) {
  // How a negative number is printed depends on types and widths, which are not modelled: but in C, a run that stores
  // one, or ends with one, meets a limit.
  const least = test.arch === "C" ? Number.NEGATIVE_INFINITY : 0;
  const atLeast = ({ min, max }: Range): Range => union({ min: Math.max(min, least), max: Math.max(max, least) }, ZERO);
  const range = memory.reduce(union, ZERO);
  const dims = [Math.max(test.locations.count, 1)];
  const cells: Cell[] = [cell({ name: "memory", storage: "memory", dims, ...atLeast(range) })];
  const copies: Copy[][] = test.threads.map(() => []);
  const values = test.observed.map((observed): ValueAt => {
    if (observed.kind === "location") return { kind: "cell", cell: MEMORY, element: observed.location };
    const value = atEnd(observed, states);
    if (value === undefined || value.constant) return { kind: "constant", value: value?.min ?? 0 };
    const { thread, register, name } = observed;
    const id = cells.push(cell({ name, storage: "frame", dims: [], ...atLeast(value) })) - 1;
    copies[thread]?.push({ register, cell: id });
    return { kind: "cell", cell: id, element: 0 };
  });
  return { cells, copies, values };
}

const ZERO: Range = { min: 0, max: 0 };

function cell({ name, storage, dims, min, max }: Pick<Cell, "name" | "storage" | "dims" | "min" | "max">): Cell {
  return { name, storage, dims, own: false, min, max, meaning: { kind: "int" } };
}

/** undefined: the thread has no end. */
function atEnd(observed: Extract<Observed, { kind: "register" }>, states: Analysis["states"]): Value | undefined {
  return states[observed.thread]?.at(-1)?.[observed.register];
}

/** By thread: how many of its ops store. Where there is a loop, room for a few rounds of it. */
function storesOf(test: LitmusTest, counts: (kind: MemoryOp["kind"]) => boolean): number[] {
  return test.threads.map((thread) => {
    const count = thread.ops.filter((op) => op.kind !== "set" && op.kind !== "jump" && counts(op.kind)).length;
    return hasLoop(thread) ? 2 * count + 2 : count;
  });
}
