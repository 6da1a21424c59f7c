// SPDX-License-Identifier: MIT
// Store buffers in Promela: two arrays per CPU, oldest entry first, shifted when the oldest store is published, so that
// equal buffers are equal.

import { defined } from "../base/assert.ts";
import { union } from "../program/intervals.ts";
import { typeOf } from "./contexts.ts";
import { lengthOf, type Sheet, type StoreBuffer, variable } from "./expressions.ts";
import type { Machine } from "./moves.ts";
import type { Names } from "./names.ts";

export function buffersOf({ layout }: Machine, names: Names): StoreBuffer[] {
  return layout.buffers.map((entries, cpu) => ({
    cpu,
    length: entries.length,
    addresses: names.of(`CPU ${cpu} buffer address`),
    values: names.of(`CPU ${cpu} buffer value`),
    load: names.of(`CPU ${cpu} load`),
    store: names.of(`CPU ${cpu} store`),
  }));
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Variables, and the two things that a CPU does with its buffer. */
export function declareBuffers(sheet: Sheet): string[] {
  const { layout, program, buffers, cellNames } = sheet;
  if (buffers.length === 0) return [];
  const cells = [...layout.addresses];
  const legend = cells.map(([id, base]) => {
    const length = lengthOf(sheet, id);
    return length === 1 ? ` * ${base}: ${cellNames[id]}` : ` * ${base} ... ${base + length - 1}: ${cellNames[id]}[]`;
  });
  const last = Math.max(...cells.map(([id, base]) => base + lengthOf(sheet, id) - 1));
  const ranges = cells.map(([id]) => defined(program.cells[id], "cells exist"));
  const types = [
    typeOf({ min: 0, max: last }, "an address"),
    typeOf(ranges.reduce(union, { min: 0, max: 0 }), "a buffered value"),
  ];
  return [
    `/* Store buffers, oldest entry first. Address 0 is a free entry, the others are:\n${legend.join("\n")} */`,
    ...buffers.flatMap((buffer) => [
      `${types[0]} ${buffer.addresses}[${buffer.length}];`,
      `${types[1]} ${buffer.values}[${buffer.length}];`,
    ]),
    ...buffers.flatMap((buffer) => [printLoad(buffer), printStore(buffer)]),
  ];
}

function printLoad({ load, length, addresses, values }: StoreBuffer): string {
  const newestFirst = upTo(length).reduce(
    (older, i) => `(${addresses}[${i}] == (a) -> ${values}[${i}] : \\\n   ${older})`,
    "(memory)",
  );
  return `#define ${load}(a, memory) \\\n   ${newestFirst}`;
}

function printStore({ store, length, addresses, values }: StoreBuffer): string {
  const ways = upTo(length).map((i) => {
    const taken = i > 0 ? `${addresses}[${i - 1}] != 0 && ` : "";
    return `   :: ${taken}${addresses}[${i}] == 0 -> ${addresses}[${i}] = a; ${values}[${i}] = v`;
  });
  return [`inline ${store}(a, v) {`, "   if", ...ways, "   fi", "}"].join("\n");
}

/** The statements that publish the oldest store. */
export function printDrain(sheet: Sheet, { addresses, values, length }: StoreBuffer): string[] {
  const address = `${addresses}[0]`;
  const ways = [...sheet.layout.addresses].map(([id, base]) => {
    const end = base + lengthOf(sheet, id);
    const place = variable(sheet, id, `${address} - ${base}`);
    return `:: ${address} >= ${base} && ${address} < ${end} -> ${place} = ${values}[0]`;
  });
  const shift = [addresses, values].flatMap((array) => [
    ...upTo(length - 1).map((i) => `${array}[${i}] = ${array}[${i + 1}];`),
    `${array}[${length - 1}] = 0;`,
  ]);
  return ["if", ...ways, "fi;", ...shift];
}
