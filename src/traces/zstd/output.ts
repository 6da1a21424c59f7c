// SPDX-License-Identifier: MIT
// What a frame decompresses to: the blocks of now, and so much of what came before as copies may reach back to.

/** No block decompresses to more (RFC 8878, section 3.1.1.2.4). */
export const BLOCK_MAX = 1 << 17;
const START = 1 << 18;
/** Room behind the window: so much comes out before what is still needed is moved to the front. */
const ROOM_MIN = 1 << 20;

export class Output {
  bytes = new Uint8Array(START);
  /** Bytes [0, used) are there. */
  used = 0;
  #window = 0;

  /** A frame begins. */
  begin(window: number): void {
    this.used = 0;
    this.#window = window;
  }

  /** Makes room for a block. Memory is taken as bytes come, whatever the frame says of its window. */
  reserve(): void {
    const most = this.#window + Math.max(ROOM_MIN, this.#window >> 3);
    while (this.used + BLOCK_MAX > this.bytes.length) {
      if (this.bytes.length < most) {
        const bytes = new Uint8Array(Math.min(most, this.bytes.length * 2));
        bytes.set(this.bytes.subarray(0, this.used));
        this.bytes = bytes;
      } else {
        this.bytes.copyWithin(0, this.used - this.#window, this.used);
        this.used = this.#window;
      }
    }
  }
}
