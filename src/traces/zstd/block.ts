// SPDX-License-Identifier: MIT
// A compressed block (RFC 8878, section 3.1.1.3): literals, then sequences, each of which says how many literals come
// next, and what of the output is repeated after them. What a sequence asks for is held against the limits of a block
// before it is done: however a block is made, it takes no more work than 128 KiB of output.

import { type FseTable, fseTable, oneSymbol, readFse } from "./fse.ts";
import { bitsBefore, decodeStream, type HuffmanTable, readHuffman } from "./huffman.ts";
import { BLOCK_MAX, type Output } from "./output.ts";

/** Bytes that may be looked at behind a block's last one. */
export const SLACK = 8;

/** Of each code: how many bits are added to its smallest value, and that value. */
const LITERAL_BITS = Uint8Array.from([...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const LITERAL_BASE = bases(LITERAL_BITS, 0);
const MATCH_BITS = Uint8Array.from([
  ...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]); // biome-ignore format: as in the standard
const MATCH_BASE = bases(MATCH_BITS, 3);

function bases(bits: Uint8Array, first: number): Int32Array {
  const base = new Int32Array(bits.length);
  for (let code = 0, next = first; code < bits.length; code++) {
    base[code] = next;
    next += 2 ** bits[code]!;
  }
  return base;
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

/** The tables of a sequence's three codes: their limits, and what they are if the block does not say. */
interface Field {
  readonly logMax: number;
  readonly symbolMax: number;
  readonly usual: FseTable;
}

const FIELDS: readonly [Field, Field, Field] = [
  {
    logMax: 9,
    symbolMax: 35,
    usual: fseTable(
      [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
      6,
    ),
  },
  // Offsets of 2^28 and more are beyond any window.
  {
    logMax: 8,
    symbolMax: 31,
    usual: fseTable([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5),
  },
  {
    logMax: 9,
    symbolMax: 52,
    usual: fseTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...new Array<number>(37).fill(1), -1, -1, -1, -1, -1, -1, -1], 6),
  },
];
const MODE = { usual: 0, one: 1, described: 2, again: 3 } as const;
const OFFSET_CODE_MAX = 27;
/** Wider numbers are read in two parts. */
const READ_MAX = 24;
const PACKED_HEADER_BYTES = [3, 3, 4, 5];
const PACKED_WIDTHS = [10, 10, 14, 18];
const PLAIN_HEADER_BYTES = [1, 2, 1, 3];
const PLAIN_WIDTHS = [5, 12, 5, 20];
/** From so many bytes on, a call is faster than a loop. */
const LONG_COPY = 24;

export class BlockDecoder {
  readonly #out: Output;
  readonly #literals = new Uint8Array(BLOCK_MAX);
  /** What stays from one block of a frame to the next. */
  #huffman: HuffmanTable | undefined;
  readonly #tables: (FseTable | undefined)[] = [undefined, undefined, undefined];
  readonly #offsets = [1, 4, 8];

  constructor(out: Output) {
    this.#out = out;
  }

  /** A frame begins. */
  begin(): void {
    this.#huffman = undefined;
    this.#tables.fill(undefined);
    this.#offsets.splice(0, 3, 1, 4, 8);
  }

  /** Appends what bytes[0, size) stand for to the output. At least SLACK bytes follow them. */
  decode(bytes: Uint8Array, size: number): void {
    this.#out.reserve();
    const { count, end } = this.#readLiterals(bytes, size);
    const header = sequencesHeader(bytes, end, size);
    if (header.count > 0) this.#sequences(bytes, header, size, count);
    else if (header.end === size) this.#copyLiterals(0, count);
    else throw new Error("a block of another length than it says");
  }

  /** Puts the block's literals into #literals; how many there are, and where their section ends. */
  #readLiterals(bytes: Uint8Array, size: number): { readonly count: number; readonly end: number } {
    const [type, format] = [bytes[0]! & 3, (bytes[0]! >> 2) & 3];
    const packed = type > 1;
    const headerBytes = (packed ? PACKED_HEADER_BYTES : PLAIN_HEADER_BYTES)[format]!;
    const width = (packed ? PACKED_WIDTHS : PLAIN_WIDTHS)[format]!;
    let header = 0;
    for (let i = headerBytes - 1; i >= 0; i--) header = header * 256 + bytes[i]!;
    const numbers = Math.floor(header / (packed || format % 2 === 1 ? 16 : 8));
    const count = numbers % 2 ** width;
    if (count > BLOCK_MAX) throw new Error("more literals than a block may have");
    const taken = packed ? Math.floor(numbers / 2 ** width) : type === 0 ? count : 1;
    const end = headerBytes + taken;
    if (end > size) throw new Error("literals that are cut off");
    if (packed) this.#unpackLiterals(bytes, headerBytes, end, count, { described: type === 2, four: format > 0 });
    else if (type === 0) this.#literals.set(bytes.subarray(headerBytes, end));
    else this.#literals.fill(bytes[headerBytes]!, 0, count);
    return { count, end };
  }

  #unpackLiterals(
    bytes: Uint8Array,
    from: number,
    end: number,
    count: number,
    { described, four }: { readonly described: boolean; readonly four: boolean },
  ): void {
    let at = from;
    if (described) {
      const read = readHuffman(bytes, from, end);
      this.#huffman = read.table;
      at = read.end;
    }
    const table = this.#huffman;
    if (table === undefined) throw new Error("codes of a block before, of which there is none");
    if (!four) {
      decodeStream(table, bytes, at, end, this.#literals, 0, count);
      return;
    }
    // The sizes of the first three streams; each is for a fourth of the literals.
    const each = (count + 3) >> 2;
    let next = at + 6;
    for (let i = 0; i < 4; i++) {
      const to = i < 3 ? next + (bytes[at + 2 * i]! | (bytes[at + 2 * i + 1]! << 8)) : end;
      if (to > end || each * i > count) throw new Error("literals that are cut off");
      decodeStream(table, bytes, next, to, this.#literals, each * i, i < 3 ? Math.min(each * (i + 1), count) : count);
      next = to;
    }
  }

  /** The tables of the block's sequences; where they end. */
  #readTables(bytes: Uint8Array, from: number, to: number, modes: number): number {
    let at = from;
    FIELDS.forEach(({ logMax, symbolMax, usual }, i) => {
      const mode = (modes >> (6 - 2 * i)) & 3;
      if (mode === MODE.usual) this.#tables[i] = usual;
      else if (mode === MODE.one) {
        const symbol = bytes[at++]!;
        if (at > to || symbol > symbolMax) throw new Error("a code that nobody has");
        this.#tables[i] = oneSymbol(symbol);
      } else if (mode === MODE.described) {
        const read = readFse(bytes, at, to, logMax, symbolMax);
        this.#tables[i] = read.table;
        at = read.end;
      } else if (this.#tables[i] === undefined) throw new Error("a table of a block before, of which there is none");
    });
    return at;
  }

  /** Does what the sequences say. All of the state is in local variables: this is where the time goes. */
  #sequences(bytes: Uint8Array, { count, modes, end }: SequencesHeader, size: number, literals: number): void {
    const from = this.#readTables(bytes, end, size, modes);
    const [ll, of, ml] = this.#tables as [FseTable, FseTable, FseTable];
    const start = from * 8;
    let bit = start + bitsBefore(bytes, from, size) - ll.log - of.log - ml.log;
    if (bit < start) throw new Error(CUT_OFF);
    let llState = bitsAt(bytes, bit + ml.log + of.log, ll.log);
    let ofState = bitsAt(bytes, bit + ml.log, of.log);
    let mlState = bitsAt(bytes, bit, ml.log);
    let [last, second, third] = this.#offsets as [number, number, number];
    const out = this.#out.bytes;
    const text = this.#literals;
    let to = this.#out.used;
    let literal = 0;
    let room = BLOCK_MAX - literals;
    for (let left = count; ; ) {
      const ofCode = of.symbols[ofState]!;
      const mlBits = MATCH_BITS[ml.symbols[mlState]!]!;
      const llBits = LITERAL_BITS[ll.symbols[llState]!]!;
      const ofAt = bit - ofCode;
      const mlAt = ofAt - mlBits;
      bit = mlAt - llBits;
      if (bit < start || ofCode > OFFSET_CODE_MAX) throw new Error(CUT_OFF);
      const value = 2 ** ofCode + wideBitsAt(bytes, ofAt, ofCode);
      const match = MATCH_BASE[ml.symbols[mlState]!]! + bitsAt(bytes, mlAt, mlBits);
      const run = LITERAL_BASE[ll.symbols[llState]!]! + bitsAt(bytes, bit, llBits);

      // The last three offsets have numbers of their own. Without literals, to repeat the last one would make no sense.
      let offset = value - 3;
      const which = offset > 0 ? 3 : run > 0 ? value - 1 : value;
      if (which === 0) offset = last;
      else {
        if (offset <= 0) offset = which === 1 ? second : which === 2 ? third : last - 1;
        if (which > 1) third = second;
        second = last;
        last = offset;
      }

      room -= match;
      if (room < 0 || literal + run > literals) throw new Error("more than a block may have");
      if (offset <= 0 || offset > to + run) throw new Error("a copy from before the start");
      for (const stop = literal + run; literal < stop; ) out[to++] = text[literal++]!;
      if (match > LONG_COPY && offset >= match) {
        out.copyWithin(to, to - offset, to - offset + match);
        to += match;
      } else for (const stop = to + match; to < stop; to++) out[to] = out[to - offset]!;

      if (--left === 0) break;
      const llNext = bit - ll.bits[llState]!;
      const mlNext = llNext - ml.bits[mlState]!;
      bit = mlNext - of.bits[ofState]!;
      llState = ll.next[llState]! + bitsAt(bytes, llNext, ll.bits[llState]!);
      mlState = ml.next[mlState]! + bitsAt(bytes, mlNext, ml.bits[mlState]!);
      ofState = of.next[ofState]! + bitsAt(bytes, bit, of.bits[ofState]!);
    }
    if (bit !== start) throw new Error("sequences of another length than they say");
    this.#offsets.splice(0, 3, last, second, third);
    this.#out.used = to;
    this.#copyLiterals(literal, literals);
  }

  #copyLiterals(from: number, to: number): void {
    this.#out.bytes.set(this.#literals.subarray(from, to), this.#out.used);
    this.#out.used += to - from;
  }
}

const CUT_OFF = "sequences that are cut off";

/** The number of `width` bits, at most 24, that stands at a bit. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3;
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return (word >>> (bit & 7)) & ((1 << width) - 1);
}

/** The same, of up to 27 bits. */
function wideBitsAt(bytes: Uint8Array, bit: number, width: number): number {
  if (width <= READ_MAX) return bitsAt(bytes, bit, width);
  return bitsAt(bytes, bit + READ_MAX, width - READ_MAX) * 2 ** READ_MAX + bitsAt(bytes, bit, READ_MAX);
}

interface SequencesHeader {
  readonly count: number;
  readonly modes: number;
  readonly end: number;
}

function sequencesHeader(bytes: Uint8Array, from: number, size: number): SequencesHeader {
  const first = bytes[from]!;
  let at = from + 1;
  let count = first;
  if (first === 255) {
    count = bytes[at]! + bytes[at + 1]! * 256 + 0x7f00;
    at += 2;
  } else if (first > 127) count = (first - 128) * 256 + bytes[at++]!;
  const modes = count > 0 ? bytes[at++]! : 0;
  if (at > size || (modes & 3) !== 0) throw new Error("sequences that are cut off");
  return { count, modes, end: at };
}
