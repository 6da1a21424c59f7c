// SPDX-License-Identifier: MIT
// The state of one compilation: what has been found so far (cells, properties, callbacks), the code being built, and
// the names in scope. Passed explicitly; the functions that use it are in the files beside this one.
import { defined } from "../../base/assert.ts";
import { within } from "../../program/intervals.ts";
import type { Cell, Counter, Expr, Meaning, Property, SourceRef, Stmt, Witness } from "../../program/program.ts";
import type { Block, Mark } from "../cfg.ts";
import { CodeBuilder } from "../cfg.ts";
import type { Marks } from "../marks.ts";
import type { MessageCode } from "../messages.ts";
import type { Declared, Node, SourceFile } from "../source.ts";
import { fail, textOf } from "../source.ts";
import type { DType, Pool, TypeContext } from "../types.ts";
import { keyOf, meaningOf, rangeOf } from "../types.ts";
import type { Watch } from "../watch.ts";
import type { PlaceVal, Val } from "./values.ts";
import { isStable, readsCell } from "./values.ts";

/** Calls, rounds of loops and of quantifiers: a hundred times what the shipped scenarios need. */
const WRITTEN_MAX = 200_000;

export type FunctionDecl = Extract<Declared, { kind: "function" }>;

export const BUILTIN = {
  useAfterFree: "no_use_after_free",
  bug: "no_bug",
  warning: "no_warning",
  dataRace: "no_data_race",
} as const;

/** The name that a property or witness declares: its first argument. */
export function nameOf(decl: Declared): string {
  const init = decl.kind === "const" ? decl.node.init : undefined;
  const first = init?.type === "CallExpression" ? init.arguments[0] : undefined;
  return first?.type === "StringLiteral" ? first.value : decl.name;
}

/** The function that declares it: always, never, sometimes, … */
export function declaringCall(decl: Declared): string {
  const init = decl.kind === "const" ? decl.node.init : undefined;
  return init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";
}

export function hasPredicate(decl: Declared): boolean {
  const init = decl.kind === "const" ? decl.node.init : undefined;
  return init?.type === "CallExpression" && init.arguments.length > 1;
}

/** Whether a number of the one type may be too large for the other. */
export function narrows(cx: Lowering, to: DType, from: DType): boolean {
  const numbers = ["int", "bool", "cpu"];
  if (!numbers.includes(to.k) || !numbers.includes(from.k)) return false;
  return !within(rangeOf(from, cx.cpus, 0), rangeOf(to, cx.cpus, 0));
}

interface CellRecord {
  readonly name: string;
  readonly storage: Cell["storage"];
  readonly dims: readonly number[];
  readonly type: DType;
  /** Accessed with another index than the running CPU. */
  foreign: boolean;
}

/** A name in scope: a value, or a local that can be assigned. */
export type Binding =
  | { readonly b: "val"; readonly val: Val }
  | { readonly b: "let"; readonly local: number; readonly type: DType };

/** One expanded call. */
export interface Frame {
  readonly decl: FunctionDecl;
  readonly file: SourceFile;
  readonly exit: Block;
  readonly names: Map<string, Binding>[];
  /** Where return values go, once some return needs a place. */
  result: Val | undefined;
  readonly loops: { readonly onBreak: Block; readonly onContinue: Block }[];
}

/**
 * normal: kernel code, every shared access is a step.
 * instruction: one step, which touches hardware and frames directly, and memory not at all: others may be looking.
 * walker: the same, but that it reads memory once, by walker_read().
 * atomic: nobody else is running (the initial state, a replay's start) or looking (a property): everything is direct.
 */
export type Mode = "normal" | "instruction" | "walker" | "atomic";

export interface Parts {
  /** Hook resolution: parts.lifetime is the namespace of its variant. */
  readonly variants: ReadonlyMap<string, SourceFile>;
}

export class Lowering {
  readonly types: TypeContext;
  readonly parts: Parts;
  readonly cpus: number;
  readonly replaced: ReadonlyMap<string, FunctionDecl>;
  /** UNIQUE(): ids are no other object's, ever. */
  lastingIds = false;
  /** REPLACE(): like `replaced`, but the file that says so still reaches the function itself. */
  readonly stubs = new Map<string, FunctionDecl>();
  /** Function bodies as a mutant has them, by key. */
  readonly rewritten: ReadonlyMap<string, FunctionDecl["node"]>;
  /** Which of the two a call has met. */
  readonly mutated = new Set<string>();

  readonly cells: CellRecord[] = [];
  private readonly cellIds = new Map<string, number>();
  readonly properties: Property[] = [];
  private readonly propertyIds = new Map<string, number>();
  readonly witnesses: Witness[] = [];
  private readonly witnessIds = new Map<string, number>();
  readonly events: string[] = [];
  readonly callbacks: FunctionDecl[] = [];
  /** How many of them were known wherever that made a difference: fewer than in the end calls for another round. */
  callbacksSeen = Number.POSITIVE_INFINITY;
  readonly sources: string[] = [];
  readonly freedPools = new Set<Pool>();
  readonly constants = new Map<string, Val>();
  /** Constants whose value is being computed. */
  readonly defining = new Set<string>();
  voidMax = 0;

  code = new CodeBuilder();
  /** Locals that are assigned more than once. */
  mutable = new Set<number>();
  mode: Mode = "normal";
  /** Inside a predicate: an expression that must be pure. */
  pure = false;
  /** A replay runs to completion, one entry at a time: its instructions may build state directly. */
  replaying = false;
  /** Functions whose entries and returns, `p:name` and `r:name`, are events of their own, as with kprobes. */
  probes: ReadonlySet<string> = new Set();
  readonly stack: Frame[] = [];
  /** for_each_cpu() takes CPUs in any order. */
  unordered = false;
  /** Set for a coverage run, and the witnesses that are its marks. */
  marks: Marks | undefined;
  readonly marked = new Set<number>();
  /** Set for whoever asks what a run comes by. */
  watch: Watch | undefined;

  constructor(
    types: TypeContext,
    parts: Parts,
    replaced: Map<string, FunctionDecl>,
    rewritten: Map<string, FunctionDecl["node"]>,
  ) {
    this.types = types;
    this.parts = parts;
    this.replaced = replaced;
    this.rewritten = rewritten;
    this.cpus = types.machine.get("cpus") ?? 1;
  }

  private written = 0;

  /** Counts what is written out in place, so that no file can make it grow without end. */
  writeOut(node: Node, times: number): void {
    this.written += times;
    if (this.written > WRITTEN_MAX) this.fail("LZ117", node, "the code, with its calls and short loops written out,");
  }

  get frame(): Frame {
    return defined(this.stack.at(-1), "code is lowered inside a function");
  }

  /** What a call of `decl` goes to: its replacement, unless it is the replacement that calls. */
  target(decl: FunctionDecl): FunctionDecl {
    const other = this.replaced.get(keyOf(decl));
    if (other) this.mutated.add(keyOf(decl));
    if (other && !this.stack.some((f) => keyOf(f.decl) === keyOf(other))) return other;
    const stub = this.stubs.get(keyOf(decl));
    return stub && stub.file.path !== this.file.path ? stub : decl;
  }

  /** The body of a function, as the mutant has it. */
  rewrittenOf(decl: FunctionDecl): FunctionDecl["node"] {
    const other = this.rewritten.get(keyOf(decl));
    if (other) this.mutated.add(keyOf(decl));
    return other ?? decl.node;
  }

  propertyOf(decl: Declared): number {
    return this.propertyId(keyOf(decl), () => ({ name: nameOf(decl), kind: "never", test: null }));
  }

  witnessOf(decl: Declared): number {
    return this.witnessId(keyOf(decl), () => ({ name: nameOf(decl), test: null }));
  }

  get file(): SourceFile {
    return this.frame.file;
  }

  fail(code: MessageCode, node: Node, what?: string): never {
    return fail(code, this.file, node, what ?? textOf(this.file, node));
  }

  at(node: Node): SourceRef {
    const { path } = this.file;
    let source = this.sources.indexOf(path);
    if (source < 0) source = this.sources.push(path) - 1;
    const start = node.loc?.start ?? { line: 0, column: 0 };
    return {
      source,
      line: start.line,
      column: start.column + 1,
      func: this.frame.decl.name,
      text: textOf(this.file, node),
    };
  }

  /** A fresh local with the range of `type`. */
  local(name: string, type: DType): number {
    const { min, max } = rangeOf(type, this.cpus, type.k === "callback" ? this.seeCallbacks() : 0);
    return this.code.local({ name, min, max, meaning: meaningOf(type) });
  }

  cellOf(place: PlaceVal): number {
    const key = `${keyOf(place.root.decl)}.${place.path.join(".")}`;
    const known = this.cellIds.get(key);
    if (known !== undefined) return known;
    const storage =
      place.root.storage === "hardware" ? "hardware" : place.root.storage.endsWith("frame") ? "frame" : "memory";
    const name = [place.root.decl.name, ...place.path].join(".");
    return this.addCell(key, {
      name,
      storage,
      dims: place.dims,
      type: place.type,
      foreign: place.root.storage !== "percpu",
    });
  }

  private addCell(key: string, record: CellRecord): number {
    const id = this.cells.push(record) - 1;
    this.cellIds.set(key, id);
    return id;
  }

  /** Which objects of a pool are in use: ghost state, judged by properties. */
  allocatedCell(pool: Pool): number {
    const key = `allocated ${keyOf(pool.decl)}`;
    const record = {
      name: `${pool.struct}.allocated`,
      storage: "hardware",
      dims: [pool.size],
      type: { k: "bool" },
      foreign: true,
    } as const;
    return this.cellIds.get(key) ?? this.addCell(key, { ...record });
  }

  propertyId(name: string, make: () => Property): number {
    const known = this.propertyIds.get(name);
    if (known !== undefined) return known;
    const id = this.properties.push(make()) - 1;
    this.propertyIds.set(name, id);
    return id;
  }

  builtin(name: string): number {
    const kind = name === BUILTIN.dataRace ? "race" : "never";
    return this.propertyId(name, () => ({ name: name.replaceAll("_", " "), kind, test: null }));
  }

  witnessId(name: string, make: () => Witness): number {
    const known = this.witnessIds.get(name);
    if (known !== undefined) return known;
    const id = this.witnesses.push(make()) - 1;
    this.witnessIds.set(name, id);
    return id;
  }

  eventId(name: string): number {
    const known = this.events.indexOf(name);
    return known >= 0 ? known : this.events.push(name) - 1;
  }

  callbackId(decl: FunctionDecl): number {
    const known = this.callbacks.findIndex((c) => keyOf(c) === keyOf(decl));
    return known >= 0 ? known + 1 : this.callbacks.push(decl);
  }

  seeCallbacks(): number {
    const { length } = this.callbacks;
    this.callbacksSeen = Math.min(this.callbacksSeen, length);
    return length;
  }

  stmt(stmt: Stmt): void {
    this.code.stmt(stmt);
  }

  /** A value that stays what it is: itself if nothing can change it, else a copy in a local. */
  freeze(e: Expr, type: DType, name: string): Expr {
    if (isStable(e, this.mutable)) return e;
    const local = this.local(name, type);
    this.stmt({ kind: "set", local, value: e });
    return { kind: "local", local };
  }

  /** freeze() to a type that may hold less than the value: then the copy has a check. */
  limited(e: Expr, from: DType, to: DType, name: string): Expr {
    if (!narrows(this, to, from)) return this.freeze(e, to, name);
    const local = this.local(name, to);
    this.stmt({ kind: "set", local, value: e });
    return { kind: "local", local };
  }

  /** A value that was computed at `mark`: copied there, if what has been added since could change what it reads. */
  before<T extends { readonly e: Expr; readonly type: DType }>(mark: Mark, typed: T): T {
    if (!this.code.movedSince(mark) || !readsCell(typed.e)) return typed;
    const local = this.local("left", typed.type);
    this.code.insert(mark, { kind: "set", local, value: typed.e });
    return { ...typed, e: { kind: "local", local } };
  }

  /** freeze(), for an index or a pointer: a predicate need not copy them, as nothing happens while it is evaluated. */
  settle(e: Expr, type: DType, name: string): Expr {
    return this.pure ? e : this.freeze(e, type, name);
  }

  /** Adds a block for what comes after `term`, and goes on there. */
  region(body: (exit: Block) => void): void {
    const start = this.code.block();
    const exit = this.code.block();
    this.code.finish({ t: "region", body: start, exit }, start);
    body(exit);
    this.code.finish({ t: "jump", to: exit }, exit);
  }

  finishCells(): Cell[] {
    return this.cells.map((c) => {
      const range = rangeOf(c.type, this.cpus, this.callbacks.length);
      const max = c.type.k === "voidstar" ? this.voidMax : range.max;
      return {
        name: c.name,
        storage: c.storage,
        dims: c.dims,
        own: !c.foreign,
        min: range.min,
        max,
        meaning: c.type.k === "callback" ? this.callbackMeaning() : meaningOf(c.type),
        ...this.counterOf(c),
      };
    });
  }

  private counterOf({ name, type }: CellRecord): { counter?: Counter } {
    if ((type.k !== "int" && type.k !== "atomic") || type.counter === undefined) return {};
    const find = (other: string): number | null => {
      const id = this.cells.findIndex((cell) => cell.name === other);
      return id < 0 ? null : id;
    };
    const names = find(name.replace(/[^.]*$/, type.counter));
    if (type.k === "int") return { counter: { kind: "copy", owner: names } };
    return {
      counter: {
        kind: "newest",
        allocated: find(name.replace(/\..*$/, ".allocated")),
        id: names,
        lasting: this.lastingIds,
      },
    };
  }

  /** A callback is a pointer to a function; which ones there are is known once all code is lowered. */
  private callbackMeaning(): Meaning {
    return { kind: "ref", names: ["NULL", ...this.callbacks.map((decl) => decl.name)] };
  }
}
