// SPDX-License-Identifier: MIT
// A short text that is compared a word of four bytes at a time: a fourth of the loads and branches.

const MAX_BYTES = 64;
/** Reads of words go on up to this far behind the bytes that they are about. */
export const WORD_SLACK = 8;

export class Literal {
  length = 0;
  /** The first byte. */
  first = -1;
  // The first eight bytes, as words and which bits of them count; most literals have no more.
  #word0 = 0;
  #mask0 = 0;
  #word1 = 0;
  #mask1 = 0;
  readonly #words = new Int32Array(MAX_BYTES / 4);

  /** The text, or undefined if it is too long for a Literal. */
  static of(text: Uint8Array): Literal | undefined {
    const padded = new Uint8Array(text.length + WORD_SLACK);
    padded.set(text);
    const literal = new Literal();
    return literal.set(new DataView(padded.buffer), 0, text.length) ? literal : undefined;
  }

  /** Becomes the text at [from, to); false, and empty, if it is too long. */
  set(view: DataView, from: number, to: number): boolean {
    const fits = to - from <= MAX_BYTES;
    this.length = fits ? to - from : 0;
    this.first = this.length > 0 ? view.getUint8(from) : -1;
    this.#mask0 = maskOf(this.length);
    this.#word0 = view.getInt32(from, true) & this.#mask0;
    this.#mask1 = maskOf(this.length - 4);
    this.#word1 = view.getInt32(from + 4, true) & this.#mask1;
    for (let i = 8; i < this.length; i += 4) this.#words[i >> 2] = view.getInt32(wordAt(from, i, this.length), true);
    return fits;
  }

  /** True if the text stands at `at`. */
  at(view: DataView, at: number): boolean {
    const word0 = view.getInt32(at, true) & this.#mask0;
    if (word0 !== this.#word0 || (view.getInt32(at + 4, true) & this.#mask1) !== this.#word1) return false;
    return this.length <= 8 || this.#restAt(view, at);
  }

  #restAt(view: DataView, at: number): boolean {
    const words = this.#words;
    const last = at + this.length - 4;
    let i = 2;
    for (let p = at + 8; p < last; p += 4) if (view.getInt32(p, true) !== words[i++]) return false;
    return view.getInt32(last, true) === words[i];
  }
}

/** The bits of a little-endian word that belong to its first `count` bytes. */
function maskOf(count: number): number {
  return count >= 4 ? -1 : count <= 0 ? 0 : (1 << (count * 8)) - 1;
}

/** Where word `i / 4` of a text is read: the last one ends with the text, and may overlap the one before. */
export function wordAt(from: number, i: number, length: number): number {
  return from + Math.min(i, length - 4);
}

/** Two words of text to one number, of which any bits may be used: the words differ in few. */
export function mix(first: number, second: number): number {
  const both = Math.imul(first, 0x85ebca6b) ^ Math.imul(second ^ (second >>> 15), 0xc2b2ae35);
  const spread = Math.imul(both ^ (both >>> 13), 0x2c1b3c6d);
  return spread ^ (spread >>> 16);
}
