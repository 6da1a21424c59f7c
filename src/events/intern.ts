// SPDX-License-Identifier: MIT
// Small ids for values that repeat: byte strings (task names, symbols) and 64-bit words (kernel pointers).
// Open-addressed tables over typed arrays: a lookup allocates nothing, which a Map keyed by string or bigint would.

const MIN_SLOTS = 1024;

/** Byte strings to dense ids. Decoded once, at the end. */
export class ByteStrings {
  #slots = new Int32Array(MIN_SLOTS).fill(-1);
  #hashes = new Int32Array(MIN_SLOTS / 2);
  #starts = new Uint32Array(MIN_SLOTS / 2 + 1);
  #bytes = new Uint8Array(4096);
  count = 0;

  /** The id of bytes[from, to). */
  intern(bytes: Uint8Array, from: number, to: number): number {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = this.#slots[slot]!;
      if (id < 0) return this.#add(slot, hash, bytes, from, to);
      if (this.#hashes[id] === hash && this.#same(id, bytes, from, to)) return id;
      slot = (slot + 1) & mask;
    }
  }

  internString(text: string): number {
    const bytes = new TextEncoder().encode(text);
    return this.intern(bytes, 0, bytes.length);
  }

  #same(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[id]!;
    if (this.#starts[id + 1]! - start !== to - from) return false;
    for (let i = from; i < to; i++) if (this.#bytes[start + i - from] !== bytes[i]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, from: number, to: number): number {
    const id = this.count++;
    const start = this.#starts[id]!;
    const end = start + to - from;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, end);
    this.#bytes.set(bytes.subarray(from, to), start);
    this.#hashes[id] = hash;
    this.#starts[id + 1] = end;
    this.#slots[slot] = id;
    if (this.count * 2 >= this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      const hash = this.#hashes[id]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
    this.#hashes = grown(this.#hashes, slots.length / 2);
    this.#starts = grown(this.#starts, slots.length / 2 + 1);
  }

  text(id: number): string {
    return decodeBytes(this.#bytes.subarray(this.#starts[id]!, this.#starts[id + 1]!));
  }

  /** All strings in the order of their ids. */
  strings(): string[] {
    return Array.from({ length: this.count }, (_, id) => this.text(id));
  }
}

/** 64-bit words to dense ids. */
export class Words {
  #slots = new Int32Array(MIN_SLOTS).fill(-1);
  #high = new Int32Array(MIN_SLOTS / 2);
  #low = new Int32Array(MIN_SLOTS / 2);
  count = 0;

  /** `high` and `low` are the halves as int32; two halves that are equal as bits are one word. */
  intern(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashWord(high, low) & mask;
    for (;;) {
      const id = this.#slots[slot]!;
      if (id < 0) break;
      if (this.#low[id] === low && this.#high[id] === high) return id;
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    this.#high[id] = high;
    this.#low[id] = low;
    this.#slots[slot] = id;
    if (this.count * 2 >= this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = hashWord(this.#high[id]!, this.#low[id]!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
    this.#high = grown(this.#high, slots.length / 2);
    this.#low = grown(this.#low, slots.length / 2);
  }

  words(): BigUint64Array {
    const words = new BigUint64Array(this.count);
    for (let id = 0; id < this.count; id++) {
      words[id] = (BigInt(this.#high[id]! >>> 0) << 32n) | BigInt(this.#low[id]! >>> 0);
    }
    return words;
  }
}

function hashWord(high: number, low: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** A task name may hold any bytes: UTF-8 where it is, else one character per byte, so that nothing is lost. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

type Growable = Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** A copy with room for at least `needed` elements, and at least twice the old room. */
export function grown<T extends Growable>(array: T, needed: number): T {
  const ArrayType = array.constructor as new (length: number) => T;
  const copy = new ArrayType(Math.max(needed, array.length * 2));
  copy.set(array);
  return copy;
}
