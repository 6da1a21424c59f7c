// SPDX-License-Identifier: MIT
// A stream of bytes, cut into lines. What is carried from one piece to the next is bounded: a file without newlines is
// no text.

import { BYTE } from "./ftrace-text/scan.ts";

/** A line is bytes[from, to), without its newline. */
export type LineHandler = (bytes: Uint8Array, from: number, to: number) => void;

export class Lines {
  /** Lines longer than `maxBytes`, of which nothing was handed on. */
  tooLong = 0;
  count = 0;
  readonly #maxBytes: number;
  readonly #line: LineHandler;
  /** The start of a line whose end has not come yet. */
  #parts: Uint8Array[] = [];
  #partsBytes = 0;

  constructor(maxBytes: number, line: LineHandler) {
    this.#maxBytes = maxBytes;
    this.#line = line;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let to = chunk.indexOf(BYTE.newline); to >= 0; to = chunk.indexOf(BYTE.newline, from)) {
      if (this.#partsBytes > 0) this.#endParts(chunk.subarray(0, to));
      else this.#emit(chunk, from, to);
      from = to + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The last line may lack its newline. */
  finish(): void {
    if (this.#partsBytes > 0) this.#endParts(new Uint8Array(0));
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#partsBytes += part.length;
    // Of a line that is too long already, only its length is kept.
    if (this.#partsBytes <= this.#maxBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  #endParts(end: Uint8Array): void {
    this.#keep(end);
    const line = new Uint8Array(this.#partsBytes <= this.#maxBytes ? this.#partsBytes : 0);
    let at = 0;
    for (const part of this.#parts) {
      line.set(part, at);
      at += part.length;
    }
    const tooLong = this.#partsBytes > this.#maxBytes;
    this.#parts = [];
    this.#partsBytes = 0;
    if (tooLong) this.#skip();
    else this.#emit(line, 0, line.length);
  }

  #emit(bytes: Uint8Array, from: number, newline: number): void {
    if (newline - from > this.#maxBytes) {
      this.#skip();
      return;
    }
    this.count++;
    this.#line(bytes, from, newline > from && bytes[newline - 1] === BYTE.return ? newline - 1 : newline);
  }

  #skip(): void {
    this.count++;
    this.tooLong++;
  }
}
