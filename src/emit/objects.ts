// SPDX-License-Identifier: MIT
// The canonical form of a state under exchanges of objects, in emitted code. All that there is of an object are bits of
// its own, and who refers to it: together, its key. Objects with equal keys cannot be told apart; so sorting them by
// their keys is exact, and no exchange has to be tried.
import { defined } from "../base/assert.ts";
import type { Program } from "../program/program.ts";
import { type Reference, referencesOf } from "./exchanges.ts";
import type { PackedLayout, Slot } from "./layout.ts";
import { maskOf } from "./packed-cells.ts";

/** Numbers up to this many bits are compared as such. */
const KEY_BITS = 31;

const read = ({ word, shift, width }: Slot): string => {
  const bits = shift === 0 ? `O[k+${word}]` : `O[k+${word}]>>>${shift}`;
  return width === 32 ? bits : `(${bits}&${maskOf({ width })})`;
};

/** Bits for the number of an object. */
const bitsOf = (size: number): number => Math.ceil(Math.log2(size));

/** How many bits a key has: those of the object, one for each reference, and its number. */
function keyBits(objects: readonly Slot[], references: readonly Reference[]): number {
  return (objects[0]?.width ?? 0) + references.length + bitsOf(objects.length);
}

/** Whether objects can be sorted in this layout: not if store buffers hold any. */
export function canSort(program: Program, layout: PackedLayout): boolean {
  const objects = layout.symmetric?.objects ?? [];
  const sorts = layout.symmetric?.symmetry.objects?.sorts.cells;
  const isBuffered = [...layout.addresses.keys()].some((id) => {
    const { value, index } = { value: undefined, index: [], ...sorts?.[id] };
    return [value, ...index].some((sort) => sort !== undefined);
  });
  return objects.length > 1 && !isBuffered && keyBits(objects, referencesOf(program, layout)) <= KEY_BITS;
}

/** A function objects(O, k), which puts the state at O[k] into canonical form. undefined: there is nothing to sort. */
export function printObjects(program: Program, layout: PackedLayout): string | undefined {
  if (!canSort(program, layout)) return undefined;
  const { objects } = defined(layout.symmetric, "a symmetric layout");
  const references = referencesOf(program, layout);
  const size = objects.length;
  const number = bitsOf(size);
  const low = number + references.length;
  const own = objects.map((slot, i) => `KO[${i}]=${slot.width === 0 ? "" : `${read(slot)}<<${low}|`}${i};`);
  // What refers to no object is not renamed.
  const refer = references.map(
    (slot, i) =>
      `const r${i}=${read(slot)}${slot.first < 0 ? slot.first : `+${slot.first}`};` +
      `if(r${i}>=0&&r${i}<${size})KO[r${i}]|=${1 << (number + i)};`,
  );
  const words = [...new Set([...objects, ...references].filter(({ width }) => width > 0).map(({ word }) => word))];
  const clear = words.map((word) => {
    const slots = objects.filter((slot) => slot.word === word && slot.width > 0);
    const mask = slots.reduce((all, { shift, width }) => all | (maskOf({ width }) << shift), 0);
    return mask === 0 ? "" : `O[k+${word}]&=${~mask};`;
  });
  const put = objects.map(({ word, shift, width }, i) =>
    width === 0 ? "" : `O[k+${word}]|=KO[${i}]>>>${low}<<${shift};`,
  );
  const rename = references.map(
    ({ word, shift, width, first }, i) =>
      `if(r${i}>=0&&r${i}<${size})O[k+${word}]=O[k+${word}]&${~(maskOf({ width }) << shift)}|` +
      `NO[r${i}]-(${first})<<${shift};`,
  );
  return (
    `const KO=new Int32Array(${size}),NO=new Int32Array(${size});\n` +
    `function objects(O,k){${own.join("")}${refer.join("")}let m=0;for(let i=1;i<${size};i++){` +
    `const x=KO[i];let j=i;while(j>0&&KO[j-1]>x){KO[j]=KO[--j];}if(j<i){KO[j]=x;m=1;}}` +
    `if(m===0)return;for(let i=0;i<${size};i++)NO[KO[i]&${2 ** number - 1}]=i;` +
    `${clear.join("")}${put.join("")}${rename.join("")}}\n`
  );
}
