// SPDX-License-Identifier: MIT
// XXH64 with seed 0, as zstd frames carry it, in 32-bit integers: BigInt would be a hundred times slower.
// A 64-bit number is two elements of an Int32Array, [low, high].

const P1 = word(0x85ebca87, 0x9e3779b1);
const P2 = word(0x27d4eb4f, 0xc2b2ae3d);
const P3 = word(0x9e3779f9, 0x165667b1);
const P4 = word(0xc2b2ae63, 0x85ebca77);
const P5 = word(0x165667c5, 0x27d4eb2f);
const STRIPE = 32;

function word(low: number, high: number): Int32Array {
  return Int32Array.of(low, high);
}

/** at[i] += b[j] */
function add(at: Int32Array, i: number, b: Int32Array, j: number): void {
  const low = (at[i]! >>> 0) + (b[j]! >>> 0);
  at[i] = low;
  at[i + 1] = at[i + 1]! + b[j + 1]! + (low > 0xffff_ffff ? 1 : 0);
}

/** at[i] *= by */
function multiply(at: Int32Array, i: number, by: Int32Array): void {
  const low = at[i]!;
  const byLow = by[0]!;
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = byLow & 0xffff;
  const b1 = byLow >>> 16;
  const t = (Math.imul(a0, b1) >>> 0) + (Math.imul(a0, b0) >>> 16);
  const u = (Math.imul(a1, b0) >>> 0) + (t & 0xffff);
  const carry = Math.imul(a1, b1) + (t >>> 16) + (u >>> 16);
  at[i + 1] = carry + Math.imul(low, by[1]!) + Math.imul(at[i + 1]!, byLow);
  at[i] = Math.imul(low, byLow);
}

function rotateLeft(at: Int32Array, i: number, bits: number): void {
  const low = at[i]!;
  const high = at[i + 1]!;
  at[i] = (low << bits) | (high >>> (32 - bits));
  at[i + 1] = (high << bits) | (low >>> (32 - bits));
}

/** at[0] ^= at[0] >>> bits */
function xorShift(at: Int32Array, bits: number): void {
  const [low, high] = [at[0]!, at[1]!];
  at[0] = low ^ (bits < 32 ? (low >>> bits) | (high << (32 - bits)) : high >>> (bits - 32));
  at[1] = high ^ (bits < 32 ? high >>> bits : 0);
}

const lane = word(0, 0);

/** at[i] = rotl(at[i] + lane * P2, 31) * P1 */
function round(at: Int32Array, i: number, low: number, high: number): void {
  lane[0] = low;
  lane[1] = high;
  multiply(lane, 0, P2);
  add(at, i, lane, 0);
  rotateLeft(at, i, 31);
  multiply(at, i, P1);
}

export class Xxh64 {
  readonly #lanes = new Int32Array(8);
  readonly #rest = new Uint8Array(STRIPE);
  readonly #restView = new DataView(this.#rest.buffer);
  #restBytes = 0;
  #total = 0;

  constructor() {
    add(this.#lanes, 0, P1, 0);
    add(this.#lanes, 0, P2, 0);
    add(this.#lanes, 2, P2, 0);
    // Lane 2 starts at 0, lane 3 at -P1.
    this.#lanes[6] = -P1[0]!;
    this.#lanes[7] = ~P1[1]!;
  }

  update(bytes: Uint8Array): void {
    this.#total += bytes.length;
    let at = 0;
    if (this.#restBytes > 0) {
      at = Math.min(STRIPE - this.#restBytes, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#restBytes);
      this.#restBytes += at;
      if (this.#restBytes < STRIPE) return;
      this.#stripe(this.#restView, 0);
      this.#restBytes = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (; at + STRIPE <= bytes.length; at += STRIPE) this.#stripe(view, at);
    this.#rest.set(bytes.subarray(at));
    this.#restBytes = bytes.length - at;
  }

  #stripe(view: DataView, at: number): void {
    const lanes = this.#lanes;
    round(lanes, 0, view.getInt32(at, true), view.getInt32(at + 4, true));
    round(lanes, 2, view.getInt32(at + 8, true), view.getInt32(at + 12, true));
    round(lanes, 4, view.getInt32(at + 16, true), view.getInt32(at + 20, true));
    round(lanes, 6, view.getInt32(at + 24, true), view.getInt32(at + 28, true));
  }

  /** The hash of everything so far. */
  digest(): bigint {
    const hash = this.#total >= STRIPE ? this.#mergeLanes() : word(P5[0]!, P5[1]!);
    add(hash, 0, word(this.#total, Math.floor(this.#total / 2 ** 32)), 0);
    let at = 0;
    const view = this.#restView;
    for (; at + 8 <= this.#restBytes; at += 8) {
      const k = word(0, 0);
      round(k, 0, view.getInt32(at, true), view.getInt32(at + 4, true));
      mix(hash, k, 27, P1, P4);
    }
    if (at + 4 <= this.#restBytes) {
      const k = word(view.getInt32(at, true), 0);
      multiply(k, 0, P1);
      mix(hash, k, 23, P2, P3);
      at += 4;
    }
    for (; at < this.#restBytes; at++) {
      const k = word(this.#rest[at]!, 0);
      multiply(k, 0, P5);
      mix(hash, k, 11, P1, undefined);
    }
    xorShift(hash, 33);
    multiply(hash, 0, P2);
    xorShift(hash, 29);
    multiply(hash, 0, P3);
    xorShift(hash, 32);
    return (BigInt(hash[1]! >>> 0) << 32n) | BigInt(hash[0]! >>> 0);
  }

  #mergeLanes(): Int32Array {
    const lanes = this.#lanes;
    const hash = word(0, 0);
    [1, 7, 12, 18].forEach((bits, i) => {
      const turned = lanes.slice(2 * i, 2 * i + 2);
      rotateLeft(turned, 0, bits);
      add(hash, 0, turned, 0);
    });
    for (let i = 0; i < 4; i++) {
      const k = word(0, 0);
      round(k, 0, lanes[2 * i]!, lanes[2 * i + 1]!);
      hash[0]! ^= k[0]!;
      hash[1]! ^= k[1]!;
      multiply(hash, 0, P1);
      add(hash, 0, P4, 0);
    }
    return hash;
  }
}

/** hash = rotl(hash ^ k, bits) * by + plus */
function mix(hash: Int32Array, k: Int32Array, bits: number, by: Int32Array, plus: Int32Array | undefined): void {
  hash[0]! ^= k[0]!;
  hash[1]! ^= k[1]!;
  rotateLeft(hash, 0, bits);
  multiply(hash, 0, by);
  if (plus !== undefined) add(hash, 0, plus, 0);
}
