// SPDX-License-Identifier: MIT
// Pools and frame structs must be known before any type is resolved: `mm_struct` means a pointer because a pool has it.
import type * as t from "@babel/types";
import { lookup, lookupType } from "./modules.ts";
import type { Declared } from "./source.ts";
import { fail } from "./source.ts";
import type { Pool, TypeContext } from "./types.ts";
import { EXTENT_MAX, keyOf } from "./types.ts";

type ConstDecl = Extract<Declared, { kind: "const" }>;

function calls(types: TypeContext, callee: string): { decl: ConstDecl; call: t.CallExpression }[] {
  const found: { decl: ConstDecl; call: t.CallExpression }[] = [];
  for (const file of types.files) {
    for (const decl of file.declared.values()) {
      const init = decl.kind === "const" ? decl.node.init : undefined;
      if (decl.kind !== "const" || init?.type !== "CallExpression") continue;
      if (init.callee.type === "Identifier" && init.callee.name === callee) found.push({ decl, call: init });
    }
  }
  return found;
}

/** The interface in DEFINE_…<T>(). */
function elementOf(types: TypeContext, decl: ConstDecl, call: t.CallExpression): Declared {
  const arg = call.typeParameters?.params[0];
  const name = arg?.type === "TSTypeReference" && arg.typeName.type === "Identifier" ? arg.typeName.name : undefined;
  const element = name === undefined ? undefined : lookupType(types.modules, decl.file, name);
  return element?.kind === "type" ? element : fail("LZ109", decl.file, call, `${decl.name}: an interface is needed`);
}

export function declarePools(types: TypeContext): void {
  const invalid = new Map(
    calls(types, "INVALID_POINTER").map(({ decl, call }) => [poolArgument(types, decl, call), decl.name]),
  );
  for (const { decl, call } of calls(types, "DEFINE_POOL")) {
    const element = elementOf(types, decl, call);
    const size = poolSize(types, decl, call);
    const names = ["NULL", ...Array.from({ length: size }, (_, i) => wellKnown(decl, i) ?? `${decl.name}[${i}]`)];
    const invalidName = invalid.get(keyOf(decl));
    if (invalidName !== undefined) names.push(invalidName);
    const pool: Pool = { decl, element, struct: element.name, size, invalid: invalidName !== undefined, names };
    if (types.pools.has(keyOf(element))) fail("LZ109", decl.file, call, `${element.name} has two pools`);
    types.pools.set(keyOf(element), pool);
  }
  for (const { decl, call } of calls(types, "DEFINE_PER_CPU_FRAME")) {
    const element = elementOf(types, decl, call);
    if (types.frames.has(keyOf(element))) fail("LZ109", decl.file, call, `${element.name} has two frames`);
    types.frames.set(keyOf(element), decl);
  }
}

function poolArgument(types: TypeContext, decl: ConstDecl, call: t.CallExpression): string {
  const arg = call.arguments[0];
  const pool = arg?.type === "Identifier" ? lookup(types.modules, decl.file, arg.name) : undefined;
  return pool ? keyOf(pool) : fail("LZ112", decl.file, call, "the pool");
}

function poolSize(types: TypeContext, decl: ConstDecl, call: t.CallExpression): number {
  const arg = call.arguments[0];
  if (arg?.type !== "StringLiteral") return fail("LZ112", decl.file, call, "the size");
  const size = types.machine.get(arg.value) ?? types.config.get(arg.value);
  if (size === undefined) return fail("LZ111", decl.file, arg, `"${arg.value}"`);
  if (size < 0) return fail("LZ109", decl.file, call, `a pool of ${size}`);
  return size <= EXTENT_MAX ? size : fail("LZ117", decl.file, call, `a pool of ${size}`);
}

/** The name of a constant that stands for pool[i]: init_mm, swapper_pg_dir. */
function wellKnown(pool: ConstDecl, i: number): string | undefined {
  for (const decl of pool.file.declared.values()) {
    const init = decl.kind === "const" ? decl.node.init : undefined;
    if (init?.type !== "MemberExpression" || init.object.type !== "Identifier" || init.object.name !== pool.name)
      continue;
    if (init.property.type === "NumericLiteral" && init.property.value === i) return decl.name;
  }
  return undefined;
}
