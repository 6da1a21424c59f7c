// SPDX-License-Identifier: MIT
// Finite state entropy (RFC 8878, section 4.1): a table of states, each with its symbol, and the way to the next state.

export interface FseTable {
  /** There are 1 << log states. */
  readonly log: number;
  readonly symbols: Uint8Array;
  /** The next state is next[state] plus a number of bits[state] bits. */
  readonly bits: Uint8Array;
  readonly next: Uint16Array;
}

const LOG_MIN = 5;

/** Always the same symbol, for no bits. */
export function oneSymbol(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), next: new Uint16Array(1) };
}

/** The table of a distribution: how many of the states each symbol has; -1: less than one. */
export function fseTable(counts: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const seen = new Uint16Array(counts.length);
  let rare = size;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    seen[symbol] = Math.abs(counts[symbol]!);
    if (counts[symbol] === -1) symbols[--rare] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    for (let i = 0; i < counts[symbol]!; i++) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= rare);
    }
  }
  const bits = new Uint8Array(size);
  const next = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const count = seen[symbols[state]!]!++;
    const width = log - (31 - Math.clz32(count));
    bits[state] = width;
    next[state] = (count << width) - size;
  }
  return { log, symbols, bits, next };
}

export interface ReadFse {
  readonly table: FseTable;
  /** Where the description ends. */
  readonly end: number;
}

/** Reads the description of a table that stands at `from`. */
export function readFse(bytes: Uint8Array, from: number, to: number, logMax: number, symbolMax: number): ReadFse {
  let bit = from * 8;
  const peek = (width: number): number => {
    const at = bit >> 3;
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    return (word >> (bit & 7)) & ((1 << width) - 1);
  };
  const log = LOG_MIN + peek(4);
  bit += 4;
  if (log > logMax) throw new Error("a table that is too large");
  const counts = new Int16Array(symbolMax + 1);
  // One more than there are states to give away.
  let left = (1 << log) + 1;
  let threshold = 1 << log;
  let width = log + 1;
  for (let symbol = 0; left > 1; ) {
    if (symbol > symbolMax || bit > to * 8) throw new Error("a table of too many symbols");
    // Small numbers take a bit less.
    const spare = 2 * threshold - 1 - left;
    const value = peek(width);
    let count = value & (threshold - 1);
    bit += count < spare ? width - 1 : width;
    if (count >= spare) count = value >= threshold ? value - spare : value;
    counts[symbol++] = --count;
    left -= Math.abs(count);
    for (; left < threshold; threshold >>= 1) width--;
    // After a symbol that does not occur: how many more of them.
    for (let more = count === 0 ? 3 : 0; more === 3; symbol += more) {
      more = peek(2);
      bit += 2;
    }
  }
  const end = (bit + 7) >> 3;
  if (end > to) throw new Error("a table that does not end");
  return { table: fseTable(counts, log), end };
}
