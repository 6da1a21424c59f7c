// SPDX-License-Identifier: MIT
// One of several workers that search together, each in a thread of its own (or, in a test, in turns in one). Every
// state has one owner, which stores and expands it; successors go to their owners through mailboxes. All work on the
// same level, and nobody begins the next one before everybody has stored all of it: so depths, and with them the
// verdict and all counts, are those of one thread. The order of states within a level is not; see join.ts.
//
// Nothing here waits: step() says that there is nothing to do, and whoever runs the worker waits for the bell.

import { assert, defined } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import { Expander } from "./expand.ts";
import { Findings, type FindingsRecord, recordOf } from "./findings.ts";
import type { Sift } from "./insert-code.ts";
import { Mailbox } from "./mailbox.ts";
import { type Bundle, ownerFunction, type Partition, routingSift } from "./route-code.ts";
import type { Names, SearchOptions } from "./search.ts";
import { AT, endOf, isOfOurBuild, OF, placeOf, placeOfMailbox, ring, type Shared, stopAll } from "./shared.ts";
import { StateStore } from "./store.ts";

/** What a worker has found in the end; its arrays are in shared memory. */
export interface Part extends FindingsRecord {
  readonly chunks: readonly Int32Array[];
  readonly chunkShift: number;
  readonly words: number;
  readonly states: number;
  /** How many of them were expanded. */
  readonly head: number;
  /** Numbers of the first states of each level; of the last, no state need be here. */
  readonly levels: readonly number[];
  readonly transitions: number;
  readonly bytes: number;
  /** It has come to its end, and was not stopped. */
  readonly done: boolean;
}

export interface WorkerOptions
  extends Pick<SearchOptions, "maxStates" | "maxMemoryBytes" | "stopAtViolation" | "sizes"> {
  readonly partition: Partition;
}

export class SearchWorker {
  readonly #shared: Shared;
  readonly #id: number;
  readonly #options: WorkerOptions;
  readonly #store: StateStore;
  readonly #findings: Findings;
  /** By owner; our own stays empty. */
  readonly #bundles: readonly Bundle[];
  readonly #sift: Sift;
  readonly #inbox: readonly Mailbox[];
  /** By worker: its mailbox, and how much of its bundle is sent. */
  readonly #outbox: readonly { readonly to: number; readonly box: Mailbox; sent: number }[];
  readonly #expander: Expander;
  readonly #levels = [0];
  #levelEnd: number;
  /** "done": at the end of the search; "stopped": before. */
  #phase: "expanding" | "storing" | "waiting" | "done" | "stopped" = "expanding";

  /** `maxMemoryBytes` is for this worker alone, the other limits for all. */
  constructor(compiled: Compiled, names: Names, shared: Shared, id: number, options: WorkerOptions) {
    assert(isOfOurBuild(shared), "a worker is of the same build as what starts it: build again (node tools/build.js)");
    const { words } = compiled;
    const { workers, control } = shared;
    this.#shared = shared;
    this.#id = id;
    this.#options = options;
    this.#store = new StateStore({
      words,
      parents: false,
      maxStates: Number.POSITIVE_INFINITY,
      maxBytes: options.maxMemoryBytes ?? Number.POSITIVE_INFINITY,
      shared: true,
      ...(options.sizes && { sizes: options.sizes }),
    });
    this.#findings = new Findings(compiled, names, { all: true });
    this.#expander = new Expander(compiled, this.#findings, this.#store);
    const others = Array.from({ length: workers }, (_, j) => j).filter((j) => j !== id);
    const box = (i: number, j: number): Mailbox => {
      const states = defined(shared.mailboxes[i]?.[j], "every pair has a mailbox");
      return new Mailbox(states, words, control, placeOfMailbox(workers, i, j));
    };
    this.#inbox = others.map((i) => box(i, id));
    this.#outbox = others.map((to) => ({ to, box: box(id, to), sent: 0 }));
    const initial = new Int32Array(words);
    compiled.initial(initial);
    this.#bundles = Array.from({ length: workers }, () => ({
      states: new Int32Array(this.#expander.out.length),
      fill: 0,
    }));
    this.#sift = routingSift(this.#store.shape, options.partition, id, this.#bundles);
    if (ownerFunction(words, options.partition, workers)(initial, 0) === id) this.#insert(initial, 0, words, 0);
    this.#levelEnd = this.#store.count;
    // Everybody must know before anybody begins: all look, and it is the owner that tells.
    if (this.#stopsAt(compiled.check(initial, 0))) this.#phase = "done";
  }

  /** Whether so many violations end the search. */
  #stopsAt(violations: number): boolean {
    return violations > 0 && (this.#options.stopAtViolation ?? true);
  }

  /** Does some work. "idle": there is none until the bell rings. */
  step(): "worked" | "idle" | "ended" {
    // Behind the last level all have everything: too late to stop.
    if (this.#phase === "waiting" && this.#allAre(AT.closed)) this.#nextLevel();
    else if (this.#phase !== "done" && endOf(this.#shared) !== undefined) this.#phase = "stopped";
    if (this.#phase === "done" || this.#phase === "stopped") return "ended";
    if (this.#phase === "waiting") return "idle";
    // Looked at first: whatever is sent before everybody is done with the level is then in the mailboxes.
    const last = this.#phase === "storing" && this.#allAre(AT.expanded);
    const worked = this.#receive();
    if (last) this.#close();
    return last || (this.#phase === "expanding" && this.#expand()) || worked ? "worked" : "idle";
  }

  /** Whether all workers have come so far on this level. */
  #allAre(place: number): boolean {
    return Atomics.load(this.#shared.control, place) >= this.#shared.workers * this.#levels.length;
  }

  #arrive(place: number): void {
    Atomics.add(this.#shared.control, place, 1);
    ring(this.#shared.control);
  }

  /** Sends what is left of the last batch, or expands another one, or ends the level. False if it has to wait. */
  #expand(): boolean {
    if (!this.#isSent()) return this.#send();
    const { head, out } = this.#expander;
    if (head < this.#levelEnd) {
      const k = this.#expander.expand(this.#levelEnd, this.#levels.length - 1);
      this.#insert(out, 0, k, this.#levels.length, this.#sift);
      this.#send();
      this.#publish();
      return true;
    }
    this.#phase = "storing";
    this.#arrive(AT.expanded);
    return true;
  }

  #isSent(): boolean {
    return this.#outbox.every(({ to, sent }) => sent === this.#bundles[to]!.fill);
  }

  /** False if no mailbox had room for anything. */
  #send(): boolean {
    let some = false;
    for (const out of this.#outbox) {
      const bundle = this.#bundles[out.to]!;
      if (out.sent === bundle.fill) continue;
      const sent = out.box.send(bundle.states, out.sent, bundle.fill);
      some ||= sent > out.sent;
      out.sent = sent;
      if (sent < bundle.fill) continue;
      bundle.fill = 0;
      out.sent = 0;
    }
    if (some) ring(this.#shared.control);
    return some;
  }

  #receive(): boolean {
    let some = false;
    for (const box of this.#inbox) {
      const count = box.receive((states, from, to) => this.#insert(states, from, to, this.#levels.length));
      some ||= count > 0;
    }
    // A sender may wait for room.
    if (some) ring(this.#shared.control);
    return some;
  }

  #insert(states: Int32Array, from: number, to: number, depth: number, sift?: Sift): void {
    const store = this.#store;
    const before = store.count;
    const stored = store.insert(states, from, to, this.#expander.ends, 0, sift) === to;
    this.#findings.stored(store, before, depth);
    this.#findings.noteWitnesses(depth);
    if (!stored) stopAll(this.#shared, "memory");
    const all = Atomics.add(this.#shared.control, AT.states, store.count - before) + store.count - before;
    if (all > (this.#options.maxStates ?? Number.POSITIVE_INFINITY)) stopAll(this.#shared, "states");
  }

  /** All of the next level is stored, as far as it is ours. */
  #close(): void {
    const { control } = this.#shared;
    Atomics.store(control, placeOf(this.#id, OF.found), this.#store.count - this.#levelEnd);
    if (this.#stopsAt(this.#findings.found.size)) Atomics.store(control, AT.violated, 1);
    this.#publish();
    this.#phase = "waiting";
    this.#arrive(AT.closed);
  }

  #nextLevel(): void {
    const { control, workers } = this.#shared;
    let found = 0;
    for (let id = 0; id < workers; id++) found += Atomics.load(control, placeOf(id, OF.found));
    if (found > 0) this.#levels.push(this.#levelEnd);
    this.#levelEnd = this.#store.count;
    this.#phase = found === 0 || Atomics.load(control, AT.violated) !== 0 ? "done" : "expanding";
  }

  #publish(): void {
    const { control } = this.#shared;
    const put = (what: number, value: number): number => Atomics.store(control, placeOf(this.#id, what), value);
    put(OF.states, this.#store.count);
    put(OF.queued, this.#store.count - this.#expander.head);
    put(OF.depth, this.#levels.length - 1);
    put(OF.megabytes, Math.ceil(this.#store.bytes / 2 ** 20));
    put(OF.transitions, this.#expander.transitions % 2 ** 30);
    put(OF.transitionsHigh, Math.floor(this.#expander.transitions / 2 ** 30));
  }

  /** What it has found, once it has ended. */
  part(): Part {
    const { chunks, chunkShift, words, count, bytes } = this.#store;
    const levels = count > this.#levelEnd ? [...this.#levels, this.#levelEnd] : this.#levels;
    const found = { chunks, chunkShift, words, states: count, head: this.#expander.head, levels };
    return {
      ...recordOf(this.#findings),
      ...found,
      transitions: this.#expander.transitions,
      bytes,
      done: this.#phase === "done",
    };
  }
}
