// SPDX-License-Identifier: MIT
// The C expressions in an event's `print fmt`: read once, evaluated for each record (or once per value, see plan.ts).
// What is outside this part of C is refused; the event is then shown by its fields.

import type { Field } from "./format.ts";

export type Expression =
  | { readonly op: "number"; readonly value: bigint }
  | { readonly op: "text"; readonly value: string }
  | { readonly op: "field"; readonly field: Field; readonly index: number }
  /** The text, or the bits, that a __data_loc field points to. */
  | { readonly op: "string" | "bitmask"; readonly field: Field }
  | { readonly op: "cast"; readonly bits: number; readonly signed: boolean; readonly of: Expression }
  | { readonly op: "unary"; readonly sign: string; readonly of: Expression }
  | { readonly op: "binary"; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly op: "choice"; readonly if: Expression; readonly then: Expression; readonly else: Expression }
  | {
      readonly op: "flags" | "symbolic";
      readonly of: Expression;
      readonly delimiter: string;
      readonly names: readonly { readonly value: bigint; readonly name: string }[];
    };

/** Where expressions get what is in the record. */
export interface RecordReader {
  number(field: Field, index: number): bigint;
  text(field: Field): string;
  bitmask(field: Field): string;
}

export type Value = bigint | string;

const asNumber = (value: Value): bigint => (typeof value === "bigint" ? value : 0n);
const truth = (condition: boolean): bigint => (condition ? 1n : 0n);

export function evaluate(expression: Expression, record: RecordReader): Value {
  switch (expression.op) {
    case "number":
    case "text":
      return expression.value;
    case "field":
      return expression.field.array && expression.index < 0
        ? record.text(expression.field)
        : record.number(expression.field, expression.index);
    case "string":
      return record.text(expression.field);
    case "bitmask":
      return record.bitmask(expression.field);
    case "cast": {
      const value = asNumber(evaluate(expression.of, record));
      return expression.signed ? BigInt.asIntN(expression.bits, value) : BigInt.asUintN(expression.bits, value);
    }
    case "unary":
      return unary(expression.sign, asNumber(evaluate(expression.of, record)));
    case "binary":
      return binary(expression.sign, expression.left, expression.right, record);
    case "choice":
      return evaluate(asNumber(evaluate(expression.if, record)) !== 0n ? expression.then : expression.else, record);
    case "flags":
      return flagNames(BigInt.asUintN(64, asNumber(evaluate(expression.of, record))), expression);
    case "symbolic": {
      const value = BigInt.asUintN(64, asNumber(evaluate(expression.of, record)));
      const found = expression.names.find((entry) => BigInt.asUintN(64, entry.value) === value);
      return found?.name ?? `0x${value.toString(16)}`;
    }
  }
}

/** As the kernel does it: the first names take their bits; what has no name is a number. */
function flagNames(flags: bigint, { names, delimiter }: Extract<Expression, { op: "flags" | "symbolic" }>): string {
  const found: string[] = [];
  let rest = flags;
  for (const { value, name } of names) {
    if (rest === 0n) break;
    const mask = BigInt.asUintN(64, value);
    if ((rest & mask) !== mask) continue;
    found.push(name);
    rest &= ~mask;
  }
  if (rest !== 0n) found.push(`0x${rest.toString(16)}`);
  return found.join(delimiter);
}

function unary(sign: string, value: bigint): bigint {
  if (sign === "-") return BigInt.asIntN(64, -value);
  if (sign === "~") return BigInt.asIntN(64, ~value);
  return sign === "!" ? truth(value === 0n) : value;
}

function binary(sign: string, left: Expression, right: Expression, record: RecordReader): bigint {
  const a = asNumber(evaluate(left, record));
  if (sign === "&&" && a === 0n) return 0n;
  if (sign === "||" && a !== 0n) return 1n;
  const b = asNumber(evaluate(right, record));
  return BigInt.asIntN(65, OPERATE[sign]!(a, b));
}

const OPERATE: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "||": (_, b) => truth(b !== 0n),
  "&&": (_, b) => truth(b !== 0n),
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "&": (a, b) => a & b,
  "==": (a, b) => truth(a === b),
  "!=": (a, b) => truth(a !== b),
  "<": (a, b) => truth(a < b),
  ">": (a, b) => truth(a > b),
  "<=": (a, b) => truth(a <= b),
  ">=": (a, b) => truth(a >= b),
  "<<": (a, b) => a << (b & 63n),
  ">>": (a, b) => a >> (b & 63n),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0n ? 0n : a / b),
  "%": (a, b) => (b === 0n ? 0n : a % b),
};

/** The one plain field that the value of all of them depends on; undefined if there are several, or texts, or none. */
export function onlyField(expressions: readonly Expression[]): Field | undefined {
  const fields = new Set<Field>();
  let plain = true;
  const visit = (expression: Expression): void => {
    if ("field" in expression) {
      if (expression.op !== "field" || expression.field.array) plain = false;
      fields.add(expression.field);
    }
    if ("of" in expression) visit(expression.of);
    if (expression.op === "binary") [expression.left, expression.right].forEach(visit);
    if (expression.op === "choice") [expression.if, expression.then, expression.else].forEach(visit);
  };
  expressions.forEach(visit);
  return plain && fields.size === 1 ? [...fields][0] : undefined;
}
