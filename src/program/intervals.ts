// SPDX-License-Identifier: MIT
// Between which bounds the result of an operation lies. Sound: a printed program leaves out the range checks of which
// this says that they cannot fail.
import type { BinaryOp } from "./program.ts";

/** Both included; infinite, if nothing is known. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

const INT32: Range = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const ANY: Range = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
export const BIT: Range = { min: 0, max: 1 };

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

export function within(inner: Range, outer: Range): boolean {
  return inner.min >= outer.min && inner.max <= outer.max;
}

/** A set of CPUs as one integer. */
export function maskRange(cpus: number): Range {
  return { min: 0, max: cpus >= 31 ? 2 ** 31 - 1 : 2 ** cpus - 1 };
}

const ARITHMETIC = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
  "/": (a: number, b: number) => Math.trunc(a / b),
  "<<": (a: number, b: number) => Math.floor(a * 2 ** b),
  ">>": (a: number, b: number) => Math.floor(a / 2 ** b),
} as const;

export function rangeOfOperation(op: BinaryOp, a: Range, b: Range, cpus: number): Range {
  const mask = maskRange(cpus);
  switch (op) {
    case "+":
    case "-":
    case "*":
    case "<<":
    case ">>":
      return corners(a, b, ARITHMETIC[op]);
    case "/":
    case "%":
      return rangeOfDivision(op, a, b);
    case "&":
    case "|":
    case "^":
      return rangeOfBits(op, a, b);
    case "mask_add":
      return within(b, { min: 0, max: cpus - 1 }) && within(a, mask) ? mask : INT32;
    case "mask_or":
      return within(a, mask) && within(b, mask) ? mask : INT32;
    case "mask_del":
    case "mask_and":
    case "mask_andnot":
      return within(a, mask) ? mask : INT32;
    case "mask_next":
      return { min: 0, max: cpus };
    default:
      return BIT;
  }
}

/** Of an operation that is monotone in each operand: the extremes are at the corners. */
function corners(a: Range, b: Range, f: (a: number, b: number) => number): Range {
  const values = [f(a.min, b.min), f(a.min, b.max), f(a.max, b.min), f(a.max, b.max)];
  return values.some(Number.isNaN) ? ANY : { min: Math.min(...values), max: Math.max(...values) };
}

function rangeOfDivision(op: "/" | "%", a: Range, b: Range): Range {
  if (b.min <= 0 && b.max >= 0) return ANY;
  if (op === "/") return corners(a, b, ARITHMETIC[op]);
  const most = Math.max(Math.abs(b.min), Math.abs(b.max)) - 1;
  return { min: Math.max(Math.min(a.min, 0), -most), max: Math.min(Math.max(a.max, 0), most) };
}

/** JavaScript's bit operations are those of 32-bit integers. */
function rangeOfBits(op: "&" | "|" | "^", a: Range, b: Range): Range {
  if (!within(a, INT32) || !within(b, INT32)) return INT32;
  if (op === "&" && (a.min >= 0 || b.min >= 0)) {
    return { min: 0, max: Math.min(a.min >= 0 ? a.max : b.max, b.min >= 0 ? b.max : a.max) };
  }
  let bits = 0;
  for (const x of [a.min, a.max, b.min, b.max]) bits = Math.max(bits, 32 - Math.clz32(x < 0 ? ~x : x));
  return { min: a.min >= 0 && b.min >= 0 ? 0 : -(2 ** bits), max: 2 ** bits - 1 };
}
