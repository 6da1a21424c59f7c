// SPDX-License-Identifier: MIT
// Protocol buffers, as far as one must know them to read a message field by field: a field is a tag (its number, and
// how it is encoded) and a value. Works on a range of bytes and makes no objects: one cursor per level of nesting is
// opened again and again. A length is only believed if that many bytes are there.

import type { EventTableBuilder } from "../../events/builder.ts";

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const HALF = 2 ** 32;
/** Below this in the upper half, a 64-bit value is exact as a double. */
const EXACT_HIGH = 2 ** 21;

export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Of the field read last: its number and encoding, and its value's halves or range. */
  field = 0;
  wire = 0;
  low = 0;
  high = 0;
  from = 0;
  to = 0;
  /** The range is no message: it ends within a field, or has a field that cannot be. */
  broken = false;

  /** Starts to read the message bytes[from, to). */
  open(bytes: Uint8Array, from: number, to: number): this {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.broken = false;
    return this;
  }

  /** Reads the next field; false at the end, and where the range is no message. */
  next(): boolean {
    if (this.at >= this.end || !this.varint()) return false;
    if (this.high !== 0 || this.low >>> 3 === 0) return this.#break();
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.wire === WIRE.varint) return this.varint();
    if (this.wire === WIRE.bytes) return this.#range();
    if (this.wire === WIRE.fixed64) return this.#fixed(8);
    if (this.wire === WIRE.fixed32) return this.#fixed(4);
    return this.#break();
  }

  /** Reads a bare varint; false at the end. */
  varint(): boolean {
    const bytes = this.bytes;
    if (this.at >= this.end) return this.#break();
    let byte = bytes[this.at++]!;
    this.low = byte & 0x7f;
    this.high = 0;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (this.at >= this.end || shift >= 70) return this.#break();
      byte = bytes[this.at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) this.low |= bits << shift;
      else if (shift === 28) {
        this.low |= bits << 28;
        this.high = bits >>> 4;
      } else this.high |= bits << (shift - 32);
    }
    return true;
  }

  #range(): boolean {
    if (!this.varint()) return false;
    const length = this.unsigned();
    if (length > this.end - this.at) return this.#break();
    this.from = this.at;
    this.to = this.at + length;
    this.at = this.to;
    return true;
  }

  #fixed(size: 4 | 8): boolean {
    if (size > this.end - this.at) return this.#break();
    const word = (at: number) =>
      this.bytes[at]! | (this.bytes[at + 1]! << 8) | (this.bytes[at + 2]! << 16) | (this.bytes[at + 3]! << 24);
    this.low = word(this.at);
    this.high = size === 8 ? word(this.at + 4) : 0;
    this.at += size;
    return true;
  }

  #break(): false {
    this.broken = true;
    this.at = this.end;
    return false;
  }

  /** The number as uint64; rounded from 2^53 on. */
  unsigned(): number {
    return (this.high >>> 0) * HALF + (this.low >>> 0);
  }

  /** The number as int64, which int32 is sent as, too. */
  signed(): number {
    return (this.high | 0) * HALF + (this.low >>> 0);
  }

  /** The number as an event table encodes a 64-bit word. */
  word(out: EventTableBuilder): number {
    return encodeHalves(this.high, this.low, out);
  }

  /** The value as text; only where there are few. */
  text(): string {
    return new TextDecoder().decode(this.bytes.subarray(this.from, this.to));
  }
}

export function encodeHalves(high: number, low: number, out: EventTableBuilder): number {
  if (high >>> 0 < EXACT_HIGH) return (high >>> 0) * HALF + (low >>> 0);
  return -1 - out.words.intern(high | 0, low | 0);
}
