// SPDX-License-Identifier: MIT
// Random small programs: their final states under armv8 are those that the axioms allow, with and without folding, with
// the locations in one cell or in cells of their own (what one CPU alone touches then bypasses the memory order); and
// armv8 has all that x86_tso has, which has all that sc has.
import fc from "fast-check";
import { expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { axiomaticOutcomes } from "./armv8-axioms.ts";
import { everything, outcomes } from "./armv8-outcomes.ts";
import { type Op, storesIn, type Threads } from "./armv8-shapes.ts";

const RUNS = Number(process.env.RUNS ?? 30);
/** More than that takes the axioms too long. */
const MOST = { loads: 5, stores: 5 };
const VALUES = 14;
const LOADS = ["once", "once", "once", "acquire", "acquire_pc"] as const;
const RMWS = ["relaxed", "acquire", "release", "full"] as const;
const FENCES = ["mb", "rmb", "wmb", "isb", "dsb_ishst"] as const;
const choices = fc.infiniteStream(fc.nat(1_000_000));

/** Takes decisions from a stream of numbers. */
class Dice {
  private readonly stream: Iterator<number>;
  stores = 0;

  constructor(stream: Iterator<number>) {
    this.stream = stream;
  }

  below(n: number): number {
    return Number(this.stream.next().value) % n;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** A value that no other store has. */
  value(): number {
    this.stores = (this.stores % VALUES) + 1;
    return this.stores;
  }
}

class RandomThread {
  readonly ops: Op[] = [];
  private readonly dice: Dice;
  private readonly locations: number;
  private readonly known: number[] = [];
  private registers = 0;
  private linked: number | undefined;

  constructor(dice: Dice, locations: number, accesses: number) {
    this.dice = dice;
    this.locations = locations;
    while (this.ops.filter(({ op }) => op !== "F" && op !== "B").length < accesses) this.add();
  }

  private depends(stores: boolean) {
    if (this.known.length === 0 || this.dice.below(3) !== 0) return {};
    const how = stores ? (["addr", "data", "selAddr", "selData"] as const) : (["addr", "selAddr"] as const);
    return { [this.dice.one(how)]: this.dice.one(this.known) };
  }

  private rmw(loc: number, op: "swap" | "add" | "cas"): void {
    const reg = this.registers++;
    const order = this.dice.one(RMWS);
    const expect = op === "cas" ? { expect: this.dice.below(2) } : {};
    const value = op === "add" ? 1 : this.dice.value();
    const unread = op !== "cas" && this.dice.below(4) === 0 ? ({ unread: true } as const) : {};
    this.ops.push({ op, loc, value, reg, order, ...expect, ...unread, ...this.depends(true) });
    // The axioms here do not know what the result of a compare-and-swap depends on, nor what reads an unread one.
    if (op !== "cas" && !("unread" in unread)) this.known.push(reg);
  }

  private load(loc: number, ll: boolean): void {
    const reg = this.registers++;
    const order = ll ? this.dice.one(["once", "acquire"] as const) : this.dice.one(LOADS);
    this.ops.push({ op: "R", loc, reg, order, ...(ll && { ll }), ...this.depends(false) });
    this.known.push(reg);
    if (ll) this.linked = loc;
  }

  private release(oneOf: number): { release?: true } {
    return this.dice.below(oneOf) === 0 ? { release: true } : {};
  }

  private add(): void {
    const loc = this.dice.below(this.locations);
    const kind = this.dice.below(12);
    // What a CPU's own store does to its monitor is open: the model takes that for a limit.
    const free = this.linked !== loc;
    if (kind < 3) this.load(loc, false);
    else if (kind < 6 && free)
      this.ops.push({ op: "W", loc, value: this.dice.value(), ...this.release(4), ...this.depends(true) });
    else if (kind === 6) this.ops.push({ op: "F", fence: this.dice.one(FENCES) });
    else if (kind === 7 && this.known.length > 0)
      this.ops.push({ op: "B", reg: this.dice.one(this.known), ...(this.dice.below(3) === 0 && { sel: true }) });
    else if (kind === 8 && free) this.rmw(loc, this.dice.one(["swap", "add"] as const));
    else if (kind === 9 && free) this.rmw(loc, "cas");
    else if (kind === 10 && this.linked === undefined) this.load(loc, true);
    else if (kind === 11 && this.linked !== undefined) {
      const reg = this.registers++;
      const value = this.dice.value();
      this.ops.push({ op: "SC", loc: this.linked, value, reg, ...this.release(3), ...this.depends(true) });
      this.linked = undefined;
    }
  }
}

function randomThreads(stream: Iterator<number>): Threads {
  const dice = new Dice(stream);
  for (;;) {
    const count = 2 + dice.below(2);
    const locations = 1 + dice.below(3);
    dice.stores = 0;
    const threads = Array.from(
      { length: count },
      () => new RandomThread(dice, locations, count === 2 ? 2 + dice.below(3) : 1 + dice.below(3)).ops,
    );
    const loads = threads.flat().filter(({ op }) => !["W", "SC", "F", "B"].includes(op)).length;
    // A branch in front of all accesses has no step to be in.
    if (loads <= MOST.loads && storesIn(threads) <= MOST.stores) return threads.map(startsWithAccess);
  }
}

function startsWithAccess(ops: readonly Op[]): readonly Op[] {
  return ops.slice(ops.findIndex(({ op }) => op !== "B"));
}

test("what armv8 does is what its axioms allow", () => {
  fc.assert(
    fc.property(choices, fc.boolean(), (stream, apart) => {
      const threads = randomThreads(stream[Symbol.iterator]());
      const expected = [...axiomaticOutcomes(threads)].sort();
      for (const fold of [true, false])
        expect(outcomes(threads, everything(threads), { apart, fold })).toEqual(expected);
    }),
    { numRuns: RUNS },
  );
});

/** Without pairs, and without LDAR, which x86 lets pass an earlier STLR to another address. */
const simple = (ops: readonly Op[]): Op[] =>
  ops.flatMap((op): Op[] => {
    if (op.op === "SC") return [];
    if (op.op !== "R") return [op];
    const { ll: _, ...load } = op;
    return [load.order === "acquire" ? { ...load, order: "acquire_pc" } : load];
  });

test("armv8 has all that x86_tso has, and x86_tso all that sc has", () => {
  fc.assert(
    fc.property(choices, fc.boolean(), (stream, apart) => {
      const threads = randomThreads(stream[Symbol.iterator]()).map(simple);
      const [arm, tso, plain] = [armv8, x86_tso, sc].map((model) =>
        outcomes(threads, everything(threads), { model, apart }),
      );
      expect(arm).toEqual(expect.arrayContaining(tso ?? []));
      expect(tso).toEqual(expect.arrayContaining(plain ?? []));
    }),
    { numRuns: RUNS },
  );
});
