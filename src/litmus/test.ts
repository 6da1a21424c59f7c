// SPDX-License-Identifier: MIT
// A litmus test as data: what all architectures have in common. Registers of a thread are numbers (its locals), an
// address is ADDRESS_BASE + stride * the number of the location; arrays take one location per element.
import type { Expr, FenceOrder, LoadOrder, RmwOrder, StoreOrder } from "../program/program.ts";
import { syntax, unsupported } from "./problem.ts";

export type Arch = "X86" | "X86_64" | "AArch64" | "C";

/** Above all numbers that a test may use, so that an address is never taken for one. */
export const ADDRESS_BASE = 2 ** 20;

/** Bytes from one location to the next, where no array says otherwise. */
const STRIDE = 8;

/** The memory of a test: one element per location, all of one size. */
export class Locations {
  /** By location: its name as herd prints it; "" behind an array, where nothing is. */
  readonly names: string[] = [];
  readonly initial: number[] = [];
  /** By declared name: its first location and how many there are, or undefined for a scalar. */
  private readonly declared = new Map<string, { readonly first: number; readonly count: number | undefined }>();
  private elementSize: number | undefined = undefined;

  get count(): number {
    return this.names.length;
  }

  /** Bytes from one location to the next. */
  get stride(): number {
    return this.elementSize ?? STRIDE;
  }

  /** An array of elements of `size` bytes. */
  declareArray(name: string, count: number, size: number, offset: number): void {
    if (this.declared.has(name)) syntax(offset, `${name} is there twice`);
    if ((this.elementSize ?? size) !== size) unsupported(offset, "arrays with elements of different sizes");
    this.elementSize = size;
    this.declared.set(name, { first: this.names.length, count });
    for (let i = 0; i < count; i++) this.add(`${name}[${i}]`);
    this.add("");
  }

  private add(name: string): number {
    this.initial.push(0);
    return this.names.push(name) - 1;
  }

  has(name: string): boolean {
    return this.declared.has(name);
  }

  isArray(name: string): boolean {
    return this.declared.get(name)?.count !== undefined;
  }

  /** The location of a name: one that was not declared is a location from here on. */
  find(name: string, index: number | undefined, offset: number): number {
    const known = this.declared.get(name);
    if (known?.count !== undefined) {
      if ((index ?? 0) >= known.count) syntax(offset, `${name} has ${known.count} elements`);
      return known.first + (index ?? 0);
    }
    if (index !== undefined) syntax(offset, `${name} is not an array`);
    if (known) return known.first;
    const first = this.add(name);
    this.declared.set(name, { first, count: undefined });
    return first;
  }

  address(location: number): number {
    return ADDRESS_BASE + location * this.stride;
  }

  /** The location at an address, or undefined if it is none's. */
  at(address: number): number | undefined {
    const location = (address - ADDRESS_BASE) / this.stride;
    return this.names[location] ? location : undefined;
  }

  /** A number as herd prints it: an address by the name of its location. */
  print(value: number): string {
    const location = this.at(value);
    return location === undefined ? `${value}` : (this.names[location] ?? "");
  }
}

/** A register of a thread, as the initial state and the condition name it. */
export interface RegisterName {
  readonly thread: number;
  readonly name: string;
  readonly offset: number;
}

/** What happens at one point of a thread. `address` and `value` are over the thread's registers. */
export type MemoryOp =
  | {
      readonly kind: "load";
      readonly order: LoadOrder;
      readonly address: Expr;
      readonly into: number;
      readonly exclusive?: boolean;
    }
  | { readonly kind: "store"; readonly order: StoreOrder; readonly address: Expr; readonly value: Expr }
  | {
      readonly kind: "store_exclusive";
      readonly order: StoreOrder;
      readonly address: Expr;
      readonly value: Expr;
      readonly failed: number;
    }
  | {
      readonly kind: "rmw";
      readonly order: RmwOrder;
      readonly address: Expr;
      readonly old: number;
      readonly when: Expr | null;
      readonly value: Expr;
      readonly unread?: boolean;
      /** Waits until the location holds 0: a lock. */
      readonly blocks?: boolean;
    }
  | { readonly kind: "fence"; readonly order: FenceOrder };

export type Op = {
  /** Of the instruction or statement. */
  readonly offset: number;
  readonly text: string;
} & (
  | MemoryOp
  | { readonly kind: "set"; readonly register: number; readonly value: Expr }
  /** Goes on at op `to` (the number of ops: the end), if `test` is null or holds. */
  | { readonly kind: "jump"; readonly test: Expr | null; readonly to: number }
);

export interface Thread {
  readonly ops: readonly Op[];
  /** Names of its registers, by number. */
  readonly registers: readonly string[];
  /** What they hold at the start, by number. */
  readonly initial: readonly number[];
}

/** Something that has a value in a final state. */
export type Observed =
  | { readonly kind: "register"; readonly thread: number; readonly register: number; readonly name: string }
  | { readonly kind: "location"; readonly location: number; readonly name: string };

export type Prop =
  | { readonly kind: "constant"; readonly holds: boolean }
  | { readonly kind: "equal"; readonly a: number; readonly value: number }
  | { readonly kind: "same"; readonly a: number; readonly b: number }
  | { readonly kind: "not"; readonly a: Prop }
  | { readonly kind: "and" | "or" | "implies"; readonly a: Prop; readonly b: Prop };

export type Quantifier = "exists" | "~exists" | "forall";

export interface LitmusTest {
  readonly arch: Arch;
  readonly name: string;
  readonly locations: Locations;
  readonly threads: readonly Thread[];
  /** Everything that the condition, the filter and `locations` mention; a `Prop` refers to it by number. */
  readonly observed: readonly Observed[];
  /** Numbers of those that make up a final state: all but what only the filter mentions. */
  readonly shown: readonly number[];
  readonly quantifier: Quantifier;
  readonly condition: Prop;
  readonly filter: Prop | undefined;
}

/** Collects what a thread does. */
export class ThreadBuilder {
  readonly ops: Op[] = [];
  readonly registers: string[] = [];
  readonly initial: number[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly labels = new Map<string, number>();
  /** Jumps whose label may still come. */
  private readonly open: { readonly op: number; readonly label: string }[] = [];
  private at: { readonly offset: number; readonly text: string } = { offset: 0, text: "" };

  /** What is added from here on belongs to this instruction. */
  begin(offset: number, text: string): void {
    this.at = { offset, text };
  }

  register(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.registers.push(name) - 1;
    this.initial.push(0);
    this.numbers.set(name, number);
    return number;
  }

  has(name: string): boolean {
    return this.numbers.has(name);
  }

  /** A register that no program can name. */
  temporary(): number {
    this.initial.push(0);
    return this.registers.push(`t${this.registers.length}`) - 1;
  }

  memory(op: MemoryOp): void {
    this.ops.push({ ...this.at, ...op });
  }

  set(register: number, value: Expr): void {
    this.ops.push({ ...this.at, kind: "set", register, value });
  }

  jump(test: Expr | null, label: string): void {
    this.open.push({ op: this.ops.push({ ...this.at, kind: "jump", test, to: -1 }) - 1, label });
  }

  label(name: string, offset: number): void {
    if (this.labels.has(name)) syntax(offset, `the label ${name} is there twice`);
    this.labels.set(name, this.ops.length);
  }

  build(): Thread {
    for (const { op, label } of this.open) {
      const jump = this.ops[op];
      const to = this.labels.get(label);
      if (jump?.kind !== "jump") continue;
      if (to === undefined) unsupported(jump.offset, `${jump.text}: there is no label ${label} in this thread`);
      this.ops[op] = { ...jump, to };
    }
    return { ops: this.ops, registers: this.registers, initial: this.initial };
  }
}
