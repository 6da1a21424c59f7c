// SPDX-License-Identifier: MIT
// /proc/kallsyms: from a code address to `symbol+0x4/0x170`, as the kernel prints it.

import { latin1 } from "./bytes.ts";

const NEWLINE = 10;
const SPACE = 32;
/** No function is so long: what is so far behind a symbol does not belong to it. */
const MAX_OFFSET = 1n << 24n;
/** The last symbol of the kernel itself. */
const END = "_end";

export class Kallsyms {
  readonly #bytes: Uint8Array;
  /** Addresses in ascending order, and where their lines start; made when they are first needed. */
  #addresses: BigUint64Array | undefined;
  #lines: Uint32Array = new Uint32Array(0);

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** `symbol+0x4/0x170 [module]`, or without the numbers `symbol [module]`; undefined if it is in no symbol. */
  name(address: bigint, withOffset: boolean): string | undefined {
    this.#addresses ??= this.#index();
    const addresses = this.#addresses;
    let low = 0;
    let high = addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || low === addresses.length) return undefined;
    const start = addresses[low - 1]!;
    const size = addresses[low]! - start;
    const offset = address - start;
    // Of names for one address, the kernel takes the one that it lists first.
    let first = low - 1;
    while (first > 0 && addresses[first - 1] === start) first--;
    const { name, module } = this.#line(this.#lines[first]!);
    if (name === END || offset > MAX_OFFSET) return undefined;
    const numbers = withOffset ? `+0x${offset.toString(16)}/0x${size.toString(16)}` : "";
    return `${name}${numbers}${module}`;
  }

  #line(from: number): { readonly name: string; readonly module: string } {
    const newline = this.#bytes.indexOf(NEWLINE, from);
    const line = latin1(this.#bytes.subarray(from, newline < 0 ? this.#bytes.length : newline));
    const [, name, module] = /^\S+ \S (\S+)(?:\s+(\[\S+\]))?/.exec(line) ?? ["", "", ""];
    return { name: name ?? "", module: module ? ` ${module}` : "" };
  }

  #index(): BigUint64Array {
    const bytes = this.#bytes;
    const found: { readonly address: bigint; readonly line: number }[] = [];
    let sorted = true;
    for (let from = 0; from < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, from);
      const to = newline < 0 ? bytes.length : newline;
      const address = this.#address(from, to);
      if (address !== undefined) {
        sorted &&= found.length === 0 || found[found.length - 1]!.address <= address;
        found.push({ address, line: from });
      }
      from = to + 1;
    }
    if (!sorted) found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : a.line - b.line));
    this.#lines = Uint32Array.from(found, (symbol) => symbol.line);
    return BigUint64Array.from(found, (symbol) => symbol.address);
  }

  /** Of `ffffffff81000000 T name`. Absolute symbols (offsets of per-CPU data) and hidden addresses are none. */
  #address(from: number, to: number): bigint | undefined {
    const space = spaceIn(this.#bytes, from, to);
    if (space < 0 || space + 3 > to) return undefined;
    if ((this.#bytes[space + 1]! | 0x20) === 0x61) return undefined;
    const digits = latin1(this.#bytes.subarray(from, space));
    if (!/^[0-9a-f]+$/.test(digits)) return undefined;
    const address = BigInt(`0x${digits}`);
    return address === 0n ? undefined : address;
  }
}

/** The first space, after at most 16 digits. */
function spaceIn(bytes: Uint8Array, from: number, to: number): number {
  const space = bytes.subarray(from, Math.min(to, from + 17)).indexOf(SPACE);
  return space < 0 ? -1 : from + space;
}

/** Lines of `address : "text"`, from printk_formats: constant strings that events point to. */
export function readPrintkTexts(bytes: Uint8Array): Map<bigint, string> {
  const texts = new Map<bigint, string>();
  for (const match of latin1(bytes).matchAll(/^(0x[0-9a-f]{1,16}) : "(.*)"$/gm)) {
    texts.set(BigInt(match[1]!), match[2]!.replace(/\\n/g, "\n"));
  }
  return texts;
}

/** Lines of `pid name`, from saved_cmdlines. */
export function readCmdlines(bytes: Uint8Array, decode: (bytes: Uint8Array) => string): Map<number, string> {
  const names = new Map<number, string>();
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const to = newline < 0 ? bytes.length : newline;
    const space = spaceIn(bytes, from, to);
    if (space > from) {
      const pid = Number(latin1(bytes.subarray(from, space)));
      if (Number.isInteger(pid) && !names.has(pid)) names.set(pid, decode(bytes.subarray(space + 1, to)));
    }
    from = to + 1;
  }
  return names;
}
