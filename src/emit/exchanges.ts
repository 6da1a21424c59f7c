// SPDX-License-Identifier: MIT
// What an exchange of CPUs does to the bits of a packed state beside moving the words of each CPU: the fields that hold
// numbers of CPUs, or lie in an order of CPUs, as tables.
import { defined } from "../base/assert.ts";
import { elements, type Program } from "../program/program.ts";
import { imagesOf, type Permutation, permuted, type Sort, type Symmetry } from "../program/symmetry.ts";
import type { PackedLayout, Slot } from "./layout.ts";
import { maskOf } from "./packed-cells.ts";

/** Bits that move together. */
interface Moving {
  readonly from: Slot;
  /** What they hold may change, too. */
  readonly rewritten: boolean;
  /** Where they go in the words of the CPU that takes the place of theirs, and what they become. */
  readonly image: (permutation: Permutation, bits: number) => { readonly slot: Slot; readonly bits: number };
}

/** Bits of one word that are looked up together. */
export interface Chunk {
  readonly word: number;
  readonly shift: number;
  readonly width: number;
  /** By word that they go to, as if no CPU moved: by permutation, the new bits for every value. */
  readonly images: ReadonlyMap<number, readonly Int32Array[]>;
}

/** Wider fields would make tables that no cache holds. */
const NAMED_WIDTH_MAX = 12;

/** Entries of one table, over all permutations, that fit well in a first-level cache. */
const TABLE_ENTRIES = 1 << 11;

class Images {
  private readonly program: Program;
  private readonly layout: PackedLayout;
  private readonly symmetry: Symmetry;

  constructor(program: Program, layout: PackedLayout, symmetry: Symmetry) {
    this.program = program;
    this.layout = layout;
    this.symmetry = symmetry;
  }

  private value(sort: Sort, min: number): (permutation: Permutation, bits: number) => number {
    return (permutation, bits) => permuted(sort, bits + min, permutation) - min;
  }

  /** The element of a cell that takes the place of another. */
  private element(id: number, flat: number, permutation: Permutation): number {
    const { index } = defined(this.symmetry.sorts.cells[id], "by cell");
    const images = imagesOf(defined(this.program.cells[id], "cells exist"), index, permutation);
    return defined(images[flat], "by element");
  }

  cells(): Moving[] {
    return this.layout.cells.flatMap((place, id) => {
      if ("values" in place) return [];
      const { min } = defined(this.program.cells[id], "cells exist");
      const { value: sort } = defined(this.symmetry.sorts.cells[id], "by cell");
      const value = this.value(sort, min);
      return place.slots.map(
        (from, flat): Moving => ({
          from,
          rewritten: sort !== undefined,
          image: (permutation, bits) => ({
            slot: defined(place.slots[this.element(id, flat, permutation)], "by element"),
            bits: value(permutation, bits),
          }),
        }),
      );
    });
  }

  contexts(): Moving[] {
    const { contexts } = this.layout;
    return contexts.flatMap(({ code, cpu, pc, locals }) => {
      const twin = this.symmetry.twins[code]?.[cpu];
      const other = (permutation: Permutation) =>
        defined(
          contexts.find((c) => c.cpu === permutation[cpu] && this.symmetry.twins[c.code]?.[c.cpu] === twin),
          "exchangeable CPUs run the same code",
        );
      const sorts = defined(this.symmetry.sorts.locals[code], "by code");
      return [
        { from: pc, rewritten: false, image: (permutation, bits) => ({ slot: other(permutation).pc, bits }) },
        ...locals.flatMap((from, l): Moving[] => {
          const value = from && this.value(sorts[l], from.min);
          if (from === undefined || value === undefined) return [];
          const image = (permutation: Permutation, bits: number) => ({
            slot: defined(other(permutation).locals[l], "equal code keeps equal locals"),
            bits: value(permutation, bits),
          });
          return [{ from, rewritten: sorts[l] !== undefined, image }];
        }),
      ];
    });
  }

  /** Entries of store buffers: an address, and a value of the sort that is stored there. */
  buffers(): Moving[] {
    const { buffers, addresses } = this.layout;
    const stored = [...addresses].flatMap(([id]) =>
      Array.from({ length: elements(defined(this.program.cells[id], "cells exist")) }, (_, flat) => ({ id, flat })),
    );
    const image = (permutation: Permutation, address: number, value: number): [number, number] => {
      const at = stored[address - 1];
      if (at === undefined) return [address, value];
      const { min } = defined(this.program.cells[at.id], "cells exist");
      const { value: sort } = defined(this.symmetry.sorts.cells[at.id], "by cell");
      const to = defined(addresses.get(at.id), "buffered") + this.element(at.id, at.flat, permutation);
      return [to, this.value(sort, min)(permutation, value)];
    };
    return buffers.flatMap((entries, cpu) =>
      entries.flatMap(({ address, value }, i): Moving[] => {
        const other = (permutation: Permutation) =>
          defined(buffers[defined(permutation[cpu], "by CPU")]?.[i], "equal buffers");
        const together = value.word === address.word && value.shift === address.shift + address.width;
        if (!together) {
          // Nothing that is buffered is of a CPU, or holds one.
          const parts = ["address", "value"] as const;
          return parts.map((part) => ({
            from: part === "address" ? address : value,
            rewritten: false,
            image: (permutation, bits) => ({ slot: other(permutation)[part], bits }),
          }));
        }
        const both = (slot: typeof address): Slot => ({ ...slot, width: address.width + value.width });
        return [
          {
            from: both(address),
            rewritten: true,
            image: (permutation, bits) => {
              const [to, now] = image(permutation, bits & maskOf(address), bits >>> address.width);
              return { slot: both(other(permutation).address), bits: to | (now << address.width) };
            },
          },
        ];
      }),
    );
  }
}

/** By word: the word of the class's first CPU in the same place. */
export function homeWords({ words, symmetric }: PackedLayout): number[] {
  const home = Array.from({ length: words }, (_, word) => word);
  for (const { cpus, start, size } of symmetric?.units ?? [])
    for (let w = 0; w < cpus.length * size; w++) home[start + w] = start + (w % size);
  return home;
}

export interface Exchanges {
  /** By home word: the bits that move with the words of their CPU, and are not rewritten. */
  readonly kept: readonly number[];
  /** Those of them that no exchange of objects rewrites, either: CPUs are sorted by these. */
  readonly keys: readonly number[];
  readonly chunks: readonly Chunk[];
}

function chunked(list: readonly Moving[], width: number): Moving[][] {
  const chunks: Moving[][] = [];
  const sorted = [...list].sort((a, b) => a.from.word - b.from.word || a.from.shift - b.from.shift);
  for (const one of sorted) {
    const chunk = chunks.at(-1);
    const [first, last] = [chunk?.[0]?.from, chunk?.at(-1)?.from];
    const follows = last && last.word === one.from.word && last.shift + last.width === one.from.shift;
    const fits = first && one.from.shift + one.from.width - first.shift <= width;
    if (chunk && follows && fits) chunk.push(one);
    else chunks.push([one]);
  }
  return chunks;
}

/** By home word: what becomes of every value of the bits. */
function tablesOf(
  chunk: readonly Moving[],
  { shift, width }: Slot,
  permutations: readonly Permutation[],
  home: readonly number[],
): Map<number, Int32Array[]> {
  const images = new Map<number, Int32Array[]>();
  const tables = (word: number): Int32Array[] => {
    const known = images.get(word) ?? permutations.map(() => new Int32Array(1 << width));
    images.set(word, known);
    return known;
  };
  for (const [p, permutation] of permutations.entries())
    for (const { from, image } of chunk)
      for (let value = 0; value < 1 << width; value++) {
        const { slot, bits } = image(permutation, (value >>> (from.shift - shift)) & maskOf(from));
        const table = defined(tables(defined(home[slot.word], "by word"))[p], "by permutation");
        table[value] = (table[value] ?? 0) | (bits << slot.shift);
      }
  return images;
}

/** undefined: some field is too wide to be looked up. */
export function exchangesOf(
  program: Program,
  layout: PackedLayout,
  symmetry: Symmetry,
  permutations: readonly Permutation[],
): Exchanges | undefined {
  const home = homeWords(layout);
  const isHome = (word: number): boolean => home[word] === word;
  const stays = ({ from, image }: Moving, permutation: Permutation): boolean => {
    const { slot } = image(permutation, 0);
    return home[slot.word] === home[from.word] && slot.shift === from.shift;
  };
  const images = new Images(program, layout, symmetry);
  const named = [...images.contexts(), ...images.cells(), ...images.buffers()].filter(
    (one) =>
      one.from.width > 0 && isHome(one.from.word) && (one.rewritten || !permutations.every((p) => stays(one, p))),
  );
  // Locals that share their bits move as one.
  const places = named.filter(
    ({ from }, i) => !named.slice(0, i).some((b) => b.from.word === from.word && b.from.shift === from.shift),
  );
  if (places.some(({ from }) => from.width > NAMED_WIDTH_MAX)) return undefined;
  const kept = new Array<number>(layout.words).fill(-1);
  for (const { from } of places) kept[from.word] = (kept[from.word] ?? 0) & ~(maskOf(from) << from.shift);
  const width = Math.max(1, Math.floor(Math.log2(TABLE_ENTRIES / permutations.length)));
  const chunks = chunked(places, width).map((chunk): Chunk => {
    const { word, shift } = defined(chunk[0], "chunks have fields").from;
    const last = defined(chunk.at(-1), "chunks have fields").from;
    const slot = { word, shift, width: last.shift + last.width - shift };
    return { ...slot, images: tablesOf(chunk, slot, permutations, home) };
  });
  const keys = [...kept];
  for (const { word, shift, width } of referencesOf(program, layout)) {
    const at = defined(home[word], "by word");
    keys[at] = (keys[at] ?? 0) & ~(maskOf({ width }) << shift);
  }
  return { kept, keys, chunks };
}

/** Fields that hold the numbers of objects that can be exchanged. */
export interface Reference extends Slot {
  /** What bits 0 are, less the number of the first object. */
  readonly first: number;
}

export function referencesOf(program: Program, layout: PackedLayout): Reference[] {
  const sorts = layout.symmetric?.symmetry.objects?.sorts;
  if (sorts === undefined) return [];
  const cells = layout.cells.flatMap((place, id): Reference[] => {
    const value = sorts.cells[id]?.value;
    if ("values" in place || typeof value !== "number") return [];
    const { min } = defined(program.cells[id], "cells exist");
    return place.slots.map((slot) => ({ ...slot, first: min - value }));
  });
  const locals = layout.contexts.flatMap(({ code, locals }) =>
    locals.flatMap((slot, l): Reference[] => {
      const value = sorts.locals[code]?.[l];
      return slot === undefined || typeof value !== "number" ? [] : [{ ...slot, first: slot.min - value }];
    }),
  );
  // Locals that share their bits are one.
  const all = [...cells, ...locals].filter(({ width }) => width > 0);
  return all.filter((a, i) => !all.slice(0, i).some((b) => b.word === a.word && b.shift === a.shift));
}
