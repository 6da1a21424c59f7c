// SPDX-License-Identifier: MIT
// Dialect types: what a TypeScript annotation means for a model. Every scalar ends up with a range.
import type * as t from "@babel/types";
import { defined } from "../base/assert.ts";
import type { Meaning } from "../program/program.ts";
import type { Modules } from "./modules.ts";
import { lookupType } from "./modules.ts";
import type { Declared, SourceFile } from "./source.ts";
import { fail, textOf } from "./source.ts";

export type DType =
  /** `counter`: of a copy of a counter, the field next to it that names the object whose counter it is. */
  | { readonly k: "int"; readonly min: number; readonly max: number; readonly counter?: string }
  | { readonly k: "bool" }
  | { readonly k: "cpu" }
  /** A copy of a cpumask. */
  | { readonly k: "mask" }
  | { readonly k: "ref"; readonly pool: Pool }
  /** A pointer to one CPU's instance of a frame struct: the value is the CPU. */
  | { readonly k: "frameref"; readonly decl: Declared; readonly type: DType }
  | { readonly k: "callback" }
  | { readonly k: "voidstar" }
  | { readonly k: "void" }
  | { readonly k: "struct"; readonly name: string; readonly fields: ReadonlyMap<string, () => DType> }
  | { readonly k: "array"; readonly element: DType; readonly extent: number }
  // Places only: touched by their own primitives.
  /** `counter`: of the newest value of one, the field next to it that names the object for ever. */
  | { readonly k: "atomic"; readonly max: number; readonly counter?: string }
  | { readonly k: "cpumask" }
  | { readonly k: "spinlock" };

export const BOOL: DType = { k: "bool" };
export const VOID: DType = { k: "void" };
export const CPU: DType = { k: "cpu" };
/** C's int: all that a local of the plain type `number` can hold. What it does hold, the emitter finds out. */
export const NUMBER_MAX = 2 ** 31 - 1;
export const NUMBER_MIN = -(2 ** 31);
export const NUMBER: DType = { k: "int", min: NUMBER_MIN, max: NUMBER_MAX };

/** Of arrays and pools: far more than the largest trace has tasks. */
export const EXTENT_MAX = 2 ** 24;

/** The objects of one kind. A pointer is 0 for NULL, 1 … size for an object, size + 1 for an invalid pointer. */
export interface Pool {
  readonly decl: Declared;
  /** The interface of its objects. */
  readonly element: Declared;
  readonly struct: string;
  readonly size: number;
  /** Whether some constant is an INVALID_POINTER of this pool. */
  readonly invalid: boolean;
  readonly names: readonly string[];
}

/** What types are resolved against: the scenario's machine and the design's config, and pools by struct. */
export interface TypeContext {
  readonly modules: Modules;
  /** The files that take part: reached from the scenario and from the design's parts. */
  readonly files: readonly SourceFile[];
  readonly machine: ReadonlyMap<string, number>;
  readonly config: ReadonlyMap<string, number>;
  /** Keyed by "path#Name" of the element interface. */
  readonly pools: Map<string, Pool>;
  /** Frame structs, keyed likewise. */
  readonly frames: Map<string, Declared>;
  /** Type aliases that are being resolved. */
  readonly resolving: Set<string>;
  /** The value of an exported numeric constant. */
  readonly constant: (file: SourceFile, name: string) => number | undefined;
}

export const keyOf = (d: Declared): string => `${d.file.path}#${d.name}`;

export function resolveType(cx: TypeContext, file: SourceFile, node: t.TSType): DType {
  switch (node.type) {
    case "TSBooleanKeyword":
      return BOOL;
    case "TSNumberKeyword":
      return NUMBER;
    case "TSVoidKeyword":
      return VOID;
    case "TSNeverKeyword":
    case "TSUnknownKeyword":
      return { k: "voidstar" };
    case "TSFunctionType":
      return { k: "callback" };
    case "TSParenthesizedType":
      return resolveType(cx, file, node.typeAnnotation);
    case "TSUnionType":
      return resolveUnion(cx, file, node);
    case "TSTypeLiteral":
      return structType(cx, file, "struct", node.members);
    case "TSTypeReference":
      return resolveReference(cx, file, node);
    default:
      return fail("LZ103", file, node, `the type ${textOf(file, node)}`);
  }
}

/** `T | null`: pointers are nullable anyway. */
function resolveUnion(cx: TypeContext, file: SourceFile, node: t.TSUnionType): DType {
  const members = node.types.filter((m) => m.type !== "TSNullKeyword");
  if (members.length !== 1) fail("LZ103", file, node, `the type ${textOf(file, node)}`);
  return resolveType(cx, file, defined(members[0], "checked above"));
}

function resolveReference(cx: TypeContext, file: SourceFile, node: t.TSTypeReference): DType {
  if (node.typeName.type !== "Identifier") fail("LZ103", file, node, `the type ${textOf(file, node)}`);
  const name = node.typeName.name;
  const args = node.typeParameters?.params ?? [];
  switch (name) {
    case "bool":
      return BOOL;
    case "cpu_id":
      return CPU;
    case "cpumask_t":
      return { k: "cpumask" };
    case "cpumask_copy_t":
      return { k: "mask" };
    case "spinlock_t":
      return { k: "spinlock" };
    case "callback":
      return { k: "callback" };
    case "void_star":
      return { k: "voidstar" };
    case "int":
      return interval(file, node, bound(cx, file, node, args[0]), bound(cx, file, node, args[1]));
    case "index":
      return { k: "int", min: 0, max: bound(cx, file, node, args[0]) - 1 };
    case "upto":
      return interval(file, node, 0, bound(cx, file, node, args[0]));
    case "atomic":
      return { k: "atomic", max: bound(cx, file, node, args[0]) };
    case "atomic_counter":
      return { k: "atomic", max: bound(cx, file, node, args[0]), counter: textLiteral(file, node, args[1]) };
    case "counter": {
      const range = { min: 0, max: bound(cx, file, node, args[0]) };
      return { k: "int", ...range, counter: textLiteral(file, node, args[1]) };
    }
    case "array": {
      const element = resolveType(cx, file, defined(args[0], "array<T, n>"));
      const extent = bound(cx, file, node, args[1]);
      if (extent < 0) return fail("LZ109", file, node, `an array of ${extent}`);
      if (extent > EXTENT_MAX) return fail("LZ117", file, node, `an array of ${extent}`);
      return { k: "array", element, extent };
    }
    default:
      return resolveNamed(cx, file, node, name);
  }
}

function resolveNamed(cx: TypeContext, file: SourceFile, node: t.TSTypeReference, name: string): DType {
  const declared = lookupType(cx.modules, file, name);
  if (declared?.kind !== "type") {
    // A type parameter stands for whatever the caller passes.
    return declared === undefined && name.length === 1
      ? { k: "voidstar" }
      : fail("LZ101", file, node, `the type ${name}`);
  }
  if (declared.node.type === "TSTypeAliasDeclaration") {
    const key = keyOf(declared);
    if (cx.resolving.has(key)) return fail("LZ106", declared.file, declared.node, `the type ${name}`);
    cx.resolving.add(key);
    const type = resolveType(cx, declared.file, declared.node.typeAnnotation);
    cx.resolving.delete(key);
    return type;
  }
  const pool = cx.pools.get(keyOf(declared));
  if (pool) return { k: "ref", pool };
  const frame = cx.frames.get(keyOf(declared));
  const struct = interfaceType(cx, declared);
  return frame ? { k: "frameref", decl: frame, type: struct } : struct;
}

/** The fields of an interface, whatever it is used for. */
export function interfaceType(cx: TypeContext, declared: Declared): DType {
  if (declared.kind !== "type" || declared.node.type !== "TSInterfaceDeclaration") {
    return fail("LZ109", declared.file, declared.node, `${declared.name} is not an interface`);
  }
  return structType(cx, declared.file, declared.name, declared.node.body.body);
}

function structType(cx: TypeContext, file: SourceFile, name: string, members: readonly t.TSTypeElement[]): DType {
  const fields = new Map<string, () => DType>();
  for (const member of members) {
    if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier" || !member.typeAnnotation) {
      fail("LZ103", file, member, "this member");
    }
    const annotation = member.typeAnnotation.typeAnnotation;
    if (member.key.name === "__opaque") continue; // The brand of an opaque type.
    fields.set(member.key.name, () => resolveType(cx, file, annotation));
  }
  return { k: "struct", name, fields };
}

function textLiteral(file: SourceFile, node: t.Node, arg: t.TSType | undefined): string {
  const literal = arg?.type === "TSLiteralType" ? arg.literal : undefined;
  return literal?.type === "StringLiteral" ? literal.value : fail("LZ112", file, arg ?? node, "the name of a field");
}

function interval(file: SourceFile, node: t.Node, min: number, max: number): DType {
  return min <= max ? { k: "int", min, max } : fail("LZ109", file, node, `nothing is between ${min} and ${max}`);
}

/** A number: literal, or a name that the machine, the config, or a constant of the file gives. */
function bound(cx: TypeContext, file: SourceFile, node: t.Node, arg: t.TSType | undefined): number {
  if (arg?.type !== "TSLiteralType") return fail("LZ112", file, arg ?? node, "the bound");
  const { literal } = arg;
  const plain = literal.type === "UnaryExpression" && literal.operator === "-" ? literal.argument : literal;
  if (plain.type === "NumericLiteral") {
    if (!Number.isSafeInteger(plain.value)) return fail("LZ103", file, arg, `the number ${plain.value}`);
    return plain === literal ? plain.value : -plain.value;
  }
  if (literal.type !== "StringLiteral") return fail("LZ112", file, arg, "the bound");
  const value = cx.machine.get(literal.value) ?? cx.config.get(literal.value) ?? cx.constant(file, literal.value);
  return value ?? fail("LZ111", file, arg, `"${literal.value}"`);
}

/** Inclusive range of a value of this type. */
export function rangeOf(type: DType, cpus: number, callbacks: number): { min: number; max: number } {
  switch (type.k) {
    case "int":
      return { min: type.min, max: type.max };
    case "bool":
      return { min: 0, max: 1 };
    case "cpu":
    case "frameref":
      return { min: 0, max: Math.max(cpus - 1, 0) };
    case "mask":
    case "cpumask":
      return { min: 0, max: cpus >= 32 ? NUMBER_MAX : 2 ** cpus - 1 };
    case "ref":
      return { min: 0, max: type.pool.size + (type.pool.invalid ? 1 : 0) };
    case "callback":
      return { min: 0, max: callbacks };
    case "atomic":
      return { min: 0, max: type.max };
    case "spinlock":
      return { min: 0, max: cpus };
    default:
      return { min: 0, max: NUMBER_MAX };
  }
}

export function meaningOf(type: DType): Meaning {
  switch (type.k) {
    case "bool":
      return { kind: "bool" };
    case "cpu":
      return { kind: "cpu" };
    case "mask":
    case "cpumask":
      return { kind: "mask" };
    case "ref":
      return { kind: "ref", names: type.pool.names };
    default:
      return { kind: "int" };
  }
}
