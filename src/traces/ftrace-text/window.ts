// SPDX-License-Identifier: MIT
// The text that is being read. However the pieces come, it is in one array: the readers see one kind of array (a Buffer
// would be another one), nothing is allocated per piece, and words may be read behind the end.

import { BYTE } from "./scan.ts";

/** So much is read at once: it stays in the CPU's cache with what is learned of it. */
export const PIECE_BYTES = 65_536;
const SLACK = 64;

export class Window {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The text is [0, filled), and a newline follows it. [next, filled) is not read yet. */
  filled = 0;
  next = 0;

  /** `kept`: room for text that stays over from earlier pieces. */
  constructor(kept: number) {
    this.bytes = new Uint8Array(kept + PIECE_BYTES + SLACK);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Appends a piece; returns where its last whole line ends. */
  append(piece: Uint8Array): number {
    this.bytes.set(piece, this.filled);
    this.filled += piece.length;
    this.bytes[this.filled] = BYTE.newline;
    return this.bytes.lastIndexOf(BYTE.newline, this.filled - 1) + 1;
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.filled + 1);
    this.filled -= count;
    this.next -= count;
  }
}
