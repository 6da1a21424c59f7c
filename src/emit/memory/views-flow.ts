// SPDX-License-Identifier: MIT
// Which locals, and which elements that bypass the memory order, can hold a value that depends on a load: those carry
// a view of their own. Computed once per Program, so that all others take no bits.
import { defined } from "../../base/assert.ts";
import type { Access, Code, Expr, LoadOrder, Program, RmwOrder, Step } from "../../program/program.ts";
import { elements } from "../../program/program.ts";
import { expressionsIn, expressionsOf, statementsOf } from "../../program/visit.ts";

export interface Flow {
  /** By code: the locals that carry views. */
  readonly locals: readonly ReadonlySet<number>[];
  /** Cells outside of the memory order whose elements do. */
  readonly cells: ReadonlySet<number>;
  /** Frame cells that one CPU hands to another: a serialising instruction puts them, and another CPU reads them. */
  readonly handed: ReadonlySet<number>;
  /** Some value is selected (Armv8's CSEL): there are pick dependencies. */
  readonly picks: boolean;
}

/** What a load with this order returns is never newer than its CPU's views. */
function isAcquire(order: LoadOrder | RmwOrder): boolean {
  return order === "acquire" || order === "acquire_pc" || order === "full";
}

/** Cells that some expression reads. */
function readDirectly(program: Program): Set<number> {
  const found = new Set<number>();
  const note = (e: Expr): void => {
    if (e.kind === "cell") found.add(e.cell);
  };
  for (const code of program.codes)
    for (const step of code.steps) {
      expressionsOf(step, note);
      const { access } = step;
      if ("place" in access && access.kind !== "store" && access.kind !== "store_exclusive")
        found.add(access.place.cell);
    }
  return found;
}

function handedCells(program: Program): Set<number> {
  const found = new Set<number>();
  for (const step of program.codes.flatMap((c) => c.steps)) {
    const { access } = step;
    if (access.kind !== "instruction" || !access.serialising) continue;
    statementsOf(step, (s) => {
      if (s.kind !== "put") return;
      const { storage, own } = defined(program.cells[s.cell], "cells exist");
      if (storage === "frame" && !own) found.add(s.cell);
    });
  }
  return found;
}

class FlowAnalysis {
  readonly locals: Set<number>[];
  readonly cells = new Set<number>();
  changed = false;
  private readonly program: Program;
  private readonly ordered: ReadonlySet<number>;
  private readonly read: ReadonlySet<number>;

  constructor(program: Program, ordered: ReadonlySet<number>) {
    this.program = program;
    this.ordered = ordered;
    this.read = readDirectly(program);
    this.locals = program.codes.map(() => new Set());
  }

  private carries(code: number, e: Expr): boolean {
    let found = false;
    expressionsIn(e, (x) => {
      if (x.kind === "local" && this.locals[code]?.has(x.local)) found = true;
      if (x.kind === "cell" && this.cells.has(x.cell)) found = true;
    });
    return found;
  }

  private mark(set: Set<number>, id: number): void {
    if (!set.has(id)) this.changed = true;
    set.add(id);
  }

  private markCell(id: number): void {
    const { storage } = defined(this.program.cells[id], "cells exist");
    if (storage !== "hardware" && !this.ordered.has(id) && this.read.has(id)) this.mark(this.cells, id);
  }

  private loaded(code: number, access: Extract<Access, { kind: "load" | "await" | "rmw" }>, into: number): void {
    const { cell, index } = access.place;
    const depends = this.ordered.has(cell) || this.cells.has(cell) || index.some((e) => this.carries(code, e));
    const unread = access.kind === "rmw" && access.unread === true;
    if (depends && (unread || !isAcquire(access.order))) this.mark(defined(this.locals[code], "by code"), into);
  }

  /** Whether some value, or whether something is stored, is selected by what was loaded. */
  picks(): boolean {
    let found = false;
    for (const [id, code] of this.program.codes.entries())
      for (const step of code.steps) {
        expressionsOf(step, (e) => {
          found ||= e.kind === "cond" && this.carries(id, e.test);
        });
        const { access } = step;
        // A compare-and-swap, unless all that follows is ordered with it anyway.
        found ||= access.kind === "rmw" && access.when !== null && !isAcquire(access.order);
      }
    return found;
  }

  step(code: number, step: Step): void {
    const { access } = step;
    const locals = defined(this.locals[code], "by code");
    if (access.kind === "load" || access.kind === "await") this.loaded(code, access, access.into);
    if (access.kind === "rmw") this.loaded(code, access, access.old);
    if (access.kind === "store" || access.kind === "rmw") {
      if ([access.value, ...access.place.index].some((e) => this.carries(code, e))) this.markCell(access.place.cell);
    }
    statementsOf(step, (s) => {
      if (s.kind === "set" && this.carries(code, s.value)) this.mark(locals, s.local);
      if (s.kind === "put" && [s.value, ...s.index].some((e) => this.carries(code, e))) this.markCell(s.cell);
    });
  }
}

export function flowOf(program: Program, ordered: ReadonlySet<number>): Flow {
  const analysis = new FlowAnalysis(program, ordered);
  do {
    analysis.changed = false;
    for (const [id, code] of program.codes.entries())
      if (code.kind !== "walker") for (const step of code.steps) analysis.step(id, step);
  } while (analysis.changed);
  return { locals: analysis.locals, cells: analysis.cells, handed: handedCells(program), picks: analysis.picks() };
}

/** Locals of a code that may share the place of their views: they never live together. */
export function sharedViews(code: Code, carrying: ReadonlySet<number>): number[][] {
  const lives = code.steps.map((s) => new Set(s.live));
  const groups: number[][] = [];
  for (const l of carrying) {
    if (!lives.some((live) => live.has(l))) continue;
    const meet = (other: number): boolean => lives.some((live) => live.has(l) && live.has(other));
    const fits = groups.find((group) => !group.some(meet));
    if (fits) fits.push(l);
    else groups.push([l]);
  }
  return groups;
}

/** Elements of some cells, numbered from `first` on: where each cell's begin, and the first free number. */
export function numbered(program: Program, cells: ReadonlySet<number>, first: number) {
  const starts = new Map<number, number>();
  let next = first;
  for (const id of [...cells].sort((a, b) => a - b)) {
    starts.set(id, next);
    next += elements(defined(program.cells[id], "cells exist"));
  }
  return { starts, next };
}
