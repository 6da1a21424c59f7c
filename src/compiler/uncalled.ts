// SPDX-License-Identifier: MIT
// Barriers in code that no scenario may ever call: each function of a file compiled on its own.
import { type Barrier, barriersOf } from "../program/weaken.ts";
import { lowerEntry, newLowering, type Source } from "./compile.ts";
import { CompileError } from "./errors.ts";
import { instructionMarker } from "./lower/calls.ts";
import type { FunctionDecl } from "./lower/lowering.ts";
import { primitives } from "./lower/primitives.ts";
import type { MessageCode } from "./messages.ts";
import { lookup } from "./modules.ts";
import { noMutation } from "./mutants.ts";
import { type SourceFile, textOf } from "./source.ts";

/** The code of an instruction, a walker or a property: fences are rejected there, so that it holds none. */
const NO_KERNEL_CODE: readonly MessageCode[] = ["LZ107", "LZ115"];

export interface FileBarriers {
  readonly barriers: readonly Barrier[];
  /** Functions that may hold more: what their parameters are, only a caller knows. */
  readonly opaque: readonly string[];
}

/** Whether its text names what may order accesses: what it merely calls is looked at on its own. */
function accesses({ modules }: Source, { file, node }: FunctionDecl): boolean {
  const names = [...textOf(file, node).matchAll(/\b(\w+)\s*\(/g)].map(([, name = ""]) => name);
  return names.some((name) => {
    const decl = lookup(modules, file, name);
    return decl?.kind === "function"
      ? instructionMarker(decl.node) === "serialising_instruction"
      : primitives.has(name);
  });
}

/** A root's own frame: an instruction called by nobody is no place in the kernel's code. */
function isCalled({ func }: Barrier): boolean {
  return !func.startsWith("entry of ");
}

function barriersIn(source: Source, decl: FunctionDecl): readonly Barrier[] | undefined {
  const cx = newLowering(source, noMutation());
  try {
    const code = lowerEntry(cx, decl);
    return barriersOf({ sources: cx.sources, codes: [code] }).filter(isCalled);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return NO_KERNEL_CODE.includes(error.diagnostic.code) || !accesses(source, decl) ? [] : undefined;
  }
}

/** The barriers that the functions of `file` run into, under one design and its config. */
export function fileBarriers(source: Omit<Source, "roots">, file: SourceFile): FileBarriers {
  const functions = [...file.declared.values()].filter((decl) => decl.kind === "function");
  const found = functions.map((decl) => ({ decl, barriers: barriersIn({ ...source, roots: [file] }, decl) }));
  return {
    barriers: found.flatMap(({ barriers }) => barriers ?? []),
    opaque: found.flatMap(({ decl, barriers }) => (barriers ? [] : [decl.name])),
  };
}
