// SPDX-License-Identifier: MIT
// Code addresses in records: which text each is shown as, looked up once.

import type { EventTableBuilder } from "../../events/builder.ts";
import { Words } from "../../events/intern.ts";
import type { Kallsyms } from "./kallsyms.ts";
import { READ } from "./plan.ts";

/** Where a function returns to whose return is probed, and what the kernel prints for that in the place of a probe. */
const TRAMPOLINE = /^(?:arch_rethook_trampoline|(?:__)?kretprobe_trampoline)\+0x0\//;
const RETURN_PROBED = "[unknown/kretprobe'd]";

/** Texts of code addresses, found without making a string. */
export class Symbols {
  readonly #out: EventTableBuilder;
  readonly #kallsyms: Kallsyms;
  readonly #addresses = new Words();
  /** By address and form: id of a text, -1 if there is no symbol, undefined if nobody asked yet. */
  readonly #texts: number[][] = [];
  readonly #pairs = new Map<number, number>();
  readonly #names = new Map<number, string>();

  constructor(out: EventTableBuilder, kallsyms: Kallsyms) {
    this.#out = out;
    this.#kallsyms = kallsyms;
  }

  find(high: number, low: number, read: number): number {
    const id = this.#addresses.intern(high, low);
    this.#texts[id] ??= [];
    const known = this.#texts[id][read];
    if (known !== undefined) return known;
    const address = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    const symbol = this.#kallsyms.name(address, read !== READ.symbol);
    const name = read === READ.site && TRAMPOLINE.test(symbol ?? "") ? RETURN_PROBED : symbol;
    const found = name === undefined ? -1 : this.#out.strings.internString(name);
    this.#texts[id][read] = found;
    return found;
  }

  /** A text that find() gave. */
  name(text: number): string | undefined {
    if (text < 0) return undefined;
    const known = this.#names.get(text) ?? this.#out.strings.text(text);
    this.#names.set(text, known);
    return known;
  }

  /** `caller+0x4/0x170 <- function`, for a function whose text is known; -1 if one of them has no symbol. */
  pair(high: number, low: number, function_: number): number {
    const caller = this.find(high, low, READ.site);
    if (caller < 0 || function_ < 0) return -1;
    const key = caller * 2 ** 26 + function_;
    let text = this.#pairs.get(key);
    if (text === undefined) {
      const { strings } = this.#out;
      text = strings.internString(`${strings.text(caller)} <- ${strings.text(function_)}`);
      this.#pairs.set(key, text);
    }
    return text;
  }
}
