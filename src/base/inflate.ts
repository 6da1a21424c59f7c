// SPDX-License-Identifier: MIT
// Deflate (RFC 1951) in its zlib wrapper (RFC 1950), for data inside traces: a browser has no inflate that works
// without waiting. Room for the output grows with what really comes out, whatever the data claims.

/** Lengths of code lengths come in this order. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LENGTH_EXTRA = Uint8Array.from({ length: 29 }, (_, code) => (code < 28 ? Math.max(0, (code >> 2) - 1) : 0));
const DISTANCE_EXTRA = Uint8Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));
const LENGTH_BASE = bases(LENGTH_EXTRA, 3);
const DISTANCE_BASE = bases(DISTANCE_EXTRA, 1);
LENGTH_BASE[28] = 258; // the last code has a length of its own
const END_OF_BLOCK = 256;
const MIN_ROOM = 4096;
const ADLER = 65521;
/** Sums of so many bytes stay below 2^32. */
const ADLER_RUN = 5552;

/** Smallest value of each code, if every code covers 2^extra values. */
function bases(extra: Uint8Array, first: number): Uint16Array {
  const base = new Uint16Array(extra.length);
  for (let code = 0, next = first; code < extra.length; code++) {
    base[code] = next;
    next += 1 << extra[code]!;
  }
  return base;
}

/** The next `bits` bits of the input index into `entries`: symbol * 16 + length of its code, 0 where there is none. */
interface Codes {
  readonly bits: number;
  readonly entries: Uint16Array;
}

function codesOf(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(16);
  let bits = 1;
  for (const length of lengths) {
    counts[length]!++;
    if (length > bits) bits = length;
  }
  counts[0] = 0;
  const next = new Uint16Array(16);
  let code = 0;
  for (let length = 1; length <= bits; length++) {
    code = (code + counts[length - 1]!) << 1;
    if (code + counts[length]! > 1 << length) throw new Error("broken deflate data (codes that overlap)");
    next[length] = code;
  }
  const entries = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    const entry = symbol * 16 + length;
    for (let at = reversed(next[length]!++, length); at < entries.length; at += 1 << length) entries[at] = entry;
  }
  return { bits, entries };
}

/** Codes are stored from their highest bit on, numbers from their lowest. */
function reversed(code: number, length: number): number {
  let out = 0;
  for (let bit = 0; bit < length; bit++) out |= ((code >> bit) & 1) << (length - 1 - bit);
  return out;
}

const FIXED_LENGTHS = codesOf(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = codesOf(new Uint8Array(30).fill(5));

class Inflate {
  readonly #in: Uint8Array;
  readonly #max: number;
  #at: number;
  #hold = 0;
  #held = 0;
  #out: Uint8Array;
  #used = 0;

  constructor(bytes: Uint8Array, at: number, max: number) {
    this.#in = bytes;
    this.#at = at;
    this.#max = max;
    this.#out = new Uint8Array(Math.min(max, Math.max(MIN_ROOM, bytes.length * 4)));
  }

  /** Inflates up to the end mark. */
  run(): { readonly out: Uint8Array; readonly next: number } {
    for (let last = false; !last; ) {
      last = this.#bits(1) === 1;
      const type = this.#bits(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#block(FIXED_LENGTHS, FIXED_DISTANCES);
      else if (type === 2) this.#dynamic();
      else throw new Error("broken deflate data (a block of no known type)");
    }
    return { out: this.#out.subarray(0, this.#used), next: this.#at - (this.#held >> 3) };
  }

  /** Makes at least `count` bits ready; what is missing at the end of the input is noticed when it is used. */
  #fill(count: number): void {
    while (this.#held < count && this.#at < this.#in.length) {
      this.#hold |= this.#in[this.#at++]! << this.#held;
      this.#held += 8;
    }
  }

  #bits(count: number): number {
    if (this.#held < count) this.#fill(count);
    const value = this.#hold & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  #drop(count: number): void {
    if (count > this.#held) throw new Error("the deflate data ends early");
    this.#hold >>>= count;
    this.#held -= count;
  }

  #symbol(codes: Codes): number {
    if (this.#held < codes.bits) this.#fill(codes.bits);
    const entry = codes.entries[this.#hold & (codes.entries.length - 1)]!;
    if (entry === 0) throw new Error("broken deflate data (no such code)");
    this.#drop(entry & 15);
    return entry >> 4;
  }

  #room(count: number): void {
    const needed = this.#used + count;
    if (needed <= this.#out.length) return;
    if (needed > this.#max) throw new Error(`the deflate data grows to more than ${this.#max} bytes`);
    const out = new Uint8Array(Math.min(this.#max, Math.max(needed, this.#out.length * 2)));
    out.set(this.#out.subarray(0, this.#used));
    this.#out = out;
  }

  #stored(): void {
    this.#drop(this.#held & 7);
    const length = this.#bits(16);
    if ((this.#bits(16) ^ 0xffff) !== length) throw new Error("broken deflate data (a length that is none)");
    // Whole bytes that were taken too early go back.
    this.#at -= this.#held >> 3;
    this.#hold = this.#held = 0;
    if (this.#at + length > this.#in.length) throw new Error("the deflate data ends early");
    this.#room(length);
    this.#out.set(this.#in.subarray(this.#at, this.#at + length), this.#used);
    this.#used += length;
    this.#at += length;
  }

  #dynamic(): void {
    const lengthCodes = this.#bits(5) + 257;
    const distanceCodes = this.#bits(5) + 1;
    const known = this.#bits(4) + 4;
    const own = new Uint8Array(19);
    for (let i = 0; i < known; i++) own[CODE_LENGTH_ORDER[i]!] = this.#bits(3);
    const codes = codesOf(own);
    const lengths = new Uint8Array(lengthCodes + distanceCodes);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) lengths[i++] = symbol;
      else i = this.#repeat(lengths, i, symbol);
    }
    this.#block(codesOf(lengths.subarray(0, lengthCodes)), codesOf(lengths.subarray(lengthCodes)));
  }

  /** Symbol 16 repeats the length before, 17 and 18 repeat 0. Returns the next index. */
  #repeat(lengths: Uint8Array, from: number, symbol: number): number {
    const count = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
    if ((symbol === 16 && from === 0) || from + count > lengths.length) {
      throw new Error("broken deflate data (a repetition of nothing)");
    }
    lengths.fill(symbol === 16 ? lengths[from - 1]! : 0, from, from + count);
    return from + count;
  }

  #block(lengths: Codes, distances: Codes): void {
    for (;;) {
      const symbol = this.#symbol(lengths);
      if (symbol === END_OF_BLOCK) return;
      if (symbol > END_OF_BLOCK) this.#match(symbol - END_OF_BLOCK - 1, distances);
      else {
        if (this.#used === this.#out.length) this.#room(1);
        this.#out[this.#used++] = symbol;
      }
    }
  }

  #match(code: number, distances: Codes): void {
    if (code >= LENGTH_BASE.length) throw new Error("broken deflate data (no such length)");
    const length = LENGTH_BASE[code]! + this.#bits(LENGTH_EXTRA[code]!);
    const far = this.#symbol(distances);
    if (far >= DISTANCE_BASE.length) throw new Error("broken deflate data (no such distance)");
    const distance = DISTANCE_BASE[far]! + this.#bits(DISTANCE_EXTRA[far]!);
    if (distance > this.#used) throw new Error("broken deflate data (a copy from before the start)");
    this.#room(length);
    const out = this.#out;
    let to = this.#used;
    for (let from = to - distance, end = to + length; to < end; ) out[to++] = out[from++]!;
    this.#used = to;
  }
}

/** Inflates zlib data, to at most `maxOutput` bytes. Throws an Error if it is damaged, cut off, or grows further. */
export function inflateZlib(bytes: Uint8Array, maxOutput: number): Uint8Array {
  const [method, flags] = [bytes[0] ?? 0, bytes[1] ?? 0];
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0) throw new Error("no zlib data");
  if (flags & 0x20) throw new Error("zlib data that needs a dictionary");
  const { out, next } = new Inflate(bytes, 2, maxOutput).run();
  if (next + 4 > bytes.length) throw new Error("the zlib data ends early");
  const checksum = new DataView(bytes.buffer, bytes.byteOffset + next, 4).getUint32(0);
  if (checksum !== adler32(out)) throw new Error("broken zlib data (its checksum is wrong)");
  return out;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let from = 0; from < bytes.length; from += ADLER_RUN) {
    const to = Math.min(bytes.length, from + ADLER_RUN);
    for (let i = from; i < to; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= ADLER;
    b %= ADLER;
  }
  return b * 65536 + a;
}
