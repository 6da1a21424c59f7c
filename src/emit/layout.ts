// SPDX-License-Identifier: MIT
// Where everything is in a packed state: cells, program counters, live locals and store buffers as bit fields of 32-bit
// words. Cells that no code ever writes are constants and take no bits at all.

import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import type { Field } from "../program/compiled.ts";
import { initialCells } from "../program/evaluate.ts";
import type { Range } from "../program/intervals.ts";
import type { Cell, Code, Program } from "../program/program.ts";
import type { Sort, Symmetry } from "../program/symmetry.ts";
import { writtenCells } from "../program/written.ts";
import { bufferLayouts } from "./memory/store-buffer.ts";
import { type ViewsLayout, viewsLayout } from "./memory/views-layout.ts";
import { cellSlots, entrySlots, one, sharedRanges, slotRanges } from "./placing.ts";
import { bitsFor, rangesOfCodes } from "./ranges.ts";
import { PlainSpace, type Space, SymmetricSpace } from "./space.ts";

/** A run of equal fields in one word. */
export interface Slot {
  readonly word: number;
  readonly shift: number;
  readonly width: number;
}

export interface LocalSlot extends Slot {
  readonly min: number;
}

export interface ContextLayout {
  readonly code: number;
  readonly cpu: number;
  readonly pc: Slot;
  /** By local; undefined: never kept between steps. Bits 0 are `min`: what a local is that is not live. */
  readonly locals: readonly (LocalSlot | undefined)[];
}

export interface BufferLayout {
  readonly address: Slot;
  readonly value: Slot;
}

export interface PackedLayout {
  readonly words: number;
  /** The first of them hold cells, contexts and store buffers; the rest is the memory model's own. */
  readonly plainWords: number;
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
  /** By class of CPUs that can be exchanged: where the words of the first one are, and how many each of them has. */
  readonly symmetric?: {
    readonly symmetry: Symmetry;
    readonly units: readonly { readonly cpus: readonly number[]; readonly start: number; readonly size: number }[];
    /** By object that can be exchanged for others. */
    readonly objects: readonly Slot[];
  };
  /** Under a model of views: the rest of the words. */
  readonly views?: ViewsLayout;
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

/** `symmetry`: with words of its own for each CPU, and bits of its own for each object, that can be exchanged. */
export function packedLayout(
  program: Program,
  model: MemoryModel,
  depth: number,
  symmetry?: Symmetry | undefined,
): PackedLayout {
  if (symmetry === undefined) return layoutIn(new PlainSpace(), program, model, depth, undefined);
  // Once to learn how many words a CPU needs.
  const sizing = new SymmetricSpace(symmetry);
  layoutIn(sizing, program, model, depth, symmetry);
  // Too many of them to be compared at once.
  if (sizing.takenByObject > WORD_BITS) return packedLayout(program, model, depth, { ...symmetry, objects: undefined });
  const space = new SymmetricSpace(symmetry, sizing);
  const layout = layoutIn(space, program, model, depth, symmetry);
  const units = symmetry.classes.map((cpus, cls) => ({
    cpus,
    start: space.start(cls),
    size: defined(sizing.taken[cls], "by class"),
  }));
  return { ...layout, symmetric: { symmetry, units, objects: space.ofObjects } };
}

const WORD_BITS = 32;

function layoutIn(
  space: Space,
  program: Program,
  model: MemoryModel,
  depth: number,
  symmetry: Symmetry | undefined,
): PackedLayout {
  const fields: Field[] = [];
  const add = (slot: Slot, field: Pick<Field, "name" | "kind" | "of" | "cpu" | "element" | "min">): void => {
    if (slot.width > 0) fields.push({ ...field, word: slot.word, shift: slot.shift, width: slot.width });
  };
  const initial = initialCells(program);
  const written = writtenCells(program);
  const localRanges = sharedRanges(rangesOfCodes(program), symmetry);

  const contexts = program.codes.flatMap((code, id) =>
    code.kind === "walker"
      ? []
      : code.cpus.map((cpu) => {
          const ranges = defined(localRanges[id], "by code");
          return contextLayout(
            space,
            code,
            { code: id, cpu },
            slotRanges(program, ranges, id, symmetry),
            symmetry,
            add,
          );
        }),
  );
  const cells = program.cells.map((cell, id) => {
    const values = defined(initial[id], "by cell");
    const width = bitsFor(cell);
    if (!written.has(id) || width === 0) return { values };
    const slots = cellSlots(space, cell, id, symmetry);
    for (const [i, slot] of slots.entries()) {
      add(slot, { name: subscript(cell, i), kind: "cell", of: id, cpu: -1, element: i, min: cell.min });
    }
    return { slots };
  });
  const plain = { fields, cells, contexts, localRanges, initial };
  if (model.kind === "views") {
    const plainWords = Math.max(space.words, 1);
    const views = viewsLayout(program, model, depth, contexts, localRanges, plainWords);
    return {
      ...plain,
      words: plainWords + views.words,
      plainWords,
      buffers: [],
      addresses: views.addresses.first,
      views,
    };
  }
  const { buffers, addresses } = bufferLayouts(entrySlots(space, program, model, symmetry), program, model, depth, add);
  const words = Math.max(space.words, 1);
  return { ...plain, words, plainWords: words, buffers, addresses };
}

export type AddField = (slot: Slot, field: Pick<Field, "name" | "kind" | "of" | "cpu" | "element" | "min">) => void;

function contextLayout(
  space: Space,
  code: Code,
  { code: id, cpu }: { readonly code: number; readonly cpu: number },
  ranges: readonly Range[],
  symmetry: Symmetry | undefined,
  add: AddField,
): ContextLayout {
  const twin = symmetry?.twins[id]?.[cpu] ?? id;
  const prefix = `${code.name}${code.cpus.length > 1 ? `@${cpu}` : ""}`;
  const pc = one(space, bitsFor({ min: 0, max: code.steps.length - 1 }), { cpu, role: `pc ${twin}`, named: false });
  add(pc, { name: `${prefix}.pc`, kind: "pc", of: id, cpu, element: 0, min: 0 });
  const sorts = symmetry?.sorts.locals[id] ?? [];
  const objects = symmetry?.objects?.sorts.locals[id] ?? [];
  const slots: (LocalSlot | undefined)[] = code.locals.map(() => undefined);
  for (const group of shareableLocals(code, ranges, [sorts, objects])) {
    const [first = 0] = group.locals;
    const slot = one(space, group.width, { cpu, role: `local ${twin} ${first}`, named: sorts[first] !== undefined });
    for (const l of group.locals) {
      const { min } = defined(ranges[l], "by local");
      slots[l] = { ...slot, min };
      add(slot, { name: `${prefix}.${code.locals[l]?.name}`, kind: "local", of: id, cpu, element: l, min });
    }
  }
  return { code: id, cpu, pc, locals: slots };
}

/** Locals of equal width and sort that are never live together share their bits. */
function shareableLocals(
  code: Code,
  ranges: readonly Range[],
  sorts: readonly (readonly Sort[])[],
): { width: number; locals: number[] }[] {
  /** By local: the steps at which it is live. */
  const liveAt = code.locals.map((): number[] => []);
  for (const [step, { live }] of code.steps.entries()) for (const l of live) liveAt[l]?.push(step);
  /** `taken`: by step, whether one of the locals is live there. */
  const groups: { width: number; means: string; locals: number[]; taken: boolean[] }[] = [];
  for (const [l, steps] of liveAt.entries()) {
    const range = defined(ranges[l], "by local");
    const width = bitsFor(range);
    if (steps.length === 0 || width === 0) continue;
    // The same bits must be the same CPUs, and objects.
    const means = sorts.map((by) => (by[l] === undefined ? "" : `${by[l]} ${range.min}`)).join();
    const fits = groups.find((g) => g.width === width && g.means === means && !steps.some((step) => g.taken[step]));
    const group = fits ?? { width, means, locals: [], taken: [] };
    if (!fits) groups.push(group);
    group.locals.push(l);
    for (const step of steps) group.taken[step] = true;
  }
  return groups;
}
