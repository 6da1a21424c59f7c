// SPDX-License-Identifier: MIT
// Values as the kernel's printf shows them.

import type { Value } from "./expression.ts";
import type { Kallsyms } from "./kallsyms.ts";
import { type Conversion, HOLE } from "./print-format.ts";

export class Shown {
  readonly #kallsyms: Kallsyms;

  constructor(kallsyms: Kallsyms) {
    this.#kallsyms = kallsyms;
  }

  /** The number that is printed: of the conversion's width, signed or not. */
  number(conversion: Conversion, value: Value): bigint {
    if (typeof value === "string") return 0n;
    const signed = conversion.letter === "d" || conversion.letter === "i";
    return signed ? BigInt.asIntN(conversion.bits, value) : BigInt.asUintN(conversion.bits, value);
  }

  /** `symbol+0x4/0x170`, or the bare number. */
  address(address: bigint, withOffset: boolean): string {
    return this.#kallsyms.name(address, withOffset) ?? `0x${address.toString(16)}`;
  }

  /** The text with its holes filled. */
  fill(text: string, conversions: readonly Conversion[], values: readonly Value[]): string {
    const pieces = text.split(HOLE);
    return pieces
      .map((piece, i) => (i === 0 ? piece : this.#one(conversions[i - 1]!, values[i - 1]!) + piece))
      .join("");
  }

  #one(conversion: Conversion, value: Value): string {
    const { flags, width, letter } = conversion;
    const text = this.#plain(conversion, value);
    if (flags.includes("-")) return text.padEnd(width);
    return text.padStart(width, flags.includes("0") && letter !== "s" ? "0" : " ");
  }

  #plain(conversion: Conversion, value: Value): string {
    const { letter, pointer, flags } = conversion;
    if (letter === "s" || typeof value === "string") return String(value);
    const number = this.number(conversion, value);
    if (letter === "c") return String.fromCharCode(Number(number & 0xffn));
    if (letter === "p") {
      if (/^[SsFfB]/.test(pointer)) return this.address(number, !/^[sf]/.test(pointer));
      return number.toString(16).padStart(conversion.bits / 4, "0");
    }
    if (letter !== "x" && letter !== "X") return number.toString();
    const digits = (flags.includes("#") ? "0x" : "") + number.toString(16);
    return letter === "X" ? digits.toUpperCase() : digits;
  }
}
