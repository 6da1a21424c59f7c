// SPDX-License-Identifier: MIT
// The `format` file of an event, as the kernel that recorded it had it: where its fields are.

import { MAX_PRINT_FORMAT } from "./limits.ts";

export interface Field {
  readonly name: string;
  /** The declared type, without the name and the brackets behind it. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** Of one element; `size` is that of all of them. */
  readonly elementSize: number;
  readonly array: boolean;
  /** The field holds only where the data is: from the start of the record (data), or from behind itself (rel). */
  readonly located: "no" | "data" | "rel";
}

export interface EventFormat {
  readonly system: string;
  readonly name: string;
  readonly common: ReadonlyMap<string, Field>;
  readonly fields: readonly Field[];
  /** `"prev_comm=%s …", REC->prev_comm, …` */
  readonly printFormat: string;
  /** Bytes that a record must have, so that all fields of fixed size are there. */
  readonly size: number;
}

const HEAD = /^name: ([\w-]+)\nID: (\d{1,5})\n/;
const HEAD_BYTES = 160;
const FIELD = /^\tfield:([^;\n]{1,300});\s*offset:(\d{1,5});\s*size:(\d{1,5});(?:\s*signed:([01]);)?$/gm;
const DECLARATION = /^(.*?)([A-Za-z_]\w*)\s*((?:\[[^\]]*\])*)$/;
const MAX_FIELDS = 512;
const SIZE_OF: Readonly<Record<string, number>> = {
  char: 1, "unsigned char": 1, u8: 1, s8: 1, __u8: 1, __s8: 1, bool: 1,
  short: 2, "unsigned short": 2, u16: 2, s16: 2, __u16: 2, __s16: 2,
  int: 4, "unsigned int": 4, unsigned: 4, u32: 4, s32: 4, __u32: 4, __s32: 4, pid_t: 4,
  u64: 8, s64: 8, __u64: 8, __s64: 8, "long long": 8, "unsigned long long": 8,
}; // biome-ignore format: a table

/** Name and number of a format, by its first lines. */
export function formatHead(text: Uint8Array): { readonly name: string; readonly id: number } | undefined {
  const head = HEAD.exec(new TextDecoder("latin1").decode(text.subarray(0, HEAD_BYTES)));
  return head === null ? undefined : { name: head[1]!, id: Number(head[2]) };
}

/** `longSize` is the kernel's. */
export function parseFormat(system: string, bytes: Uint8Array, longSize: number): EventFormat {
  const text = new TextDecoder("latin1").decode(bytes);
  const common = new Map<string, Field>();
  const fields: Field[] = [];
  let size = 0;
  for (const match of text.matchAll(FIELD)) {
    if (common.size + fields.length >= MAX_FIELDS) break;
    const field = parseField(match, longSize);
    if (field === undefined) continue;
    size = Math.max(size, field.offset + field.size);
    if (field.name.startsWith("common_")) common.set(field.name, field);
    else fields.push(field);
  }
  const print = text.indexOf("\nprint fmt: ");
  const printFormat = print < 0 ? "" : text.slice(print + 12).trim();
  return {
    system,
    name: formatHead(bytes)?.name ?? "",
    common,
    fields,
    printFormat: printFormat.length > MAX_PRINT_FORMAT ? "" : printFormat,
    size,
  };
}

function parseField(match: RegExpExecArray, longSize: number): Field | undefined {
  const declared = DECLARATION.exec(match[1]!);
  if (declared === null) return undefined;
  const [, before, name, brackets] = declared as unknown as [string, string, string, string];
  const type = before.trim();
  const located = type.startsWith("__data_loc ") ? "data" : type.startsWith("__rel_loc ") ? "rel" : "no";
  const size = Number(match[3]);
  const array = located === "no" && brackets !== "";
  return {
    name,
    type,
    offset: Number(match[2]),
    size,
    signed: match[4] === "1",
    elementSize: array ? elementSize(type, brackets, size, longSize) : size,
    array,
    located,
  };
}

function elementSize(type: string, brackets: string, size: number, longSize: number): number {
  const known = SIZE_OF[type.replace(/^const /, "")];
  if (known !== undefined) return known;
  if (type.endsWith("*") || /^(?:unsigned )?long(?: int)?$/.test(type) || type === "size_t") return longSize;
  const count = Number(/^\[(\d+)\]$/.exec(brackets)?.[1] ?? 1);
  return count > 0 && Number.isInteger(size / count) ? size / count : 1;
}

/** A text of at most `size` bytes that ends at the first zero. */
export function isText(field: Field): boolean {
  return /\bchar\b/.test(field.type) && (field.array || field.located !== "no");
}
