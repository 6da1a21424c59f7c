// SPDX-License-Identifier: MIT
// The seam between steps and memory models. packed-step.ts prints everything of a step but its access to memory; a
// mechanism (store-buffer.ts, views.ts) prints that, keeps its own part of the state, and has transitions of its own.
import type { MemoryModel } from "../../../model/hw/memory/types.ts";
import type { Range } from "../../program/intervals.ts";
import type { Access, Cell, Code, Expr, FenceOrder, Place, Program, Step } from "../../program/program.ts";
import type { ContextLayout, PackedLayout } from "../layout.ts";
import type { Layout } from "../printer.ts";

export type LoadAccess = Extract<Access, { kind: "load" | "await" }>;
export type StoreAccess = Extract<Access, { kind: "store" }>;
export type ExclusiveAccess = Extract<Access, { kind: "store_exclusive" }>;
export type RmwAccess = Extract<Access, { kind: "rmw" }>;

/** What is printed into. */
export interface StepPrinter {
  readonly program: Program;
  readonly model: MemoryModel;
  readonly layout: PackedLayout;
  readonly memory: Mechanism;
  /** Collects the texts of limits; their index is what the report holds. */
  readonly limits: string[];
}

/** The step that is printed, as its mechanism sees it. The words of the state are the variables n0, n1, … */
export interface StepScope extends Layout {
  readonly code: Code;
  readonly cpuNumber: number;
  /** undefined: a page walker. */
  readonly context: ContextLayout | undefined;
  cell(id: number): Cell;
  /** The value that the cell itself holds. */
  readPlain(cell: number, index: readonly Expr[]): string;
  /** The test that the indices are within bounds; "" if they are for certain. */
  inside(cell: number, index: readonly Expr[]): string;
  /** The number of a cell's element among all that the mechanism delays; undefined: it delays none of the cell. */
  address(place: Place): string | undefined;
  /** `store` of the value, behind a check of its range. */
  checked(e: Expr, range: Range, name: string, store: (value: string) => string): string;
}

/** Prints the accesses of one step. */
export interface AccessPrinter {
  /** Sets the local `into`. */
  load(access: LoadAccess): string;
  store(access: StoreAccess): string;
  storeExclusive(access: ExclusiveAccess): string;
  rmw(access: RmwAccess): string;
  fence(order: FenceOrder): string;
  /** What stands in front of an instruction's own body. */
  instruction(serialising: boolean): string;
  /** How many successors there can be, and loops around the step with a round for each; "" for one. */
  rounds(access: Access): number;
  loop(access: Access): string;
  /** Moves k behind the successor, of which the mechanism has yet to write its own words. */
  readonly publish: string;
  /** Undefined: the mechanism does not care where values come from. */
  readonly flow: FlowPrinter | undefined;
}

/** For mechanisms that follow values: what is printed in front of what moves them. */
export interface FlowPrinter {
  /** `locals`: all that the step mentions. `entry`: an interrupt is taken. */
  begin(step: Step, locals: readonly number[], entry: boolean): string;
  assign(local: number, value: Expr): string;
  /** A direct write. `released`: by a serialising instruction. */
  put(cell: number, index: readonly Expr[], value: Expr, released: boolean): string;
  /** A direct read, printed as `text`. */
  read(cell: number, index: readonly Expr[], text: string): string;
  branch(test: Expr): string;
  /** Only these locals go on to the next step; undefined: the code ends. */
  leave(live: readonly number[] | undefined): string;
}

export interface Mechanism {
  /** Functions that the printed code calls. */
  runtime(p: StepPrinter): string;
  step(p: StepPrinter, scope: StepScope): AccessPrinter;
  /** A function (S, a, O, k) => k by that name: what the CPU's part of the mechanism does by itself; "" for nothing. */
  transition(p: StepPrinter, name: string, cpu: number): string;
  /** Under these conditions on the state at S[a] nothing is pending. */
  atRest(layout: PackedLayout): readonly string[];
}
