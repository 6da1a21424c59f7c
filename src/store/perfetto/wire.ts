// SPDX-License-Identifier: MIT
// Writes protocol buffers, field by field, into one buffer. A message is open()ed and close()d: its length, which comes
// first, is filled in then.

import { grown } from "../../events/intern.ts";

const START_BYTES = 4096;
const VARINT_MAX = 10;
const BYTES = 2;
const FIXED64 = 1;

export class WireWriter {
  #bytes = new Uint8Array(START_BYTES);
  readonly #utf8 = new TextEncoder();
  used = 0;

  #room(count: number): void {
    if (this.used + count > this.#bytes.length) this.#bytes = grown(this.#bytes, this.used + count);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#bytes[this.used++] = (rest % 128) + 128;
    this.#bytes[this.used++] = rest;
  }

  #tag(field: number, wire: number): void {
    this.#room(2 * VARINT_MAX);
    this.#varint(field * 8 + wire);
  }

  /** An integer of at most 53 bits; below zero as int64. */
  int(field: number, value: number): void {
    this.#tag(field, 0);
    if (value >= 0) this.#varint(value);
    else this.#negative(value);
  }

  /** Two's complement of 64 bits is always ten bytes. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.used++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.used++] = Number(rest);
  }

  fixed64(field: number, value: number): void {
    this.#tag(field, FIXED64);
    for (let byte = 0, rest = value; byte < 8; byte++, rest = Math.floor(rest / 256)) {
      this.#bytes[this.used++] = rest % 256;
    }
  }

  text(field: number, text: string): void {
    const bytes = this.#utf8.encode(text);
    this.#tag(field, BYTES);
    this.#varint(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Begins a message; give what this returns to close(). */
  open(field: number): number {
    this.#tag(field, BYTES);
    return ++this.used;
  }

  /** Ends the message. One byte was left for its length; a longer one moves the message. */
  close(start: number): void {
    const length = this.used - start;
    const more = length < 0x80 ? 0 : Math.ceil(Math.log2(length + 1) / 7) - 1;
    this.#room(more);
    if (more > 0) this.#bytes.copyWithin(start + more, start, this.used);
    this.used = start - 1;
    this.#varint(length);
    this.used += length;
  }

  /** What was written since the last time; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.used);
    this.used = 0;
    return taken;
  }
}
