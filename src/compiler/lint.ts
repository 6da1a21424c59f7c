// SPDX-License-Identifier: MIT
// Looks at code that no scenario may ever call. Compiling starts from what a scenario runs, so that a function nobody
// reaches would never be looked at; in a user's own file that would hide a mistake.
import { lowerEntry, newLowering, type Source } from "./compile.ts";
import { CompileError, type Diagnostic } from "./errors.ts";
import { topLevel } from "./lower/constants.ts";
import type { MessageCode } from "./messages.ts";
import { noMutation } from "./mutants.ts";
import type { Declared, SourceFile } from "./source.ts";

/** What is wrong whoever calls. The others may come from standing alone: what a parameter is, the callers know. */
const ALWAYS_WRONG: readonly MessageCode[] = ["LZ100", "LZ101", "LZ102", "LZ103", "LZ104", "LZ105", "LZ106", "LZ107"];

/** Wrong in code that a CPU runs; perhaps fine in a predicate or an initial state, which touch everything directly. */
const PLACED: readonly MessageCode[] = ["LZ103", "LZ107"];

/** Looked at by readDesign() and readScenario(), field by field, and by every compilation: they have no value. */
const DESCRIPTIONS: readonly string[] = ["design", "scenario", "INTERRUPT", "WALKER", "REPLACE", "UNIQUE"];

function faultOf(compile: () => void): Diagnostic | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return ALWAYS_WRONG.includes(error.diagnostic.code) ? error.diagnostic : undefined;
  }
}

function lintOne(source: Source, decl: Declared): Diagnostic | undefined {
  if (decl.kind === "function") {
    const fault = faultOf(() => void lowerEntry(newLowering(source, noMutation()), decl));
    if (fault === undefined || !PLACED.includes(fault.code)) return fault;
    const looking = newLowering(source, noMutation());
    looking.pure = true;
    return faultOf(() => void lowerEntry(looking, decl, "atomic")) && fault;
  }
  if (decl.kind !== "const") return undefined;
  const { init } = decl.node;
  const callee = init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";
  if (DESCRIPTIONS.includes(callee)) return undefined;
  return faultOf(() => void topLevel(newLowering(source, noMutation()), decl, decl.node));
}

/** What every function and constant of `file` does wrong by itself: the first fault of each. */
export function lintFile(source: Omit<Source, "roots">, file: SourceFile): Diagnostic[] {
  return [...file.declared.values()].flatMap((decl) => lintOne({ ...source, roots: [file] }, decl) ?? []);
}
