// SPDX-License-Identifier: MIT
// All reachable states of a packed program, unpacked: what is compared with a reference, or with what is known.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../../src/base/assert.ts";
import { type PackedLayout, packedLayout, type Slot } from "../../src/emit/layout.ts";
import { emitPacked, loadPacked, type PackedOptions } from "../../src/emit/packed.ts";
import { type Compiled, REPORT } from "../../src/program/compiled.ts";
import type { Program } from "../../src/program/program.ts";

const STATES_MAX = 200_000;

/** A state in the Program's own terms. */
export interface PlainState {
  /** By cell, flat. */
  readonly cells: readonly (readonly number[])[];
  /** By code and CPU. */
  readonly contexts: readonly { readonly code: number; readonly cpu: number; pc: number; locals: number[] }[];
}

export interface Explored {
  readonly program: Program;
  readonly compiled: Compiled;
  readonly layout: PackedLayout;
  /** By words: a state, and the words of its successors in order. */
  readonly states: ReadonlyMap<string, { readonly plain: PlainState; readonly next: readonly string[] }>;
  /** States in which every thread has ended and nothing is pending. */
  readonly ends: readonly PlainState[];
  /** States that nothing leaves though somebody has not ended. */
  readonly stuck: number;
  readonly limits: ReadonlySet<string>;
  /** Names of properties that some step or state violates. */
  readonly violated: ReadonlySet<string>;
  readonly witnessed: readonly string[];
}

function read(words: Int32Array, slot: Slot | undefined, min: number): number {
  if (!slot || slot.width === 0) return min;
  const mask = slot.width === 32 ? 0xffffffff : 2 ** slot.width - 1;
  return (((words[slot.word] ?? 0) >>> slot.shift) & mask) >>> 0 === 0 ? min : unsigned(words, slot) + min;
}

function unsigned(words: Int32Array, slot: Slot): number {
  const word = (words[slot.word] ?? 0) >>> 0;
  return Math.floor(word / 2 ** slot.shift) % 2 ** slot.width;
}

export function unpack(program: Program, layout: PackedLayout, words: Int32Array): PlainState {
  const cells = layout.cells.map((place, id) => {
    const { min } = defined(program.cells[id], "cells exist");
    return "values" in place ? [...place.values] : place.slots.map((slot) => read(words, slot, min));
  });
  const contexts = layout.contexts.map(({ code, cpu, pc, locals }) => {
    const at = read(words, pc, 0);
    const live = program.codes[code]?.steps[at]?.live ?? [];
    const ranges = layout.localRanges[code] ?? [];
    // What is not live has no value: its bits are those of others.
    const values = locals.map((slot, l) => (live.includes(l) ? read(words, slot, ranges[l]?.min ?? 0) : 0));
    return { code, cpu, pc: at, locals: values };
  });
  return { cells, contexts };
}

export function explore(
  program: Program,
  model: MemoryModel,
  depth: number = model.depth,
  options: Pick<PackedOptions, "fold" | "fills"> = {},
): Explored {
  const compiled = loadPacked(emitPacked(program, model, { depth, labels: false, ...options }));
  const layout = packedLayout(program, model, depth);
  const { words, report } = compiled;
  const first = new Int32Array(words);
  compiled.initial(first);
  const states = new Map<string, { plain: PlainState; next: string[] }>();
  const ends: PlainState[] = [];
  const limits = new Set<string>();
  const violated = new Set<string>();
  const name = (id: number): string => defined(program.properties[id - 1], "properties exist").name;
  let stuck = 0;
  const out = new Int32Array(compiled.maxSuccessors * words);
  const queue = [first];
  states.set(first.join(), { plain: unpack(program, layout, first), next: [] });
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const { plain, next } = defined(states.get(state.join()), "queued states are known");
    const k = compiled.successors(state, 0, out, 0);
    const [raised, limit] = [report[REPORT.raised] ?? 0, report[REPORT.limit] ?? 0];
    if (raised > 0) violated.add(name(raised));
    if (limit > 0) limits.add(defined(compiled.limits[limit - 1], "limits have texts"));
    const [atRest, progress] = [report[REPORT.atRest] === 1, report[REPORT.progress] ?? 0];
    const broken = compiled.check(state, 0);
    if (broken > 0) violated.add(name(broken));
    if (atRest && progress === 0) {
      ends.push(plain);
      const atEnd = compiled.checkEnd(state, 0);
      if (atEnd > 0) violated.add(name(atEnd));
    } else if (progress === 0 && limit === 0) stuck++;
    for (let at = 0; at < k; at += words) {
      // A violation ends its run.
      if (raised > 0 && at === report[REPORT.raisedAt]) continue;
      const key = out.subarray(at, at + words).join();
      next.push(key);
      if (states.has(key)) continue;
      const copy = out.slice(at, at + words);
      states.set(key, { plain: unpack(program, layout, copy), next: [] });
      queue.push(copy);
      if (states.size > STATES_MAX) throw new Error("this test explores too much");
    }
  }
  const witnessed = program.witnesses.filter((_, i) => report[REPORT.witnesses + i] === 1).map((w) => w.name);
  return { program, compiled, layout, states, ends, stuck, limits, violated, witnessed };
}

/** The value of a cell by its name, as in `g.x` or `registers.r0`, flat element `at`. */
export function cellOf(program: Program, state: PlainState, name: string, at = 0): number {
  const id = program.cells.findIndex((cell) => cell.name === name);
  return defined(state.cells[id]?.[at], `the cell ${name}`);
}
