// SPDX-License-Identifier: MIT
// With several workers every state has one owner, which stores it; the hash says who. This loop sorts successors by
// owner, and leaves out those that were sorted a moment ago: half of all, which nobody then has to send.

import { hashText, loadText, recentText } from "./insert-code.ts";
import { recentBits, resetRecent } from "./store.ts";

/** What goes to one owner. */
export interface Bundle {
  readonly states: Int32Array;
  /** Words of `states` that are in use. */
  fill: number;
}

type Loop = (out: Int32Array, to: number, bundles: readonly Bundle[], recent: Int32Array) => void;
type Hash = (states: Int32Array, at: number) => number;
type OwnerOf = (states: Int32Array, at: number, owners: number) => number;

interface Code {
  readonly sort: Loop;
  readonly ownerOf: OwnerOf;
  readonly hash: Hash;
}

/** Neither the index's slot nor its tag is made of these bits: all of both remain for the states of one owner. */
function ownerText(owners: string): string {
  return `(Math.imul(h, 0x7feb352d) >>> 16) * ${owners} >>> 16`;
}

function compile(words: number): Code {
  const hash = hashText({ words, hashMask: -1 });
  const stores = Array.from({ length: words }, (_, w) => `states[at + ${w}] = w${w};`).join(" ");
  const sort = `(out, to, bundles, recent) => {
    const owners = bundles.length;
    for (let i = 0; i < to; i += ${words}) {
      ${loadText(words, "out", "i")}
      ${hash}
      ${recentText(words, recentBits(words))}
      const bundle = bundles[${ownerText("owners")}];
      const at = bundle.fill, states = bundle.states;
      ${stores}
      bundle.fill = at + (fresh * ${words});
    }
  }`;
  const ownerOf = `(states, at, owners) => { ${loadText(words, "states", "at")} ${hash} return ${ownerText("owners")}; }`;
  const plain = `(states, at) => { ${loadText(words, "states", "at")} ${hash} return h; }`;
  return new Function(`"use strict"; return { sort: ${sort}, ownerOf: ${ownerOf}, hash: ${plain} };`)() as Code;
}

const known = new Map<number, Code>();

function codeFor(words: number): Code {
  const code = known.get(words) ?? compile(words);
  known.set(words, code);
  return code;
}

export function ownerOf(states: Int32Array, at: number, words: number, owners: number): number {
  return codeFor(words).ownerOf(states, at, owners);
}

export function hashState(states: Int32Array, at: number, words: number): number {
  return codeFor(words).hash(states, at);
}

export class Router {
  /** By owner. They have room for all that one call sorts. */
  readonly bundles: readonly Bundle[];
  readonly #sort: Loop;
  readonly #recent: Int32Array;

  /** `initial`: a state that its owner has. `capacity`: words that one call sorts at most. */
  constructor(initial: Int32Array, owners: number, capacity: number) {
    const words = initial.length;
    // A state that is not fresh is written, too, and then overwritten: behind the last one there must be room for it.
    const room = capacity + words;
    this.bundles = Array.from({ length: owners }, () => ({ states: new Int32Array(room), fill: 0 }));
    this.#sort = codeFor(words).sort;
    this.#recent = new Int32Array(words * 2 ** recentBits(words));
    resetRecent(this.#recent, initial, 0, words);
  }

  /** Adds the states out[0 … to) to the bundles. */
  sort(out: Int32Array, to: number): void {
    this.#sort(out, to, this.bundles, this.#recent);
  }
}
