// SPDX-License-Identifier: MIT
// Who holds values of a counter that only grows (Cell.counter), and of whose: what is needed to replace them by ranks
// (src/emit/ranks.ts), so that a client, which counts for ever, has finitely many states. Where a value goes somewhere
// that this cannot follow, there are no ranks, and the reason is said.
import { defined } from "../base/assert.ts";
import type { Counters, HeldCell, Owner } from "../program/counters.ts";
import type { Access, Code, Expr, Place, Program, SourceRef, Step, Stmt } from "../program/program.ts";

export interface CountersResult {
  /** With what names the owners of live locals kept alive, too. */
  readonly program: Program;
  readonly counters: Counters | undefined;
  /** Why there are none, though there are counters. */
  readonly off: string | undefined;
}

class Refusal extends Error {}

function refuse(what: string, at?: SourceRef): never {
  throw new Refusal(at ? `${at.func}(), line ${at.line}: ${what}` : what);
}

/** The one counter of the program, its copies, and how they are named. */
function cellsOf(program: Program): Omit<Counters, "locals"> | undefined {
  const newest = program.cells.flatMap(({ counter }, id) => (counter?.kind === "newest" ? [{ id, counter }] : []));
  const first = newest[0];
  if (!first) return undefined;
  if (newest.length > 1) refuse("there is more than one counter");
  const { allocated, id, lasting } = first.counter;
  if (allocated === null) return refuse("its objects are not of a pool");
  const cells = program.cells.flatMap((cell, held): HeldCell[] => {
    if (cell.counter?.kind !== "copy") return [];
    const { owner } = cell.counter;
    if (owner === null) return refuse(`nothing names the owner of ${cell.name}`);
    const by = defined(program.cells[owner], "cells exist").meaning.kind === "ref" ? "pointer" : "id";
    if (by === "id" && id === null) return refuse(`${cell.name} goes by an id, and its objects have none`);
    return [{ cell: held, owner, by }];
  });
  return { newest: first.id, allocated, id, lasting, cells };
}

/** The counter locals of one code. */
class Follower {
  readonly owners = new Map<number, Owner>();
  private readonly program: Program;
  private readonly plan: Omit<Counters, "locals">;
  private changed = false;
  /** Locals that only ever hold ids, fresh values, and what an atomic increment found. */
  private ids: ReadonlySet<number> = new Set();
  private fresh: ReadonlySet<number> = new Set();
  private readonly olds = new Set<number>();

  constructor(program: Program, plan: Omit<Counters, "locals">, code: Code) {
    this.program = program;
    this.plan = plan;
    for (const { access } of code.steps) if (access.kind === "rmw" && countsUp(access)) this.olds.add(access.old);
    // What is copied from a local that holds such a value holds one, too: until no new ones turn up.
    for (let before = -1; before !== this.ids.size + this.fresh.size; ) {
      before = this.ids.size + this.fresh.size;
      this.ids = onlyGiven(code, (e) => this.isId(e));
      this.fresh = onlyGiven(code, (e) => this.isFresh(e));
    }
    do {
      this.changed = false;
      for (const step of code.steps) this.step(step);
    } while (this.changed);
  }

  private isCounter(cell: number): boolean {
    return this.program.cells[cell]?.counter !== undefined;
  }

  /** The index of the object that a place's counter is of. */
  private ownerOf({ cell, index }: Place): Owner {
    if (cell === this.plan.newest) return { by: "index", e: defined(index[0], "one per object") };
    const held = defined(
      this.plan.cells.find((one) => one.cell === cell),
      "a copy",
    );
    return { by: held.by, e: { kind: "cell", cell: held.owner, index } };
  }

  /** Of a value that is the counter's; undefined: it is no such value. */
  private owner(e: Expr): Owner | undefined {
    switch (e.kind) {
      case "local":
        return this.owners.get(e.local);
      case "cell":
        return this.isCounter(e.cell) ? this.ownerOf(e) : undefined;
      case "binary":
        if (e.op !== "+" && e.op !== "-") return undefined;
        return this.owner(e.a) ?? this.owner(e.b);
      case "cond":
        return this.owner(e.then) ?? this.owner(e.else);
      default:
        return undefined;
    }
  }

  /** Whether a value is an object's id, or none. */
  private isId(e: Expr): boolean {
    const isIdCell = (cell: number): boolean =>
      cell === this.plan.id || this.plan.cells.some(({ by, owner }) => by === "id" && owner === cell);
    if (e.kind === "local") return this.ids.has(e.local);
    return e.kind === "const" ? e.value === 0 : e.kind === "cell" && isIdCell(e.cell);
  }

  /** Whether a value is one that nobody has had before: what an atomic operation has counted up to, or none. */
  private isFresh(e: Expr): boolean {
    if (e.kind === "local") return this.fresh.has(e.local);
    if (e.kind === "const") return e.value === 0;
    return (
      e.kind === "binary" && e.op === "+" && e.a.kind === "local" && e.b.kind === "const" && this.olds.has(e.a.local)
    );
  }

  private hold(local: number, owner: Owner | undefined, at: SourceRef): void {
    if (owner === undefined) return;
    const known = this.owners.get(local);
    if (known === undefined) {
      this.owners.set(local, owner);
      this.changed = true;
    } else if (JSON.stringify(known) !== JSON.stringify(owner)) refuse("one local holds counters of two objects", at);
  }

  private store(place: Place, value: Expr, at: SourceRef): void {
    if (this.isCounter(place.cell)) return;
    const { name } = defined(this.program.cells[place.cell], "cells exist");
    const namesOwners = this.plan.cells.some(({ by, owner }) => by === "id" && owner === place.cell);
    if (namesOwners && !this.isId(value)) refuse(`${name} is given something else than an id`, at);
    if (place.cell === this.plan.id && !this.plan.lasting && !this.isFresh(value)) refuse(`${name} may be reused`, at);
    if (this.owner(value) !== undefined) refuse(`${name} is given a value of a counter`, at);
  }

  private stmts(list: readonly Stmt[], at: SourceRef): void {
    for (const s of list) {
      if (s.kind === "set") this.hold(s.local, this.owner(s.value), at);
      else if (s.kind === "put") this.store(s, s.value, at);
      else if (s.kind === "if") {
        this.stmts(s.then, at);
        this.stmts(s.else, at);
      } else if (s.kind === "block") this.stmts(s.body, at);
    }
  }

  private step({ before, access, body, at }: Step): void {
    this.stmts(before, at);
    if (access.kind === "load" || access.kind === "await") {
      if (this.isCounter(access.place.cell)) this.hold(access.into, this.ownerOf(access.place), at);
    } else if (access.kind === "rmw") {
      if (this.isCounter(access.place.cell)) this.hold(access.old, this.ownerOf(access.place), at);
      this.store(access.place, access.value, at);
    } else if (access.kind === "store" || access.kind === "store_exclusive") this.store(access.place, access.value, at);
    else if (access.kind === "instruction") this.stmts(access.body, at);
    this.stmts(body, at);
  }
}

function countsUp({ old, value, when }: Extract<Access, { kind: "rmw" }>): boolean {
  if (when !== null || value.kind !== "binary" || value.op !== "+") return false;
  return value.a.kind === "local" && value.a.local === old && value.b.kind === "const" && value.b.value > 0;
}

/** Locals that all code gives such values only. */
function onlyGiven(code: Code, isSuch: (e: Expr) => boolean): Set<number> {
  const given = new Map<number, boolean>();
  const give = (local: number, e: Expr | undefined): void =>
    void given.set(local, e !== undefined && isSuch(e) && given.get(local) !== false);
  const walk = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === "set") give(s.local, s.value);
      else if (s.kind === "if") [s.then, s.else].forEach(walk);
      else if (s.kind === "block") walk(s.body);
    }
  };
  for (const { before, access, body } of code.steps) {
    if (access.kind === "load" || access.kind === "await") give(access.into, { ...access.place, kind: "cell" });
    else if (access.kind === "rmw") give(access.old, undefined);
    else if (access.kind === "choose") give(access.into, undefined);
    else if (access.kind === "instruction") walk(access.body);
    walk(before);
    walk(body);
  }
  return new Set([...given].filter(([, such]) => such).map(([local]) => local));
}

function localsIn(e: Expr): number[] {
  switch (e.kind) {
    case "local":
      return [e.local];
    case "cell":
      return e.index.flatMap(localsIn);
    case "unary":
      return localsIn(e.a);
    case "binary":
      return [...localsIn(e.a), ...localsIn(e.b)];
    case "cond":
      return [e.test, e.then, e.else].flatMap(localsIn);
    default:
      return [];
  }
}

/** What names the owner of a live local must be live, too. */
function keepOwners(code: Code, owners: ReadonlyMap<number, Owner>): Code {
  const steps = code.steps.map((step) => {
    const needed = step.live.flatMap((local) => {
      const owner = owners.get(local);
      return owner ? localsIn(owner.e) : [];
    });
    const live = [...new Set([...step.live, ...needed])].sort((a, b) => a - b);
    return { ...step, live, scope: [...new Set([...step.scope, ...live])].sort((a, b) => a - b) };
  });
  return { ...code, steps };
}

export function countersOf(program: Program): CountersResult {
  try {
    const plan = cellsOf(program);
    if (!plan) return { program, counters: undefined, off: undefined };
    const owners = program.codes.map((code) => new Follower(program, plan, code).owners);
    const locals = owners.flatMap((of, code) => [...of].map(([local, owner]) => ({ code, local, owner })));
    const codes = program.codes.map((code, id) => keepOwners(code, defined(owners[id], "by code")));
    return { program: { ...program, codes }, counters: { ...plan, locals }, off: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { program, counters: undefined, off: error.message };
  }
}
