// SPDX-License-Identifier: MIT
// Where a code makes progress, and where it may stay: what liveness (src/checker/liveness.ts) asks of a Program.
import { assert, defined } from "../base/assert.ts";
import type { Field } from "./compiled.ts";
import { cyclesOf, edgesOf, exitsOf, leadingTo, openLoops, passedSteps } from "./loops.ts";
import type { Code, Program, Step } from "./program.ts";

/** Of one code, by step number. */
export interface Progress {
  /**
   * To be there for ever, or again and again, is as good as an end: the end itself, the head of a loop that has no
   * end (a client's), a choice of which there may be none (a CPU that has nothing to do).
   */
  readonly rests: ReadonlySet<number>;
  /** Steps of loops that are to come to an end. */
  readonly loops: ReadonlySet<number>;
  /**
   * Steps that are taken if they can be taken again and again, and not only if they can be taken from some moment on:
   * a queued spinlock serves everybody, a retry succeeds at last, a pending interrupt is delivered.
   */
  readonly insistent: ReadonlySet<number>;
}

/** Code on one CPU that steps by itself (no page walker), as liveness sees it. */
export interface LiveContext extends Progress {
  readonly code: number;
  readonly cpu: number;
  /** On one CPU the highest level that is not idle runs. */
  readonly level: number;
  /** Where its program counter is in a state; undefined: it is always 0, idle. */
  readonly pc: Pick<Field, "word" | "shift" | "width"> | undefined;
}

/** Where loops without an end are entered from outside. */
function headsOfEndless(code: Code, start: number): number[] {
  const edges = edgesOf(code);
  const ends = [...edges.keys()].filter((step) => exitsOf(defined(code.steps[step], "in range")).ends);
  const mayEnd = leadingTo(edges, ends);
  const endless = cyclesOf(edges).filter((cycle) => ![...cycle].some((step) => mayEnd.has(step)));
  return endless.flatMap((cycle) => {
    const outside = [...edges].filter(([from]) => !cycle.has(from));
    const entered = outside.flatMap(([, to]) => [...to].filter((step) => cycle.has(step)));
    return cycle.has(start) ? [start, ...entered] : entered;
  });
}

function isInsistent(code: Code, step: Step, stale: boolean): boolean {
  const { kind } = step.access;
  if (kind === "rmw" || kind === "store_exclusive" || (stale && (kind === "load" || kind === "await"))) return true;
  return [...exitsOf(step).atOnce].some((next) => isInsistent(code, defined(code.steps[next], "steps exist"), stale));
}

/** Interrupts from this level on are delivered by hardware; a preemption may come, or never. */
const DELIVERED_LEVEL = 2;

/** `stale`: a load may return an old value as often as it likes, but not for ever. */
export function progressOf(code: Code, stale = false): Progress {
  const all = code.steps.map((_, step) => step);
  const isThread = code.kind === "thread";
  const choices = all.filter((step) => {
    const { access } = defined(code.steps[step], "in range");
    return isThread && access.kind === "choose" && access.such !== null;
  });
  const rests = new Set([0, ...choices, ...(isThread ? headsOfEndless(code, 1) : [])]);
  const insistent = new Set(all.filter((step) => isInsistent(code, defined(code.steps[step], "in range"), stale)));
  if (code.kind === "interrupt" && code.level >= DELIVERED_LEVEL) insistent.add(0);
  return { rests, loops: openLoops(code, (step) => !rests.has(step)), insistent };
}

/** `fields`: of the packed states of this program. `stale`: the memory model lets loads return old values. */
export function liveContexts(program: Program, fields: readonly Field[], stale: boolean): LiveContext[] {
  return program.codes.flatMap((code, id) => {
    if (code.kind !== "thread" && code.kind !== "interrupt") return [];
    const progress = progressOf(code, stale);
    const passed = passedSteps(code);
    assert(![...progress.rests].some((step) => passed.has(step)), "a reduction keeps the locations of rest");
    return code.cpus.map((cpu) => {
      const pc = fields.find((field) => field.kind === "pc" && field.of === id && field.cpu === cpu);
      return { ...progress, code: id, cpu, level: code.level, pc };
    });
  });
}

/** Cells that some interrupt's entry looks at. */
function cellsOfEntries(program: Program): Set<number> {
  const cells = new Set<number>();
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if ("kind" in x && x.kind === "cell" && "cell" in x) cells.add(Number(x.cell));
    for (const child of Object.values(x)) visit(child);
  };
  for (const { kind, steps } of program.codes) {
    const entry = steps[0];
    if (kind !== "interrupt" || entry === undefined) continue;
    visit([entry.guard, entry.access.kind === "choose" ? entry.access.such : entry.access]);
  }
  return cells;
}

/** Whether an interrupt handler may make some interrupt pending: it writes what an entry looks at, and not 0. */
function mayInterruptAgain(program: Program): boolean {
  const cells = cellsOfEntries(program);
  const raises = (x: unknown): boolean => {
    if (typeof x !== "object" || x === null) return false;
    const { kind, cell, value } = x as { kind?: string; cell?: number; value?: { kind?: string; value?: unknown } };
    const clears = value?.kind === "const" && value.value === 0;
    if (kind === "put" && cells.has(Number(cell)) && !clears) return true;
    return Object.values(x).some(raises);
  };
  return program.codes.some(
    ({ kind, steps }) => kind === "interrupt" && steps.some(({ access, body }) => raises([access, body])),
  );
}

/**
 * Whether a program may run for ever, page walks apart: without a loop in a thread or a handler but those that count,
 * and without handlers that set off interrupts, every run ends, and then whoever waits for ever waits in a deadlock.
 */
export function mayRunForEver(program: Program): boolean {
  const runs = program.codes.filter(({ kind }) => kind === "thread" || kind === "interrupt");
  return runs.some((code) => openLoops(code).size > 0) || mayInterruptAgain(program);
}
