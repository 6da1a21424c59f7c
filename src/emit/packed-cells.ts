// SPDX-License-Identifier: MIT
// Reading and writing bit fields. The words of the state at hand are the JavaScript variables n0, n1, …
import { defined } from "../base/assert.ts";
import type { Program } from "../program/program.ts";
import type { PackedLayout, Slot } from "./layout.ts";

const LITERAL = /^\(?-?\d+\)?$/;

export function maskOf(slot: Pick<Slot, "width">): number {
  return slot.width === 32 ? -1 : (1 << slot.width) - 1;
}

/** The value of a field whose range starts at `min`. */
export function readSlot(slot: Slot | undefined, min: number): string {
  if (!slot || slot.width === 0) return min < 0 ? `(${min})` : `${min}`;
  const bits =
    slot.width === 32
      ? `(n${slot.word}>>>0)`
      : slot.shift + slot.width === 32
        ? `(n${slot.word}>>>${slot.shift})`
        : slot.shift === 0
          ? `(n${slot.word}&${maskOf(slot)})`
          : `(n${slot.word}>>>${slot.shift}&${maskOf(slot)})`;
  return offset(bits, min);
}

function offset(bits: string, min: number): string {
  return min === 0 ? bits : `(${bits}${min < 0 ? "" : "+"}${min})`;
}

/** The bits to store for a value. */
export function bitsOf(value: string, min: number): string {
  if (min === 0) return value;
  if (LITERAL.test(value)) return `${Number(value.replace(/[()]/g, "")) - min}`;
  return min < 0 ? `(${value}+${-min})` : `(${value}-${min})`;
}

export function writeSlot(slot: Slot, value: string, min: number): string {
  const n = `n${slot.word}`;
  const bits = bitsOf(value, min);
  if (slot.width === 32) return `${n}=${bits}|0;`;
  const clear = ~(maskOf(slot) << slot.shift);
  if (LITERAL.test(bits)) {
    const set = Number(bits) << slot.shift;
    return set === 0 ? `${n}&=${clear};` : `${n}=${n}&${clear}|${set};`;
  }
  return `${n}=${n}&${clear}|${bits}<<${slot.shift};`;
}

/** Index of an element within its cell, from one index per dimension. */
export function flat(dims: readonly number[], index: readonly string[]): string {
  let text = "0";
  dims.forEach((extent, i) => {
    const next = defined(index[i], "one index per dimension");
    if (LITERAL.test(text) && LITERAL.test(next)) text = `${Number(text) * extent + Number(next.replace(/[()]/g, ""))}`;
    else if (text === "0") text = next;
    else if (next === "0") text = `${text}*${extent}`;
    else text = `(${text}*${extent}+${next})`;
  });
  return text;
}

/** If the slots lie evenly in one word, the shift of element `at`. */
function evenShift(slots: readonly Slot[], at: string): string | undefined {
  const first = defined(slots[0], "a cell has elements");
  const even = slots.every((s, i) => s.word === first.word && s.shift === first.shift + i * first.width);
  if (!even) return undefined;
  const scaled = first.width === 1 ? at : `${first.width}*${at}`;
  return first.shift === 0 ? scaled : `${first.shift}+${scaled}`;
}

export function readElement(program: Program, layout: PackedLayout, id: number, index: readonly string[]): string {
  const cell = defined(program.cells[id], "cells exist");
  const at = flat(cell.dims, index);
  const place = defined(layout.cells[id], "by cell");
  if ("values" in place) {
    const [first] = place.values;
    if (place.values.every((v) => v === first)) return `${first}`;
    return LITERAL.test(at) ? `${place.values[Number(at)] ?? 0}` : `K${id}[${at}]`;
  }
  const { slots } = place;
  if (LITERAL.test(at) || slots.length === 0) return readSlot(slots[Number(at)], cell.min);
  const first = defined(slots[0], "a cell has elements");
  const shift = evenShift(slots, at);
  if (shift !== undefined) return offset(`(n${first.word}>>>(${shift})&${maskOf(first)})`, cell.min);
  const chain = slots
    .slice(0, -1)
    .map((slot, i) => `${at}===${i}?${readSlot(slot, cell.min)}:`)
    .join("");
  return `(${chain}${readSlot(slots.at(-1), cell.min)})`;
}

export function writeElement(program: Program, layout: PackedLayout, id: number, at: string, value: string): string {
  const cell = defined(program.cells[id], "cells exist");
  const place = defined(layout.cells[id], "by cell");
  if ("values" in place) return "";
  const { slots } = place;
  if (LITERAL.test(at) || slots.length === 0) {
    const slot = slots[Number(at)];
    return slot ? writeSlot(slot, value, cell.min) : "";
  }
  const first = defined(slots[0], "a cell has elements");
  const shift = evenShift(slots, at);
  if (shift !== undefined) {
    const n = `n${first.word}`;
    return `{const h=${shift};${n}=${n}&~(${maskOf(first)}<<h)|${bitsOf(value, cell.min)}<<h;}`;
  }
  return `switch(${at}){${slots.map((slot, i) => `case ${i}:${writeSlot(slot, value, cell.min)}break;`).join("")}}`;
}

/** Arrays of constants that readElement() refers to. */
export function constantTables(layout: PackedLayout): string {
  return layout.cells
    .map((place, id) => ("values" in place ? `const K${id}=[${place.values.join(",")}];` : ""))
    .join("");
}
