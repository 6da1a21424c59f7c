// SPDX-License-Identifier: MIT
// Where a view-based model keeps its part of the state: behind all other words, unpacked by the printed code into small
// arrays (views-runtime.ts), worked on there, and packed again. T holds every timestamp that belongs to no message.
import type { ViewModel } from "../../../model/hw/memory/types.ts";
import { assert, defined } from "../../base/assert.ts";
import { stepOnCpu } from "../../program/fold.ts";
import type { Range } from "../../program/intervals.ts";
import type { Code, Program } from "../../program/program.ts";
import type { ContextLayout, Slot } from "../layout.ts";
import { bitsFor, largestNumber, type RangeContext, rangesOfLocals } from "../ranges.ts";
import {
  type Addresses,
  addressesOf,
  type Future,
  futuresOf,
  orderedCells,
  union,
  walkedAddresses,
} from "./views-cells.ts";
import { type Flow, flowOf, numbered, sharedViews } from "./views-flow.ts";

/**
 * A CPU's views, in T from cpu * VIEW_COUNT on. What each bounds from below: readNew loads, writeNew stores; readOld,
 * writeOld: the loads and stores so far, for barriers; pickOld: what those were picked by, which orders stores alone;
 * control: branches and addresses, for stores and ISB; release: for acquires; walk: for page walks; linked: which store
 * the load-linked has read; linkedView, linkedPick: views of that load.
 */
export const VIEW = {
  readNew: 0,
  writeNew: 1,
  readOld: 2,
  writeOld: 3,
  control: 4,
  release: 5,
  pickOld: 6,
  walk: 7,
  linked: 8,
  linkedView: 9,
  linkedPick: 10,
} as const;
export const VIEW_COUNT = 11;

/** A view of a value: how strongly it orders, and what has picked it; the latter is 0 if nothing is ever picked. */
export interface ValueView {
  readonly strong: number;
  readonly pick: number;
}

export interface ViewsLayout {
  /** Messages that there is room for. */
  readonly depth: number;
  /** Cells in the memory order, in the order of their addresses; address 0 is none. */
  readonly cells: readonly number[];
  readonly addresses: Addresses;
  readonly flow: Flow;
  readonly used: Uses;
  /** T[baseRead + address]: how far up nothing may be put behind the cell's own value. */
  readonly baseRead: number;
  /** By context, in the layout's order, by local: where its views are in T while it is live. */
  readonly locals: readonly ReadonlyMap<number, ValueView>[];
  /** Cells whose elements carry views: where those of element 0 are. */
  readonly elements: ReadonlyMap<number, ValueView>;
  /** Cells that are handed over: where the views of element 0 are. */
  readonly handed: ReadonlyMap<number, number>;
  readonly size: number;
  /** By address: a bit per CPU whose page walkers may read it. */
  readonly walked: readonly number[];
  /** Different futures; by CPU and step of its thread: which. A CPU without a thread has one entry. */
  readonly futures: readonly Future[];
  readonly futureOf: readonly (readonly number[])[];
  /** JavaScript lvalues and where they are packed. */
  readonly packed: readonly { readonly name: string; readonly slot: Slot }[];
  readonly words: number;
}

/** By CPU and step of its thread, what may still happen there. What interrupts do, they may do at any time. */
function futures(program: Program, addresses: Addresses) {
  const distinct: Future[] = [];
  const byText = new Map<string, number>();
  const numberOf = (future: Future): number => {
    const text = JSON.stringify(future);
    const known = byText.get(text) ?? distinct.push(future) - 1;
    byText.set(text, known);
    return known;
  };
  const nothing: Future = { touches: new Array<number>(addresses.count).fill(0), alive: false };
  const largest = largestNumber(program);
  const on = (cpu: number, kind: Code["kind"]): Future[][] =>
    program.codes
      .filter((code) => code.kind === kind && code.cpus.includes(cpu))
      .map((code) => {
        const own = { ...code, steps: code.steps.map((step) => stepOnCpu(program, step, cpu)) };
        return futuresOf({ program, locals: rangesOfLocals(program, own, largest) }, own, addresses);
      });
  const of = Array.from({ length: program.cpus }, (_, cpu) => {
    const always = on(cpu, "interrupt").flat().reduce(union, nothing);
    const threads = on(cpu, "thread");
    assert(threads.length <= 1, "a CPU has one thread");
    return (threads[0] ?? [nothing]).map((future) => numberOf(union(future, always)));
  });
  return { distinct, of };
}

class Places {
  readonly packed: { name: string; slot: Slot }[] = [];
  private word: number;
  private shift = 0;

  constructor(first: number) {
    this.word = first;
  }

  add(name: string, width: number): void {
    if (width === 0) return;
    if (this.shift + width > 32) {
      this.word++;
      this.shift = 0;
    }
    this.packed.push({ name, slot: { word: this.word, shift: this.shift, width } });
    this.shift += width;
  }

  /** The first word behind. */
  get end(): number {
    return this.shift > 0 ? this.word + 1 : this.word;
  }
}

/** What of the mechanism a program has a use for. */
function uses(program: Program, model: ViewModel, flow: Flow, walked: readonly number[]) {
  const accesses = program.codes.flatMap((c) => c.steps.map((s) => s.access));
  const fences = accesses.flatMap((a) =>
    a.kind === "fence"
      ? [model.fence[a.order]]
      : a.kind === "instruction"
        ? [model.instruction[a.serialising ? "serialising" : "other"]]
        : [],
  );
  const interrupts = program.codes.some((c) => c.kind === "interrupt");
  return {
    control: fences.some((f) => f === "isb" || f === "complete") || (interrupts && model.exception !== "none"),
    walk: walked.some((mask) => mask !== 0),
    picks: flow.picks,
    monitors: accesses.some((a) => a.kind === "store_exclusive"),
    atomics: accesses.some((a) => a.kind === "rmw" || a.kind === "store_exclusive"),
  };
}

export type Uses = ReturnType<typeof uses>;

function messageFields(
  places: Places,
  depth: number,
  cpus: number,
  view: number,
  used: Uses,
  address: number,
  value: number,
) {
  for (let t = 1; t <= depth; t++) {
    places.add(`MA[${t}]`, address);
    places.add(`MV[${t}]`, value);
    places.add(`MR[${t}]`, view);
    places.add(`MS[${t}]`, cpus);
    places.add(`MB[${t}]`, bitsFor({ min: 0, max: cpus }));
    places.add(`MF[${t}]`, view);
    if (used.picks) places.add(`MP[${t}]`, view);
    if (used.atomics) {
      places.add(`MX[${t}]`, view);
      places.add(`MG[${t}]`, used.picks ? 2 : 1);
    }
  }
}

function cpuFields(places: Places, cpus: number, view: number, used: Uses): void {
  const kept: [number, boolean][] = [
    [VIEW.readNew, true],
    [VIEW.writeNew, true],
    [VIEW.readOld, true],
    [VIEW.writeOld, true],
    [VIEW.control, used.control],
    [VIEW.release, true],
    [VIEW.pickOld, used.picks],
    [VIEW.walk, used.walk],
    [VIEW.linked, used.monitors],
    [VIEW.linkedView, used.monitors],
    [VIEW.linkedPick, used.monitors && used.picks],
  ];
  for (let cpu = 0; cpu < cpus; cpu++)
    for (const [id, needed] of kept) if (needed) places.add(`T[${cpu * VIEW_COUNT + id}]`, view);
}

/** Places in T: views of locals, of elements, and of what is handed over. */
function valuePlaces(program: Program, flow: Flow, contexts: readonly ContextLayout[], first: number) {
  let next = first;
  const place = (): ValueView => {
    const strong = next++;
    return { strong, pick: flow.picks ? next++ : 0 };
  };
  const locals = contexts.map(({ code }) => {
    const map = new Map<number, ValueView>();
    for (const group of sharedViews(
      defined(program.codes[code], "codes exist"),
      defined(flow.locals[code], "by code"),
    )) {
      const at = place();
      for (const l of group) map.set(l, at);
    }
    return map;
  });
  const strong = numbered(program, flow.cells, next);
  const pick = flow.picks
    ? numbered(program, flow.cells, strong.next)
    : { starts: new Map<number, number>(), next: strong.next };
  const handed = numbered(program, flow.handed, pick.next);
  const elementViews = new Map(
    [...strong.starts].map(([cell, at]) => [cell, { strong: at, pick: pick.starts.get(cell) ?? 0 }]),
  );
  return { locals, elements: elementViews, handed: handed.starts, next: handed.next };
}

export function viewsLayout(
  program: Program,
  model: ViewModel,
  depth: number,
  contexts: readonly ContextLayout[],
  localRanges: readonly (readonly Range[])[],
  firstWord: number,
): ViewsLayout {
  const cells = orderedCells(program);
  const addresses = addressesOf(program, cells);
  const widest = Math.max(0, ...cells.map((id) => bitsFor(defined(program.cells[id], "cells exist"))));
  const cx = (code: number): RangeContext => ({ program, locals: defined(localRanges[code], "by code") });
  const flow = flowOf(program, new Set(cells));
  const walked = walkedAddresses(cx, program, addresses);
  const used = uses(program, model, flow, walked);
  const baseRead = program.cpus * VIEW_COUNT;
  const values = valuePlaces(program, flow, contexts, baseRead + addresses.count);
  const view = bitsFor({ min: 0, max: depth });
  const address = bitsFor({ min: 0, max: addresses.count - 1 });
  const places = new Places(firstWord);
  if (cells.length > 0) {
    messageFields(places, depth, program.cpus, view, used, address, widest);
    cpuFields(places, program.cpus, view, used);
    if (used.monitors) for (let cpu = 0; cpu < program.cpus; cpu++) places.add(`XA[${cpu}]`, address);
    for (let i = baseRead + 1; i < values.next; i++) places.add(`T[${i}]`, view);
  }
  const { distinct, of } = futures(program, addresses);
  return {
    depth,
    cells,
    addresses,
    flow,
    used,
    baseRead,
    locals: values.locals,
    elements: values.elements,
    handed: values.handed,
    size: values.next,
    walked,
    futures: distinct,
    futureOf: of,
    packed: places.packed,
    words: places.end - firstWord,
  };
}
