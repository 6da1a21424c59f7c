// SPDX-License-Identifier: MIT
// Who gets which bits of a packed state. Plain: first fit. Symmetric: what belongs to a CPU lies in words of its own,
// at the same places for all CPUs that can be exchanged, so that an exchange moves whole words; and what belongs to an
// object in bits of its own, in the same order for all objects.
import { assert, defined } from "../base/assert.ts";
import type { Symmetry } from "../program/symmetry.ts";
import type { Slot } from "./layout.ts";

/** Of what fields are a part. */
export interface Owner {
  /** The CPU that they belong to; undefined: none. */
  readonly cpu?: number | undefined;
  /** Names them among all that belongs to the CPU, in the same way for every CPU. */
  readonly role: string;
  /** They hold the numbers of CPUs, or lie in an order of CPUs: an exchange rewrites them. */
  readonly named: boolean;
  /** The object that they belong to, and to no CPU. */
  readonly object?: number | undefined;
}

export interface Space {
  readonly words: number;
  /** `count` fields of `width` bits, side by side in one word if they fit. */
  fields(width: number, count: number, owner: Owner): Slot[];
}

function place(width: number, count: number, take: (bits: number) => Slot): Slot[] {
  assert(width <= 32, "a field fits in a word");
  if (width * count > 32) return Array.from({ length: count }, () => take(width));
  const { word, shift } = take(width * count);
  return Array.from({ length: count }, (_, i) => ({ word, shift: shift + i * width, width }));
}

export class PlainSpace implements Space {
  /** Free bits from here on, by word. */
  private readonly used: number[] = [];

  get words(): number {
    return this.used.length;
  }

  fields(width: number, count: number): Slot[] {
    return place(width, count, (bits) => this.take(bits));
  }

  private take(width: number): Slot {
    let word = this.used.findIndex((bits) => bits + width <= 32);
    if (word < 0) word = this.used.push(0) - 1;
    const shift = defined(this.used[word], "just found");
    this.used[word] = shift + width;
    return { word, shift, width };
  }
}

/** Words that are filled from below with what an exchange rewrites, and from above with what it leaves alone. */
class Unit {
  private readonly low: number[] = [];
  private readonly high: number[] = [];

  get words(): number {
    return this.low.length;
  }

  fields(width: number, count: number, named: boolean): Slot[] {
    return place(width, count, (bits) => this.take(bits, named));
  }

  private take(width: number, named: boolean): Slot {
    const from = (word: number): number => defined(this.low[word], "by word");
    const to = (word: number): number => 32 - defined(this.high[word], "by word");
    let word = this.low.findIndex((_, w) => to(w) - from(w) >= width);
    if (word < 0) {
      word = this.low.push(0) - 1;
      this.high.push(0);
    }
    const shift = named ? from(word) : to(word) - width;
    (named ? this.low : this.high)[word] = named ? shift + width : 32 - shift;
    return { word, shift, width };
  }
}

const WORD = 32;

/** As many objects in a word as fit there. */
class ObjectSpace {
  private readonly count: number;
  private readonly width: number;
  private readonly known = new Map<string, number>();
  /** How many bits an object takes. */
  taken = 0;

  /** `width`: how many bits each object has. */
  constructor(count: number, width: number) {
    this.count = count;
    this.width = width;
  }

  private get perWord(): number {
    return Math.max(1, Math.floor(WORD / Math.max(1, this.width)));
  }

  get words(): number {
    return this.width === 0 ? 0 : Math.ceil(this.count / this.perWord);
  }

  get slots(): Slot[] {
    const { perWord, width } = this;
    return Array.from({ length: this.count }, (_, i) => ({
      word: Math.floor(i / perWord),
      shift: (i % perWord) * width,
      width,
    }));
  }

  fields(width: number, count: number, role: string, object: number): Slot[] {
    const at = this.known.get(role) ?? this.taken;
    if (!this.known.has(role)) this.taken += width * count;
    this.known.set(role, at);
    const { word, shift } = defined(this.slots[object], "objects have bits");
    return Array.from({ length: count }, (_, i) => ({ word, shift: shift + at + i * width, width }));
  }
}

export class SymmetricSpace implements Space {
  /** By class of CPUs, and behind them what belongs to none. */
  private readonly units: readonly Unit[];
  private readonly rest = new Unit();
  private readonly known = new Map<string, Slot[]>();
  private readonly classes: readonly (readonly number[])[];
  /** By class: how many words a CPU of it needs. */
  private readonly sizes: readonly number[];
  private readonly objects: ObjectSpace;

  /** `earlier`: one in which the same was placed. */
  constructor({ classes, objects }: Symmetry, earlier?: SymmetricSpace) {
    this.classes = classes;
    this.units = classes.map(() => new Unit());
    this.sizes = earlier?.taken ?? classes.map(() => 0);
    this.objects = new ObjectSpace(objects?.size ?? 0, earlier?.objects.taken ?? WORD);
  }

  /** By object, where its bits are. */
  get ofObjects(): Slot[] {
    return this.objects.slots.map((slot) => ({ ...slot, word: slot.word + this.start(this.classes.length) }));
  }

  /** By class: how many words a CPU takes. */
  get taken(): number[] {
    return this.units.map(({ words }) => words);
  }

  /** How many bits an object takes. */
  get takenByObject(): number {
    return this.objects.taken;
  }

  /** Offset of the words of the class's first CPU; the others follow. */
  start(cls: number): number {
    return this.classes
      .slice(0, cls)
      .reduce((n, members, i) => n + members.length * defined(this.sizes[i], "by class"), 0);
  }

  get words(): number {
    return this.start(this.classes.length) + this.objects.words + this.rest.words;
  }

  fields(width: number, count: number, { cpu, role, named, object }: Owner): Slot[] {
    const cls = this.classes.findIndex((members) => cpu !== undefined && members.includes(cpu));
    const move = (slots: Slot[], by: number): Slot[] => slots.map((slot) => ({ ...slot, word: slot.word + by }));
    const behind = this.start(this.classes.length);
    if (object !== undefined) return move(this.objects.fields(width, count, role, object), behind);
    if (cls < 0) return move(this.rest.fields(width, count, named), behind + this.objects.words);
    const key = `${cls} ${role}`;
    const slots = this.known.get(key) ?? defined(this.units[cls], "by class").fields(width, count, named);
    this.known.set(key, slots);
    assert(
      slots.length === count && slots.every((slot) => slot.width === width),
      "exchangeable CPUs have equal fields",
    );
    const member = defined(this.classes[cls], "by class").indexOf(cpu ?? 0);
    return move(slots, this.start(cls) + member * defined(this.sizes[cls], "by class"));
  }
}
