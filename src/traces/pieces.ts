// SPDX-License-Identifier: MIT
// Lines for a parser that takes bytes: put together into pieces, since each piece has its cost.

import { BYTE } from "./ftrace-text/scan.ts";

const PIECE_BYTES = 1 << 16;

export class Pieces {
  readonly #push: (piece: Uint8Array) => void;
  #piece = new Uint8Array(PIECE_BYTES);
  #used = 0;

  constructor(push: (piece: Uint8Array) => void) {
    this.#push = push;
  }

  /** The line bytes[from, to), and a newline. */
  line(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from + 1;
    if (this.#used + length > this.#piece.length) this.flush();
    if (length > this.#piece.length) this.#piece = new Uint8Array(length);
    this.#piece.set(bytes.subarray(from, to), this.#used);
    this.#piece[this.#used + length - 1] = BYTE.newline;
    this.#used += length;
  }

  /** The parser keeps what it gets, so each piece is a new one. */
  flush(): void {
    if (this.#used === 0) return;
    this.#push(this.#piece.slice(0, this.#used));
    this.#used = 0;
  }
}
