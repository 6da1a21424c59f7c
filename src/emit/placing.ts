// SPDX-License-Identifier: MIT
// Which fields of a state belong to which CPU or object, and which of them hold the numbers of CPUs.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { type Range, union } from "../program/intervals.ts";
import type { Cell, Program } from "../program/program.ts";
import { elements } from "../program/program.ts";
import type { Sorts, Symmetry } from "../program/symmetry.ts";
import type { BufferLayout, Slot } from "./layout.ts";
import { bufferedCells } from "./memory/store-buffer.ts";
import { bitsFor } from "./ranges.ts";
import type { Owner, Space } from "./space.ts";

export function one(space: Space, width: number, owner: Owner): Slot {
  return defined(space.fields(width, 1, owner)[0], "one field");
}

/** The dimension of a cell whose index is the CPU that its elements belong to; -1: they belong to none. */
export function ownerDimension(sorts: Sorts, id: number): number {
  return sorts.cells[id]?.index.findIndex((sort) => typeof sort === "number") ?? -1;
}

/** Whether an exchange of CPUs rewrites the elements of a cell beyond moving them to the other CPU. */
function isNamed(sorts: Sorts, id: number): boolean {
  const { value, index } = defined(sorts.cells[id], "by cell");
  return value !== undefined || index.filter((sort) => typeof sort === "number").length > 1;
}

/** One slot per element. */
export function cellSlots(space: Space, cell: Cell, id: number, symmetry: Symmetry | undefined): Slot[] {
  const width = bitsFor(cell);
  const count = elements(cell);
  const role = `cell ${id}`;
  const named = symmetry !== undefined && isNamed(symmetry.sorts, id);
  const ofObject = symmetry?.objects ? ownerDimension(symmetry.objects.sorts, id) : -1;
  const sorts = ofObject < 0 ? symmetry?.sorts : symmetry?.objects?.sorts;
  const dimension = sorts ? ownerDimension(sorts, id) : -1;
  const first = sorts?.cells[id]?.index[dimension];
  if (typeof first !== "number") return space.fields(width, count, { role, named });
  const isObject = (number: number): boolean => number >= 0 && number < (symmetry?.objects?.size ?? 0);
  const ownerOf = (number: number): Owner =>
    ofObject < 0 ? { cpu: number, role, named } : { object: isObject(number) ? number : undefined, role, named };
  const extent = defined(cell.dims[dimension], "by dimension");
  const inner = cell.dims.slice(dimension + 1).reduce((n, d) => n * d, 1);
  const slots = new Array<Slot>(count);
  for (let at = 0; at < extent; at++) {
    const own = space.fields(width, count / extent, ownerOf(at - first));
    for (const [i, slot] of own.entries()) {
      const outer = Math.floor(i / inner);
      slots[(outer * extent + at) * inner + (i % inner)] = slot;
    }
  }
  return slots;
}

/** Places address and value of a CPU's i-th entry of a store buffer: side by side, if an exchange rewrites them. */
export function entrySlots(
  space: Space,
  program: Program,
  model: MemoryModel,
  symmetry: Symmetry | undefined,
): (address: number, value: number, cpu: number, i: number) => BufferLayout {
  const named =
    symmetry !== undefined &&
    bufferedCells(program, model).some((id) => isNamed(symmetry.sorts, id) || ownerDimension(symmetry.sorts, id) >= 0);
  return (address, value, cpu, i) => {
    const role = `buffer ${i}`;
    if (!named) {
      const owner = { cpu, named };
      const first = one(space, address, { ...owner, role: `${role} address` });
      return { address: first, value: one(space, value, { ...owner, role: `${role} value` }) };
    }
    const { word, shift } = one(space, address + value, { cpu, role, named });
    return { address: { word, shift, width: address }, value: { word, shift: shift + address, width: value } };
  };
}

/** Code that does the same on several CPUs gets equal fields on all of them. */
export function sharedRanges(ranges: readonly (readonly Range[])[], symmetry: Symmetry | undefined): Range[][] {
  const same = (code: number, other: number): boolean =>
    symmetry?.twins[code]?.some((twin) => twin !== undefined && symmetry.twins[other]?.includes(twin)) ?? false;
  return ranges.map((own, code) => {
    const others = ranges.filter((_, other) => other !== code && same(code, other));
    return own.map((range, l) => others.reduce((all, other) => union(all, defined(other[l], "equal code")), range));
  });
}

/**
 * What the slots of a code's locals hold. Where that are CPUs, or objects, all of them, and bits 0 are none of them, so
 * that a local that is not live is not rewritten.
 */
export function slotRanges(
  { cpus }: Program,
  ranges: readonly Range[],
  code: number,
  symmetry: Symmetry | undefined,
): Range[] {
  return ranges.map((range, l) => {
    const sort = symmetry?.sorts.locals[code]?.[l];
    if (sort === "mask") return union(range, { min: 0, max: 2 ** cpus - 1 });
    if (sort !== undefined) return union(range, { min: sort - 1, max: sort + cpus - 1 });
    const object = symmetry?.objects?.sorts.locals[code]?.[l];
    if (typeof object !== "number") return range;
    return union(range, { min: object - 1, max: object + (symmetry?.objects?.size ?? 0) - 1 });
  });
}
