// SPDX-License-Identifier: MIT
// Where everything is in a packed state: cells, program counters, live locals and store buffers as bit fields of 32-bit
// words. Cells that no code ever writes are constants and take no bits at all.

import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { assert, defined } from "../base/assert.ts";
import type { Field } from "../program/compiled.ts";
import { initialCells } from "../program/evaluate.ts";
import type { Range } from "../program/intervals.ts";
import type { Cell, Code, Program, Stmt } from "../program/program.ts";
import { elements } from "../program/program.ts";
import { bitsFor, largestNumber, rangesOfLocals } from "./ranges.ts";

/** A run of equal fields in one word. */
export interface Slot {
  readonly word: number;
  readonly shift: number;
  readonly width: number;
}

export interface ContextLayout {
  readonly code: number;
  readonly cpu: number;
  readonly pc: Slot;
  /** By local; undefined: never kept between steps. */
  readonly locals: readonly (Slot | undefined)[];
}

export interface BufferLayout {
  readonly address: Slot;
  readonly value: Slot;
}

export interface PackedLayout {
  readonly words: number;
  readonly fields: readonly Field[];
  /** By cell: one slot per element, or its constant values. */
  readonly cells: readonly ({ readonly slots: readonly Slot[] } | { readonly values: readonly number[] })[];
  readonly contexts: readonly ContextLayout[];
  /** By CPU, oldest entry first. */
  readonly buffers: readonly (readonly BufferLayout[])[];
  /** Buffered cells: address of element 0; addresses start at 1. */
  readonly addresses: ReadonlyMap<number, number>;
  /** By code. */
  readonly localRanges: readonly (readonly Range[])[];
  readonly initial: readonly number[][];
}

class Allocator {
  /** Free bits from here on, by word. */
  private readonly used: number[] = [];

  get words(): number {
    return this.used.length;
  }

  /** `count` fields of `width` bits, in one word if they fit. */
  array(width: number, count: number): Slot[] {
    if (width * count <= 32) {
      const { word, shift } = this.take(width * count);
      return Array.from({ length: count }, (_, i) => ({ word, shift: shift + i * width, width }));
    }
    return Array.from({ length: count }, () => this.take(width));
  }

  take(width: number): Slot {
    assert(width <= 32, "a field fits in a word");
    let word = this.used.findIndex((bits) => bits + width <= 32);
    if (word < 0) word = this.used.push(0) - 1;
    const shift = defined(this.used[word], "just found");
    this.used[word] = shift + width;
    return { word, shift, width };
  }
}

/** Cells that some code writes. */
function writtenCells(program: Program): Set<number> {
  const written = new Set<number>();
  const walk = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === "put") written.add(s.cell);
      else if (s.kind === "if") [s.then, s.else].forEach(walk);
      else if (s.kind === "block") walk(s.body);
    }
  };
  for (const { before, access, body } of program.codes.flatMap((c) => c.steps)) {
    if (access.kind === "store" || access.kind === "rmw") written.add(access.place.cell);
    if (access.kind === "instruction") walk(access.body);
    walk(before);
    walk(body);
  }
  return written;
}

/** Memory cells that a store buffer can hold: the plain stores to what another CPU, or a walker, may look at. */
function bufferedCells(program: Program, model: MemoryModel): number[] {
  const cells = new Set<number>();
  for (const { access } of program.codes.flatMap((c) => c.steps)) {
    if (access.kind !== "store" || model.store[access.order] !== "buffer") continue;
    const cell = defined(program.cells[access.place.cell], "cells exist");
    if (cell.storage === "memory" && !cell.own) cells.add(access.place.cell);
  }
  return [...cells].sort((a, b) => a - b);
}

const subscript = (cell: Cell, flat: number): string => {
  let rest = flat;
  const parts: string[] = [];
  for (const extent of [...cell.dims].reverse()) {
    parts.unshift(`[${rest % extent}]`);
    rest = Math.floor(rest / extent);
  }
  return cell.name + parts.join("");
};

export function packedLayout(program: Program, model: MemoryModel, depth: number): PackedLayout {
  const bits = new Allocator();
  const fields: Field[] = [];
  const add = (slot: Slot, field: Pick<Field, "name" | "kind" | "of" | "cpu" | "element" | "min">): void => {
    if (slot.width > 0) fields.push({ ...field, word: slot.word, shift: slot.shift, width: slot.width });
  };
  const initial = initialCells(program);
  const written = writtenCells(program);
  const largest = largestNumber(program);
  const localRanges = program.codes.map((code) => rangesOfLocals(program, code, largest));

  const contexts = program.codes.flatMap((code, id) =>
    code.kind === "walker"
      ? []
      : code.cpus.map((cpu) => contextLayout(bits, code, id, cpu, defined(localRanges[id], "by code"), add)),
  );
  const cells = program.cells.map((cell, id) => {
    const values = defined(initial[id], "by cell");
    const width = bitsFor(cell);
    if (!written.has(id) || width === 0) return { values };
    const slots = bits.array(width, elements(cell));
    for (const [i, slot] of slots.entries()) {
      add(slot, { name: subscript(cell, i), kind: "cell", of: id, cpu: -1, element: i, min: cell.min });
    }
    return { slots };
  });
  const { buffers, addresses } = bufferLayouts(bits, program, model, depth, add);
  return { words: Math.max(bits.words, 1), fields, cells, contexts, buffers, addresses, localRanges, initial };
}

type AddField = (slot: Slot, field: Pick<Field, "name" | "kind" | "of" | "cpu" | "element" | "min">) => void;

function contextLayout(
  bits: Allocator,
  code: Code,
  id: number,
  cpu: number,
  ranges: readonly Range[],
  add: AddField,
): ContextLayout {
  const pc = bits.take(bitsFor({ min: 0, max: code.steps.length - 1 }));
  add(pc, {
    name: `${code.name}${code.cpus.length > 1 ? `@${cpu}` : ""}.pc`,
    kind: "pc",
    of: id,
    cpu,
    element: 0,
    min: 0,
  });
  const slots: (Slot | undefined)[] = code.locals.map(() => undefined);
  for (const group of shareableLocals(code, ranges)) {
    const slot = bits.take(group.width);
    for (const l of group.locals) {
      slots[l] = slot;
      const name = `${code.name}${code.cpus.length > 1 ? `@${cpu}` : ""}.${code.locals[l]?.name}`;
      add(slot, { name, kind: "local", of: id, cpu, element: l, min: defined(ranges[l], "by local").min });
    }
  }
  return { code: id, cpu, pc, locals: slots };
}

/** Locals of equal width that are never live together share their bits. */
function shareableLocals(code: Code, ranges: readonly Range[]): { width: number; locals: number[] }[] {
  const liveSets = code.steps.map((s) => new Set(s.live));
  const kept = code.locals
    .map((_, l) => l)
    .filter((l) => liveSets.some((s) => s.has(l)) && bitsFor(defined(ranges[l], "by local")) > 0);
  const groups: { width: number; locals: number[] }[] = [];
  for (const l of kept) {
    const width = bitsFor(defined(ranges[l], "by local"));
    const fits = groups.find(
      (g) => g.width === width && !g.locals.some((other) => liveSets.some((s) => s.has(l) && s.has(other))),
    );
    if (fits) fits.locals.push(l);
    else groups.push({ width, locals: [l] });
  }
  return groups;
}

function bufferLayouts(bits: Allocator, program: Program, model: MemoryModel, depth: number, add: AddField) {
  const addresses = new Map<number, number>();
  let next = 1;
  let widest = 0;
  for (const id of bufferedCells(program, model)) {
    const cell = defined(program.cells[id], "cells exist");
    addresses.set(id, next);
    next += elements(cell);
    widest = Math.max(widest, bitsFor(cell));
  }
  if (addresses.size === 0) return { addresses, buffers: [] };
  const buffers = Array.from({ length: program.cpus }, (_, cpu) =>
    Array.from({ length: depth }, (__, i) => {
      const address = bits.take(bitsFor({ min: 0, max: next - 1 }));
      const value = bits.take(Math.max(widest, 1));
      add(address, { name: `buffer@${cpu}[${i}].address`, kind: "buffer", of: i, cpu, element: 0, min: 0 });
      add(value, { name: `buffer@${cpu}[${i}].value`, kind: "buffer", of: i, cpu, element: 1, min: 0 });
      return { address, value };
    }),
  );
  return { addresses, buffers };
}
