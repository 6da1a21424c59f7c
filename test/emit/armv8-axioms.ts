// SPDX-License-Identifier: MIT
// Armv8's axioms (Arm ARM B2.3, in the form of herd's aarch64.cat), by brute force: every choice of what each load
// reads, every order of the stores to each location; those that the axioms allow, without load buffering. Slow, and as
// far from src/emit/memory as can be.
import { defined } from "../../src/base/assert.ts";
import { type Op, registersOf, type Threads } from "./armv8-shapes.ts";

interface Event {
  readonly id: number;
  readonly thread: number;
  /** Place in the thread. */
  readonly at: number;
  readonly kind: "R" | "W";
  readonly op: Exclude<Op, { op: "F" | "B" }>;
  readonly acquire: boolean;
  readonly acquirePc: boolean;
  readonly release: boolean;
  /** The other half of an atomic operation. */
  readonly pair: number;
}

/** By event: a bit for each event that comes after it. */
type Relation = number[];

const isAtomic = (op: Event["op"]): boolean => op.op === "swap" || op.op === "add" || op.op === "cas";

function eventsOf(threads: Threads): Event[] {
  const events: Event[] = [];
  for (const [thread, ops] of threads.entries()) {
    for (const [at, op] of ops.entries()) {
      if (op.op === "F" || op.op === "B") continue;
      const order = "order" in op ? op.order : undefined;
      const acquire = (order === "acquire" || order === "full") && !("unread" in op && op.unread);
      const release = order === "release" || order === "full" || ("release" in op && op.release === true);
      const common = { thread, at, op, acquire, acquirePc: order === "acquire_pc" };
      const id = events.length;
      if (op.op === "R") events.push({ ...common, id, kind: "R", release: false, pair: -1 });
      else if (op.op === "W") events.push({ ...common, id, kind: "W", release, pair: -1 });
      else if (op.op === "SC") {
        const pair = events.findLast((e) => e.thread === thread && e.op.op === "R" && e.op.ll)?.id ?? -1;
        events.push({ ...common, id, kind: "W", release, pair });
      } else {
        events.push({ ...common, id, kind: "R", release: false, pair: id + 1 });
        events.push({ ...common, id: id + 1, kind: "W", release, acquire: false, pair: id });
      }
    }
  }
  return events;
}

/** All ways to take one of each list. */
function* product<T>(lists: readonly (readonly T[])[], i = 0): Generator<T[]> {
  const list = lists[i];
  if (list === undefined) yield [];
  else for (const rest of product(lists, i + 1)) for (const x of list) yield [x, ...rest];
}

function* permutations<T>(list: readonly T[]): Generator<T[]> {
  if (list.length === 0) yield [];
  for (const [i, x] of list.entries())
    for (const rest of permutations([...list.slice(0, i), ...list.slice(i + 1)])) yield [x, ...rest];
}

function closed(r: Relation): Relation {
  const out = [...r];
  for (const [k] of out.entries())
    for (const [i, row] of out.entries()) if ((row >>> k) & 1) out[i] = row | (out[k] ?? 0);
  return out;
}

const holds = (r: Relation, a: number, b: number): boolean => (((r[a] ?? 0) >>> b) & 1) !== 0;
const add = (r: Relation, a: number, b: number): void => {
  r[a] = (r[a] ?? 0) | (1 << b);
};
const cyclic = (r: Relation): boolean => closed(r).some((row, i) => ((row >>> i) & 1) !== 0);

/** One choice of what happens: which events there are, and what each load reads. */
class Candidate {
  readonly threads: Threads;
  readonly events: readonly Event[];
  readonly reads: ReadonlyMap<number, number>;
  readonly values = new Map<number, number>();
  readonly there = new Set<number>();
  private readonly strong = new Map<number, ReadonlySet<number>>();
  private readonly picked = new Map<number, ReadonlySet<number>>();

  constructor(
    threads: Threads,
    events: readonly Event[],
    reads: ReadonlyMap<number, number>,
    failed: ReadonlySet<number>,
  ) {
    this.threads = threads;
    this.events = events;
    this.reads = reads;
    for (const e of events) if (!failed.has(e.id)) this.there.add(e.id);
  }

  event(id: number): Event {
    return defined(this.events[id], "events are numbered");
  }

  /** Values of all events, in an order in which each load comes after what it reads; false: there is none. */
  evaluate(): boolean {
    const busy = new Set<number>();
    const value = (id: number): number => {
      const known = this.values.get(id);
      if (known !== undefined) return known;
      if (busy.has(id)) throw new Error("a cycle");
      busy.add(id);
      const e = this.event(id);
      let v: number;
      if (e.kind === "R") {
        const from = defined(this.reads.get(id), "loads read");
        v = from < 0 ? 0 : value(from);
      } else if (e.op.op === "add") v = value(e.pair) + e.op.value;
      else v = "value" in e.op ? e.op.value : 0;
      this.values.set(id, v);
      return v;
    };
    try {
      for (const e of this.events) value(e.id);
    } catch {
      return false;
    }
    for (const e of this.events)
      if (e.op.op === "cas" && e.kind === "W" && this.values.get(e.pair) !== e.op.expect) this.there.delete(e.id);
    return [...this.reads].every(([, from]) => from < 0 || this.there.has(from));
  }

  po(a: Event, b: Event): boolean {
    return a.thread === b.thread && (a.at < b.at || (a.at === b.at && a.kind === "R" && b.kind === "W"));
  }

  /** The store that a load follows directly, of all in its thread to its location. */
  private before(r: Event): Event | undefined {
    return this.events.findLast(
      (w) => w.kind === "W" && this.there.has(w.id) && w.op.loc === r.op.loc && this.po(w, r),
    );
  }

  private load(thread: number, reg: number): Event {
    return defined(
      this.events.find((e) => e.thread === thread && e.kind === "R" && "reg" in e.op && e.op.reg === reg),
      "registers come from loads",
    );
  }

  /** Loads that the register of a load depends on. */
  private sources(r: Event, pick: boolean): ReadonlySet<number> {
    const cache = pick ? this.picked : this.strong;
    const known = cache.get(r.id);
    if (known) return known;
    const found = new Set([r.id, ...this.address(r, pick)]);
    const w = this.before(r);
    if (w) {
      for (const x of [...this.address(w, pick), ...this.data(w, pick)]) found.add(x);
      const through = w.op.op === "add" || (pick && w.op.op === "cas");
      if (through) for (const x of this.sources(this.event(w.pair), pick)) found.add(x);
    }
    cache.set(r.id, found);
    return found;
  }

  private of(e: Event, strong: number | undefined, picks: number | undefined, pick: boolean): Set<number> {
    const found = new Set<number>();
    for (const reg of [strong, pick ? picks : undefined])
      if (reg !== undefined) for (const x of this.sources(this.load(e.thread, reg), pick)) found.add(x);
    return found;
  }

  address(e: Event, pick: boolean): Set<number> {
    return this.of(e, e.op.addr, e.op.selAddr, pick);
  }

  data(e: Event, pick: boolean): Set<number> {
    return e.kind === "W" ? this.of(e, e.op.data, e.op.selData, pick) : new Set();
  }

  /** Loads that decide a branch in front of an event, and one in front of an ISB in front of it. */
  control(e: Event, pick: boolean, isb: boolean): Set<number> {
    const found = new Set<number>();
    const ops = defined(this.threads[e.thread], "threads exist");
    for (const [i, op] of ops.slice(0, e.at).entries()) {
      if (isb && !ops.slice(i, e.at).some((x) => x.op === "F" && x.fence === "isb")) continue;
      if (op.op === "B" && (pick || !op.sel))
        for (const x of this.sources(this.load(e.thread, op.reg), pick)) found.add(x);
    }
    return found;
  }

  follows(w: Event, r: Event): boolean {
    return this.before(r) === w;
  }

  fenced(a: Event, b: Event, ...fences: readonly string[]): boolean {
    if (a.thread !== b.thread) return false;
    const between = defined(this.threads[a.thread], "threads exist").slice(a.at, b.at);
    return between.some((op) => op.op === "F" && fences.includes(op.fence));
  }
}

const unread = (e: Event): boolean => e.kind === "R" && "unread" in e.op && e.op.unread === true;

/** Whether `a` is locally ordered before `b` by one rule. */
function ordered(c: Candidate, a: Event, b: Event): boolean {
  if (!c.po(a, b)) return false;
  const same = a.op.loc === b.op.loc;
  const all = c.events.filter((e) => c.there.has(e.id));
  const depends = (e: Event, pick: boolean): boolean => c.address(e, pick).has(a.id) || c.data(e, pick).has(a.id);
  const addressed = (pick: boolean): boolean =>
    all.some((m) => c.address(m, pick).has(a.id) && (m === b || c.po(m, b)));
  if (same && b.kind === "W") return true; // lmws
  if (depends(b, false) || (b.kind === "W" && depends(b, true))) return true; // addr, data
  if (b.kind === "W" && (c.control(b, true, false).has(a.id) || addressed(true))) return true; // ctrl;W, addr;po;W
  if (b.kind === "R" && all.some((w) => w.kind === "W" && c.follows(w, b) && depends(w, false))) return true; // ;lmrs
  if (c.control(b, true, true).has(a.id)) return true; // ctrl;ISB
  if (all.some((m) => c.address(m, true).has(a.id) && c.po(m, b) && c.fenced(m, b, "isb"))) return true;
  if (isAtomic(a.op) ? a.pair === b.id : b.pair === a.id) return true; // rmw
  const acquires = b.acquire || b.acquirePc;
  if (b.kind === "R" && acquires && all.some((w) => w.kind === "W" && w.pair === a.id && c.follows(w, b))) return true;
  return barrier(c, a, b);
}

function barrier(c: Candidate, a: Event, b: Event): boolean {
  if (c.fenced(a, b, "mb", "after_spinlock")) return true;
  if (a.kind === "R" && !unread(a) && c.fenced(a, b, "rmb")) return true;
  if (a.kind === "W" && b.kind === "W" && c.fenced(a, b, "wmb")) return true;
  if (a.kind === "W" && c.fenced(a, b, "dsb_ishst", "dsb_nshst")) return true;
  if (a.kind === "W" && isAtomic(a.op) && a.release && c.event(a.pair).acquire) return true;
  if (a.kind === "W" && a.release && b.kind === "R" && b.acquire) return true;
  if (a.kind === "R" && (a.acquire || a.acquirePc)) return true;
  return b.kind === "W" && b.release;
}

function localOrder(c: Candidate): Relation {
  const there = c.events.filter((e) => c.there.has(e.id));
  const direct: Relation = c.events.map(() => 0);
  for (const a of there) for (const b of there) if (a !== b && ordered(c, a, b)) add(direct, a.id, b.id);
  const lob = closed(direct);
  const out = [...lob];
  // What picks an event is before the stores that the event is before.
  for (const e of there) {
    const picks = new Set([...c.address(e, true), ...c.data(e, true)]);
    if (e.kind === "R") for (const w of there) if (c.follows(w, e)) for (const x of picksOf(c, w)) picks.add(x);
    for (const x of picks) for (const w of there) if (w.kind === "W" && holds(lob, e.id, w.id)) add(out, x, w.id);
  }
  return out;
}

function picksOf(c: Candidate, w: Event): number[] {
  const own = isAtomic(w.op) && w.op.op !== "swap" ? [w.pair] : [];
  return [...c.address(w, true), ...c.data(w, true), ...own];
}

/** Whether the axioms allow this order of the stores. `rank`: of each store in its location's order, from 1. */
function allowed(c: Candidate, rank: ReadonlyMap<number, number>, local: Relation): boolean {
  const place = (e: Event): number =>
    e.kind === "W" ? (rank.get(e.id) ?? 0) : (rank.get(defined(c.reads.get(e.id), "loads read")) ?? 0);
  /** From a load or a store to a later store. */
  const after = (a: Event, b: Event): boolean =>
    a !== b && b.kind === "W" && a.op.loc === b.op.loc && place(a) < place(b);
  const some = c.events.filter((e) => c.there.has(e.id));
  const adjacent = (r: Event, w: Event): boolean => place(w) === place(r) + 1;
  for (const a of some)
    for (const b of some) {
      if (a.kind === "W" && c.po(a, b) && a.op.loc === b.op.loc && place(b) < place(a)) return false; // coWW, coWR
      if (b.kind === "W" && b.pair === a.id && !adjacent(a, b)) return false; // atomic
    }
  const ob: Relation = [...local];
  const cause: Relation = c.events.map(() => 0);
  for (const a of some)
    for (const b of some) {
      const external = a.thread !== b.thread;
      const rf = b.kind === "R" && c.reads.get(b.id) === a.id;
      if (external && (rf || after(a, b))) add(ob, a.id, b.id);
      // Two loads of one location, and a store that the second one has not seen.
      if (a.kind === "R" && external && b.kind === "W")
        if (some.some((r) => r.kind === "R" && r.op.loc === a.op.loc && c.po(a, r) && after(r, b))) add(ob, a.id, b.id);
      if (rf || c.po(a, b)) add(cause, a.id, b.id);
    }
  return !cyclic(cause) && !cyclic(ob);
}

/** Final states: registers by thread, then the locations. */
export function axiomaticOutcomes(threads: Threads): Set<string> {
  const events = eventsOf(threads);
  const loads = events.filter((e) => e.kind === "R");
  const conditional = events.filter((e) => e.op.op === "SC");
  const locations = 1 + Math.max(...events.map((e) => e.op.loc));
  const outcomes = new Set<string>();
  const sources = loads.map((r) => [
    -1,
    ...events.filter((w) => w.kind === "W" && w.op.loc === r.op.loc && w.id !== r.pair).map((w) => w.id),
  ]);
  for (const failing of product(conditional.map((e) => (e.pair < 0 ? [true] : [true, false])))) {
    const failed = new Set(conditional.filter((_, i) => failing[i]).map((e) => e.id));
    for (const choice of product(sources)) {
      const reads = new Map(loads.map((r, i) => [r.id, defined(choice[i], "one each")]));
      const c = new Candidate(threads, events, reads, failed);
      if (!c.evaluate()) continue;
      const stores = Array.from({ length: locations }, (_, loc) =>
        events.filter((e) => e.kind === "W" && c.there.has(e.id) && e.op.loc === loc),
      );
      let local: Relation | undefined;
      for (const orders of product(stores.map((list) => [...permutations(list)]))) {
        const rank = new Map(orders.flatMap((list) => list.map((e, i): [number, number] => [e.id, i + 1])));
        const last = orders.map((list) => {
          const w = list.at(-1);
          return w ? defined(c.values.get(w.id), "evaluated") : 0;
        });
        const text = [...registers(threads, c, failed), ...last].join(" ");
        if (outcomes.has(text)) continue;
        local ??= localOrder(c);
        if (allowed(c, rank, local)) outcomes.add(text);
      }
    }
  }
  return outcomes;
}

function registers(threads: Threads, c: Candidate, failed: ReadonlySet<number>): number[] {
  return threads.flatMap((thread, t) =>
    registersOf(thread).map((reg) => {
      const e = defined(
        c.events.find((x) => x.thread === t && "reg" in x.op && x.op.reg === reg),
        "registers have events",
      );
      return e.op.op === "SC" ? Number(failed.has(e.id)) : defined(c.values.get(e.id), "evaluated");
    }),
  );
}
