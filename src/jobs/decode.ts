// SPDX-License-Identifier: MIT
// A packed state as values: cells, where each context stands, its live locals, and what waits in the store buffers.

import { defined } from "../base/assert.ts";
import type { PackedLayout, Slot } from "../emit/layout.ts";
import type { Program } from "../program/program.ts";
import { elements } from "../program/program.ts";

/** One element of a cell, flat. */
export interface Element {
  readonly cell: number;
  readonly at: number;
}

export interface ContextState {
  readonly code: number;
  readonly cpu: number;
  readonly pc: number;
  /** By local; 0 unless live. */
  readonly locals: readonly number[];
}

export interface State {
  readonly cells: readonly (readonly number[])[];
  readonly contexts: readonly ContextState[];
  /** By CPU, oldest first. */
  readonly buffers: readonly (readonly (Element & { readonly value: number })[])[];
  /** Under a model of views: the cells that are in its order of stores. `cells` has the newest values of those. */
  readonly inOrder: ReadonlySet<number>;
  /** By element: what was stored before the newest value, oldest first, and may still be read by somebody. */
  readonly older: ReadonlyMap<number, readonly number[]>;
}

/** One number for an element, to compare and to look up by. */
export function keyOf({ cell, at }: Element): number {
  return cell * 2 ** 20 + at;
}

function read(words: Int32Array, slot: Slot, min: number): number {
  const mask = slot.width === 32 ? -1 : (1 << slot.width) - 1;
  return (((words[slot.word] ?? 0) >>> slot.shift) & mask) + min;
}

/** Which element a store-buffer address stands for. */
export function elementAt(program: Program, layout: PackedLayout, address: number): Element {
  for (const [cell, base] of layout.addresses) {
    const size = elements(defined(program.cells[cell], "cells exist"));
    if (address >= base && address < base + size) return { cell, at: address - base };
  }
  throw new Error(`lazymm bug: address ${address} is of no buffered cell`);
}

/** The stores that a model of views still knows, in their order. */
function messages(program: Program, layout: PackedLayout, words: Int32Array): (Element & { value: number })[] {
  const slots = new Map(layout.views?.packed.map(({ name, slot }) => [name, slot]));
  return Array.from({ length: layout.views?.depth ?? 0 }, (_, t) => t + 1).flatMap((t) => {
    const [address, value] = [slots.get(`MA[${t}]`), slots.get(`MV[${t}]`)];
    const where = address ? read(words, address, 0) : 0;
    if (where === 0) return [];
    const element = elementAt(program, layout, where);
    const { min } = defined(program.cells[element.cell], "cells exist");
    return [{ ...element, value: value ? read(words, value, min) : min }];
  });
}

export function decode(program: Program, layout: PackedLayout, words: Int32Array): State {
  const cells = layout.cells.map((place, id) => {
    if ("values" in place) return [...place.values];
    const { min } = defined(program.cells[id], "cells exist");
    return place.slots.map((slot) => read(words, slot, min));
  });
  const contexts = layout.contexts.map(({ code, cpu, pc: slot, locals: slots }) => {
    const pc = read(words, slot, 0);
    const locals = slots.map(() => 0);
    for (const l of defined(program.codes[code]?.steps[pc], "a context stands at a step").live) {
      const { min } = defined(layout.localRanges[code]?.[l], "locals have ranges");
      const at = slots[l];
      locals[l] = at ? read(words, at, min) : min;
    }
    return { code, cpu, pc, locals };
  });
  const buffers = layout.buffers.map((entries) =>
    entries.flatMap(({ address, value }) => {
      const where = read(words, address, 0);
      if (where === 0) return [];
      const element = elementAt(program, layout, where);
      return [{ ...element, value: read(words, value, defined(program.cells[element.cell], "cells exist").min) }];
    }),
  );
  const older = new Map<number, number[]>();
  for (const { value, ...element } of messages(program, layout, words)) {
    const of = defined(cells[element.cell], "cells exist");
    const before = older.get(keyOf(element)) ?? [];
    older.set(keyOf(element), [...before, defined(of[element.at], "in range")]);
    of[element.at] = value;
  }
  return { cells, contexts, buffers, inOrder: new Set(layout.views?.cells), older };
}
