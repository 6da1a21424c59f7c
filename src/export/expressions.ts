// SPDX-License-Identifier: MIT
// Expressions in Promela: integers of 32 bits, where a truth is 0 or 1. What could leave 32 bits, or is undefined in C,
// is refused.

import { defined } from "../base/assert.ts";
import { boundsTest } from "../emit/bounds.ts";
import { flat } from "../emit/packed-cells.ts";
import { rangeOfExpr } from "../emit/ranges.ts";
import { within } from "../program/intervals.ts";
import type { BinaryOp, Expr, Place } from "../program/program.ts";
import type { Known, Machine, Test } from "./moves.ts";
import { UnsupportedError } from "./unsupported.ts";

/** A machine with a name for everything that has to have one. */
export interface Sheet extends Machine {
  /** By cell; of constants, too. */
  readonly cellNames: readonly string[];
  readonly buffers: readonly StoreBuffer[];
}

/** The names of a CPU's store buffer. */
export interface StoreBuffer {
  readonly cpu: number;
  readonly length: number;
  /** Arrays, oldest entry first; address 0 is a free entry. */
  readonly addresses: string;
  readonly values: string;
  /** A macro (address, what memory has): the newest own store to the address, or else memory. */
  readonly load: string;
  /** An inline (address, value): into the first free entry. */
  readonly store: string;
}

/** A cell that was written earlier in the same step. */
export interface Written {
  readonly cell: number;
  readonly at: string;
  readonly value: string;
}

/** Where an expression stands. */
export interface Scope {
  readonly sheet: Sheet;
  readonly cpu: number;
  readonly local: (id: number) => string;
  /** In a guard: the writes of the step that have not happened yet, oldest first. */
  readonly written: readonly Written[];
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const SHIFTS = { min: 0, max: 31 };

/** Promela has these from C, and so does the Program: by the same names. */
type OperatorOfC = Exclude<BinaryOp, `mask_${string}`>;

/** `!!` is another word in Promela. */
export function not(truth: string): string {
  return truth.startsWith("!") ? `!(${truth})` : `!${truth}`;
}

/** A name, a number, or something in brackets: it can stand anywhere. */
export function print(scope: Scope, known: Known, e: Expr): string {
  switch (e.kind) {
    case "const":
      return e.value < 0 ? `(${e.value})` : `${e.value}`;
    case "local":
      return scope.local(e.local);
    case "cpu":
      return `${scope.cpu}`;
    case "cell":
      return readMemory(scope, known, e);
    case "cond":
      return `(${print(scope, known, e.test)} -> ${print(scope, known, e.then)} : ${print(scope, known, e.else)})`;
    case "unary": {
      const a = print(scope, known, e.a);
      switch (e.op) {
        case "!":
          return not(a);
        case "-":
          return `(-${a})`;
        case "mask_empty":
          return `(${a} == 0)`;
        case "mask_weight":
          return `mask_weight(${a})`;
        case "mask_of":
          return /^\d+$/.test(a) ? `${2 ** Number(a) - 1}` : `((1 << ${a}) - 1)`;
      }
      break;
    }
    case "binary":
      return binary(scope, known, e);
  }
}

function binary(scope: Scope, known: Known, e: Extract<Expr, { kind: "binary" }>): string {
  const cx = { program: scope.sheet.program, locals: known };
  const [a, b] = [print(scope, known, e.a), print(scope, known, e.b)];
  const right = rangeOfExpr(cx, e.b);
  if ((e.op === "<<" || e.op === ">>") && !within(right, SHIFTS)) {
    throw new UnsupportedError(`${a} ${e.op} ${b} may shift by less than 0 or more than 31`);
  }
  if ((e.op === "/" || e.op === "%") && right.min <= 0 && right.max >= 0) {
    throw new UnsupportedError(`${a} ${e.op} ${b} may divide by 0`);
  }
  if (!within(rangeOfExpr(cx, e), INT32)) throw new UnsupportedError(`${a} ${e.op} ${b} may leave 32 bits`);
  const bit = within(right, SHIFTS) ? b : `(${b} & 31)`;
  switch (e.op) {
    case "mask_test":
      return `(${a} >> ${bit} & 1)`;
    case "mask_add":
      return `(${a} | 1 << ${bit})`;
    case "mask_del":
      return `(${a} & ~(1 << ${bit}))`;
    case "mask_andnot":
      return `(${a} & ~${b})`;
    case "mask_next":
      return `mask_next(${a}, ${b})`;
    case "mask_and":
      return `(${a} & ${b})`;
    case "mask_or":
      return `(${a} | ${b})`;
    default:
      return `(${a} ${e.op satisfies OperatorOfC} ${b})`;
  }
}

/** The macros that printed expressions may use. */
export function macros(cpus: number): string {
  const all = Array.from({ length: cpus }, (_, cpu) => cpu);
  const next = all.reduceRight((rest, cpu) => `((c) < ${cpu} && ((m) >> ${cpu} & 1) -> ${cpu} : ${rest})`, `${cpus}`);
  const weight = all.map((cpu) => `((m) >> ${cpu} & 1)`).join(" + ");
  return `#define mask_next(m, c) ${next}\n#define mask_weight(m) (${weight})\n`;
}

function indices(scope: Scope, known: Known, { index }: Place): string[] {
  return index.map((e) => print(scope, known, e));
}

/** The test that all indices are within bounds; "" if that is certain. */
function inside(scope: Scope, known: Known, place: Place): string {
  const { program } = scope.sheet;
  const { dims } = defined(program.cells[place.cell], "cells exist");
  return boundsTest({ program, locals: known }, dims, place.index, (e) => print(scope, known, e));
}

/** Which element of its cell a place is. */
export function elementOf(scope: Scope, known: Known, place: Place): string {
  const { dims } = defined(scope.sheet.program.cells[place.cell], "cells exist");
  return flat(dims, indices(scope, known, place));
}

/** The variable that holds an element. */
export function variable(sheet: Sheet, cell: number, element: string): string {
  const name = defined(sheet.cellNames[cell], "cells have names");
  return lengthOf(sheet, cell) === 1 ? name : `${name}[${element}]`;
}

export function lengthOf({ program }: Machine, cell: number): number {
  return defined(program.cells[cell], "cells exist").dims.reduce((n, extent) => n * extent, 1);
}

/** An element in memory; where nothing is, the smallest value that the cell can have. */
function readMemory(scope: Scope, known: Known, place: Place): string {
  const { sheet } = scope;
  const element = elementOf(scope, known, place);
  const constant = defined(sheet.layout.cells[place.cell], "by cell");
  let read = variable(scope.sheet, place.cell, element);
  if ("values" in constant) {
    const [first] = constant.values;
    if (constant.values.every((value) => value === first)) read = `${first}`;
    else if (/^\d+$/.test(element)) read = `${constant.values[Number(element)] ?? first}`;
  }
  for (const { cell, at, value } of scope.written) {
    if (cell === place.cell) read = at === element ? value : `(${at} == ${element} -> ${value} : ${read})`;
  }
  const test = inside(scope, known, place);
  return test === "" ? read : `(${test} -> ${read} : ${defined(sheet.program.cells[place.cell], "cells exist").min})`;
}

/** What stands for a place in a store buffer. */
export function addressOf(scope: Scope, known: Known, place: Place): string {
  const base = defined(scope.sheet.layout.addresses.get(place.cell), "buffered cells have addresses");
  const element = elementOf(scope, known, place);
  return /^\d+$/.test(element) ? `${base + Number(element)}` : `(${base} + ${element})`;
}

export function bufferOf({ buffers }: Sheet, cpu: number): StoreBuffer {
  return defined(buffers[cpu], "CPUs have buffers");
}

/** The newest own store that waits in the buffer, or else memory. */
function forwarded(scope: Scope, known: Known, place: Place): string {
  const { load } = bufferOf(scope.sheet, scope.cpu);
  return `${load}(${addressOf(scope, known, place)}, ${readMemory(scope, known, place)})`;
}

export function read(scope: Scope, known: Known, place: Place, from: "memory" | "buffer"): string {
  return from === "memory" ? readMemory(scope, known, place) : forwarded(scope, known, place);
}

export function printTest(scope: Scope, test: Test): string {
  const { known } = test;
  switch (test.kind) {
    case "holds":
      return print(scope, known, test.e);
    case "outside": {
      const value = print(scope, known, test.e);
      return `(${value} < ${test.range.min} || ${value} > ${test.range.max})`;
    }
    case "astray":
      return `!(${inside(scope, known, test.place)})`;
    case "pending":
      return isPending(scope.sheet, scope.cpu, 0);
    case "full":
      return isPending(scope.sheet, scope.cpu, bufferOf(scope.sheet, scope.cpu).length - 1);
    case "unpublished":
      return `(${forwarded(scope, known, test.place)} != ${readMemory(scope, known, test.place)})`;
  }
}

/** Whether a CPU's store buffer holds more than `n` stores. */
export function isPending(sheet: Sheet, cpu: number, n: number): string {
  return `(${bufferOf(sheet, cpu).addresses}[${n}] != 0)`;
}
