// SPDX-License-Identifier: MIT
// The initial state: `{ x=1; int y[2]={0,1}; 0:X1=x; uint64_t 1:rax; }`. What is not set is 0.
import { syntax, unsupported } from "./problem.ts";
import type { Locations, RegisterName } from "./test.ts";
import type { Cursor } from "./tokens.ts";

export interface InitialRegister extends RegisterName {
  readonly value: number;
}

/** A value before it is known which names are arrays. */
interface Written {
  readonly offset: number;
  /** A number, or a location, with an index if it is an array. */
  readonly value: number | { readonly name: string; readonly index: number | undefined };
}

interface Item {
  readonly offset: number;
  readonly target: RegisterName | { readonly location: string; readonly count: number | undefined };
  readonly type: string | undefined;
  readonly values: readonly Written[];
}

const PAGE_TABLES = new Set(["PTE", "TTD", "PA", "TAG", "tag"]);
/** Types of 64 bits. */
const LONG = /^(u?int64_t|long|intptr_t|uintptr_t)$/;
const SMALL = /^u?int(8|16|128)_t$|^char$|^short$|^__u?int128$/;

export function readInit(cursor: Cursor, locations: Locations): InitialRegister[] {
  const items: Item[] = [];
  while (cursor.peek().kind !== "end") {
    if (cursor.take(";")) continue;
    items.push(readItem(cursor));
    if (cursor.peek().kind !== "end" && !cursor.is(";")) cursor.fail("';'");
  }
  // Arrays first: a pointer to one may come before it.
  for (const { target, type, offset } of items) {
    if (!("location" in target) || target.count === undefined) continue;
    locations.declareArray(target.location, target.count, LONG.test(type ?? "") ? 8 : 4, offset);
  }
  const resolved = ({ value, offset }: Written): number =>
    typeof value === "number" ? value : locations.address(locations.find(value.name, value.index, offset));
  const registers: InitialRegister[] = [];
  for (const { target, values, offset } of items) {
    if (!("location" in target)) {
      registers.push({ ...target, value: values[0] ? resolved(values[0]) : 0 });
      continue;
    }
    const first = locations.find(target.location, undefined, offset);
    for (const [i, value] of values.entries()) locations.initial[first + i] = resolved(value);
  }
  return registers;
}

function readItem(cursor: Cursor): Item {
  const { offset } = cursor;
  let type: string | undefined;
  for (;;) {
    if (cursor.take("*")) continue;
    const token = cursor.peek();
    if (token.kind !== "name") break;
    const mark = cursor.mark();
    cursor.next();
    // A name in front of another one, of a register, of a pointer or of [x] is a type.
    const next = cursor.peek();
    const bracket = cursor.is("[") && bracketsName(cursor);
    if (next.kind !== "name" && next.kind !== "number" && next.text !== "*" && !bracket) {
      cursor.reset(mark);
      break;
    }
    if (SMALL.test(token.text)) unsupported(token.offset, `the type ${token.text}: accesses of 32 or 64 bits only`);
    type = token.text;
  }
  const target = readTarget(cursor, type !== undefined);
  const count = "location" in target ? target.count : undefined;
  if (!cursor.take("=") && !cursor.take("==")) return { offset, target, type, values: [] };
  if (count === undefined) return { offset, target, type, values: [readValue(cursor)] };
  cursor.expect("{");
  const values = [readValue(cursor)];
  while (cursor.take(",")) values.push(readValue(cursor));
  if (values.length !== count) syntax(offset, `the array has ${count} elements, but ${values.length} values`);
  cursor.expect("}");
  return { offset, target, type, values };
}

function bracketsName(cursor: Cursor): boolean {
  const mark = cursor.mark();
  cursor.next();
  const found = cursor.peek().kind === "name";
  cursor.reset(mark);
  return found;
}

function readTarget(cursor: Cursor, typed: boolean): Item["target"] {
  const { offset } = cursor;
  const register = takeRegister(cursor);
  if (register) return register;
  if (cursor.take("[")) {
    const location = locationName(cursor);
    cursor.expect("]");
    return { location, count: undefined };
  }
  const location = locationName(cursor);
  if (!cursor.take("[")) return { location, count: undefined };
  const count = cursor.number();
  cursor.expect("]");
  if (!typed) syntax(offset, `an array needs a type: int ${location}[${count}]={...}`);
  if (count < 1 || count > 64) syntax(offset, "an array has 1 to 64 elements");
  return { location, count };
}

export function locationName(cursor: Cursor): string {
  const { offset } = cursor;
  const name = cursor.name("a location or a register");
  if (PAGE_TABLES.has(name)) unsupported(offset, `${name}(...): page tables and tags`);
  return name;
}

/** `0:X1` or `P0:X1`, if it comes next. */
export function takeRegister(cursor: Cursor): RegisterName | undefined {
  const { text, kind, offset } = cursor.peek();
  const thread = kind === "number" ? text : kind === "name" ? /^P(\d+)$/.exec(text)?.[1] : undefined;
  if (thread === undefined) return undefined;
  const mark = cursor.mark();
  cursor.next();
  if (!cursor.take(":")) {
    cursor.reset(mark);
    return undefined;
  }
  cursor.take("%");
  return { thread: Number(thread), name: cursor.name("a register"), offset };
}

function readValue(cursor: Cursor): Written {
  const { offset } = cursor;
  if (cursor.is("(")) unsupported(offset, "the contents of a page-table entry");
  if (cursor.is("ATOMIC_INIT")) {
    cursor.next();
    cursor.expect("(");
    const value = cursor.signed();
    cursor.expect(")");
    return { offset, value };
  }
  const value = readConstant(cursor);
  return { offset, value };
}

/** A number, `x`, `&x` or `x[1]`. */
export function readConstant(cursor: Cursor): Written["value"] {
  const { offset, kind } = cursor.peek();
  if (kind === "number" || cursor.is("-")) {
    const value = cursor.signed();
    if (cursor.is(":")) unsupported(offset, "labels and tags as values");
    return value;
  }
  cursor.take("&");
  const name = locationName(cursor);
  if (cursor.is(":") || name === "instr" || name === "NOP") unsupported(offset, "code as a value");
  if (!cursor.take("[")) return { name, index: undefined };
  const index = cursor.number();
  cursor.expect("]");
  return { name, index };
}
