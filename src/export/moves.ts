// SPDX-License-Identifier: MIT
// What a step does under a memory model, as a tree of simple moves: blocks and breaks are gone, every bound that can be
// missed is tested, and each way through ends in one leaf. Written from the Program's own definition, and not from what
// is emitted for the checker, so that the two can disagree.

import type { OrderEffect, StoreBufferModel } from "../../model/hw/memory/types.ts";
import { assert, defined } from "../base/assert.ts";
import { boundsTest, checkedPointer } from "../emit/bounds.ts";
import type { PackedLayout } from "../emit/layout.ts";
import { rangeOfExpr } from "../emit/ranges.ts";
import { type Range, within } from "../program/intervals.ts";
import type { Access, Cell, Expr, Place, Program, Step, Stmt } from "../program/program.ts";
import { UnsupportedError } from "./unsupported.ts";

/** What each local can hold here: its range, or less where a check has passed. */
export type Known = readonly Range[];

export type Test = { readonly known: Known } & (
  | { readonly kind: "holds"; readonly e: Expr }
  /** The value does not fit where it is to go. */
  | { readonly kind: "outside"; readonly e: Expr; readonly range: Range }
  /** An index is out of bounds. */
  | { readonly kind: "astray"; readonly place: Place }
  /** This CPU's store buffer holds something; holds all that it can. */
  | { readonly kind: "pending" | "full" }
  /** This CPU has an unpublished store to the place, of another value than memory has. */
  | { readonly kind: "unpublished"; readonly place: Place }
);

export type Leaf =
  | { readonly kind: "goto"; readonly step: number }
  | { readonly kind: "raise"; readonly property: number }
  | { readonly kind: "limit"; readonly what: string }
  | { readonly kind: "end" | "disabled" };

export type Move =
  | { readonly kind: "set"; readonly local: number; readonly e: Expr; readonly known: Known }
  | {
      readonly kind: "load";
      readonly local: number;
      readonly place: Place;
      /** buffer: the newest own store that waits there, or else memory. */
      readonly from: "memory" | "buffer";
      readonly known: Known;
    }
  /** To a cell; to the store buffer. */
  | { readonly kind: "put" | "push"; readonly place: Place; readonly e: Expr; readonly known: Known }
  | { readonly kind: "if"; readonly test: Test; readonly then: readonly Move[]; readonly else: readonly Move[] }
  | Leaf;

export interface Machine {
  readonly program: Program;
  readonly model: StoreBufferModel;
  readonly layout: PackedLayout;
}

/** What comes behind, once it is clear what is known there. */
type Rest = (known: Known) => readonly Move[];
type Labels = ReadonlyMap<number, Rest>;
/** Where statements can lead: on, behind a block, or out of the step. */
type Exit = "next" | "leave" | number;

class Lowering {
  private readonly machine: Machine;
  private readonly code: number;
  private readonly ranges: Known;

  constructor(machine: Machine, code: number) {
    this.machine = machine;
    this.code = code;
    this.ranges = defined(machine.layout.localRanges[code], "by code");
  }

  private cell(id: number): Cell {
    return defined(this.machine.program.cells[id], "cells exist");
  }

  private fits(e: Expr, range: Range, known: Known): boolean {
    return within(rangeOfExpr({ program: this.machine.program, locals: known }, e), range);
  }

  private isInside({ cell, index }: Place, known: Known): boolean {
    const cx = { program: this.machine.program, locals: known };
    return boundsTest(cx, this.cell(cell).dims, index, () => "_") === "";
  }

  /** What was known of a local ends with its next value. */
  private forget(known: Known, local: number): Known {
    return known.with(local, defined(this.ranges[local], "locals have ranges"));
  }

  private write(kind: "put" | "push", place: Place, e: Expr, known: Known, rest: Rest): readonly Move[] {
    const cell = this.cell(place.cell);
    const constant = "values" in defined(this.machine.layout.cells[place.cell], "by cell");
    const limit = (what: string): Leaf[] => [{ kind: "limit", what: `${cell.name}: ${what}` }];
    let moves = constant ? rest(known) : [{ kind, place, e, known }, ...rest(known)];
    if (kind === "push") {
      const what = "a store found the store buffer full";
      moves = [{ kind: "if", test: { kind: "full", known }, then: [{ kind: "limit", what }], else: moves }];
    }
    if (!this.fits(e, cell, known)) {
      const then = limit(`a value outside ${cell.min} … ${cell.max}`);
      moves = [{ kind: "if", test: { kind: "outside", e, range: cell, known }, then, else: moves }];
    }
    if (!this.isInside(place, known)) {
      const then = limit("an index is out of bounds");
      moves = [{ kind: "if", test: { kind: "astray", place, known }, then, else: moves }];
    }
    return moves;
  }

  private assign(s: Extract<Stmt, { kind: "set" }>, known: Known, rest: Rest): readonly Move[] {
    const range = defined(this.ranges[s.local], "locals have ranges");
    const moves: Move[] = [{ kind: "set", local: s.local, e: s.value, known }, ...rest(this.forget(known, s.local))];
    if (this.fits(s.value, range, known)) return moves;
    const { name, locals } = defined(this.machine.program.codes[this.code], "codes exist");
    const what = `${name}: ${locals[s.local]?.name}: a value outside ${range.min} … ${range.max}`;
    const test = { kind: "outside", e: s.value, range, known } as const;
    return [{ kind: "if", test, then: [{ kind: "limit", what }], else: moves }];
  }

  /** Where a list of statements can lead. */
  private exits(list: readonly Stmt[]): Set<Exit> {
    const found = new Set<Exit>();
    for (const s of list) {
      const now = this.exitsOf(s);
      for (const exit of now) if (exit !== "next") found.add(exit);
      if (!now.has("next")) return found;
    }
    return found.add("next");
  }

  private exitsOf(s: Stmt): Set<Exit> {
    switch (s.kind) {
      case "set": {
        const fits = this.fits(s.value, defined(this.ranges[s.local], "locals have ranges"), this.ranges);
        return new Set(fits ? ["next"] : ["next", "leave"]);
      }
      case "put": {
        const fits = this.fits(s.value, this.cell(s.cell), this.ranges) && this.isInside(s, this.ranges);
        return new Set(fits ? ["next"] : ["next", "leave"]);
      }
      case "if":
        return new Set([...this.exits(s.then), ...this.exits(s.else)]);
      case "block":
        return new Set([...this.exits(s.body)].map((exit) => (exit === s.label ? "next" : exit)));
      case "break":
        return new Set([s.label]);
      case "reach":
      case "trace":
        return new Set(["next"]);
      default:
        return new Set(["leave"]);
    }
  }

  private branch(s: Extract<Stmt, { kind: "if" }>, known: Known, next: Rest, labels: Labels): readonly Move[] {
    const test: Test = { kind: "holds", e: s.test, known };
    const pointer = checkedPointer(s);
    const passed = pointer ? known.with(pointer.local, pointer.range) : known;
    const [exit, ...others] = this.exitsOf(s);
    if (others.length > 0 || exit === undefined || exit === "leave") {
      const then = this.statements(s.then, known, next, labels);
      return [{ kind: "if", test, then, else: this.statements(s.else, passed, next, labels) }];
    }
    // Both branches meet again at one place: what follows there is written once.
    const meet = exit === "next" ? next : defined(labels.get(exit), "a break has a block");
    const nothing: Rest = () => [];
    const ends = new Map([...labels.keys()].map((label) => [label, nothing]));
    const then = this.statements(s.then, known, nothing, ends);
    const other = this.statements(s.else, known, nothing, ends);
    assert(![...then, ...other].some(isLeaf), "a branch that goes on does not leave");
    const after = [...assigned([...then, ...other])].reduce((k, local) => this.forget(k, local), known);
    const rest = meet(after);
    return then.length + other.length === 0 ? rest : [{ kind: "if", test, then, else: other }, ...rest];
  }

  statements(list: readonly Stmt[], known: Known, next: Rest, labels: Labels): readonly Move[] {
    const [s, ...tail] = list;
    if (s === undefined) return next(known);
    const rest: Rest = (now) => this.statements(tail, now, next, labels);
    switch (s.kind) {
      case "set":
        return this.assign(s, known, rest);
      case "put":
        return this.write("put", s, s.value, known, rest);
      case "if":
        return this.branch(s, known, rest, labels);
      case "block":
        return this.statements(s.body, known, rest, new Map([...labels, [s.label, rest]]));
      case "break":
        return defined(labels.get(s.label), "a break has a block")(known);
      case "reach":
      case "trace":
        return rest(known);
      case "goto":
        if (s.atOnce) throw new UnsupportedError("steps that are taken at once with the one before");
        return [{ kind: "goto", step: s.step }];
      default:
        return [s];
    }
  }

  // ---- accesses -------------------------------------------------------------------------------------------------

  private isBuffered(place: Place): boolean {
    return this.machine.layout.addresses.has(place.cell);
  }

  private when(test: Test, then: readonly Move[]): readonly Move[] {
    return [{ kind: "if", test, then, else: [{ kind: "disabled" }] }];
  }

  /** Waits until this CPU's store buffer is empty, where the memory model says so. */
  private drained(effect: OrderEffect, known: Known, then: readonly Move[]): readonly Move[] {
    if (effect === "none" || this.machine.layout.buffers.length === 0) return then;
    return [{ kind: "if", test: { kind: "pending", known }, then: [{ kind: "disabled" }], else: then }];
  }

  /** One list of moves per way in which the access can turn out. */
  access(access: Access, known: Known, rest: Rest): (readonly Move[])[] {
    const { model } = this.machine;
    switch (access.kind) {
      case "none":
        return [rest(known)];
      case "load":
      case "await":
        return this.load(access, known, rest);
      case "store": {
        const kind = this.isBuffered(access.place) && model.store[access.order] === "buffer" ? "push" : "put";
        return [this.write(kind, access.place, access.value, known, rest)];
      }
      case "store_exclusive":
        throw new UnsupportedError("load-linked pairs");
      case "rmw":
        return [this.drained(model.rmw[access.order], known, this.rmw(access, known, rest))];
      case "fence":
        return [this.drained(model.fence[access.order], known, rest(known))];
      case "instruction": {
        const effect = access.serialising ? model.instruction.serialising : model.instruction.other;
        return [this.drained(effect, known, this.statements(access.body, known, rest, new Map()))];
      }
      case "choose":
        return Array.from({ length: access.count }, (_, value) => {
          const e: Expr = { kind: "const", value };
          const now = this.forget(known, access.into);
          const such = access.such;
          const then = such ? this.when({ kind: "holds", e: such, known: now }, rest(now)) : rest(now);
          return [{ kind: "set", local: access.into, e, known }, ...then];
        });
    }
  }

  private load(access: Extract<Access, { kind: "load" | "await" }>, known: Known, rest: Rest): (readonly Move[])[] {
    const { place, into } = access;
    const now = this.forget(known, into);
    const then =
      access.kind === "await" ? this.when({ kind: "holds", e: access.until, known: now }, rest(now)) : rest(now);
    const from = (where: "memory" | "buffer"): Move[] => [
      { kind: "load", local: into, place, from: where, known },
      ...then,
    ];
    const effect = this.machine.model.load[access.order];
    if (!this.isBuffered(place) || effect === "memory") return [from("memory")];
    if (effect === "forward") return [from("buffer")];
    // A walker sees memory, or what its own CPU has not published yet.
    return [from("memory"), this.when({ kind: "unpublished", place, known }, from("buffer"))];
  }

  private rmw({ place, old, when, value }: Extract<Access, { kind: "rmw" }>, known: Known, rest: Rest): Move[] {
    const now = this.forget(known, old);
    const load: Move = { kind: "load", local: old, place, from: "memory", known };
    if (!when) return [load, ...this.write("put", place, value, now, rest)];
    const test: Test = { kind: "holds", e: when, known: now };
    const put = this.write("put", place, value, now, () => []);
    if (put.every(({ kind }) => kind !== "if")) return [load, { kind: "if", test, then: put, else: [] }, ...rest(now)];
    return [load, { kind: "if", test, then: this.write("put", place, value, now, rest), else: rest(now) }];
  }

  /** Guard and checks in front of the access. */
  private front({ guard, before }: Step, access: Rest): readonly Move[] {
    const checked = this.statements(before, this.ranges, access, new Map());
    return guard ? this.when({ kind: "holds", e: guard, known: this.ranges }, checked) : checked;
  }

  alternatives(step: Step): (readonly Move[])[] {
    // Whoever comes to the end of a step without a word about what is next has no successor.
    const body: Rest = (known) => this.statements(step.body, known, () => [{ kind: "disabled" }], new Map());
    // The checks come first in every alternative; which one it is shows only behind them.
    const count = this.access(step.access, this.ranges, body).length;
    return Array.from({ length: count }, (_, i) =>
      this.front(step, (known) => defined(this.access(step.access, known, body)[i], "as many as before")),
    );
  }

  /** Up to the moment in which a step touches its place: it ends there, or is disabled. */
  approach(step: Step): readonly Move[] {
    const { access } = step;
    return this.front(step, (known) => {
      let moves: readonly Move[] = [{ kind: "end" }];
      if (access.kind === "rmw" && access.when) {
        const test: Test = { kind: "holds", e: access.when, known: this.forget(known, access.old) };
        const { old: local, place } = access;
        moves = [{ kind: "load", local, place, from: "memory", known }, ...this.when(test, moves)];
      }
      if (!("place" in access) || this.isInside(access.place, known)) return moves;
      return [
        { kind: "if", test: { kind: "astray", place: access.place, known }, then: [{ kind: "disabled" }], else: moves },
      ];
    });
  }
}

/** What a step of a code may do: each alternative is a successor, unless it turns out to be disabled. */
export function movesOf(machine: Machine, code: number, step: Step): (readonly Move[])[] {
  return new Lowering(machine, code).alternatives(step);
}

/** What stands between a step and its access. */
export function approachOf(machine: Machine, code: number, step: Step): readonly Move[] {
  return new Lowering(machine, code).approach(step);
}

/** The locals that some move gives a value. */
export function assigned(moves: readonly Move[]): Set<number> {
  const found = new Set<number>();
  for (const move of moves) {
    if (move.kind === "set" || move.kind === "load") found.add(move.local);
    if (move.kind === "if") for (const local of assigned([...move.then, ...move.else])) found.add(local);
  }
  return found;
}

function isLeaf(move: Move): boolean {
  if (move.kind === "if") return [...move.then, ...move.else].some(isLeaf);
  return ["goto", "raise", "limit", "end", "disabled"].includes(move.kind);
}

/** Whether every way through ends in `disabled`. */
export function isDisabled(moves: readonly Move[]): boolean {
  const last = moves.at(-1);
  if (last?.kind === "if") return isDisabled(last.then) && isDisabled(last.else);
  return last?.kind === "disabled";
}
