// SPDX-License-Identifier: MIT
// The mutants of one recording's design: those that are generated, and those that have a name.
import { type Equivalent, type NamedMutant, named, type Replacement } from "../../model/probes/mutants.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Edit, Patched } from "../compiler/patched.ts";
import type { MutantReport } from "./conform-mutants-report.ts";
import type { Change } from "./mutant-run.ts";
import type { Survey } from "./mutant-survey.ts";
import type { JobError } from "./reports.ts";

export interface Candidate {
  /** The same for the same change under another design. */
  readonly key: string;
  readonly about: Omit<MutantReport, "outcome" | "rejection" | "because">;
  /** The function that is changed, as path#name. */
  readonly func: string;
  readonly change: Change;
  /** The line of the text that it is in, with « where it begins. */
  readonly within: string;
  readonly exercised: boolean;
  readonly silent: boolean;
}

export function candidatesOf(surveyed: Survey, base: Patched): Result<Candidate[], JobError> {
  const found = surveyed.mutants.map(({ mutant, exercised, silent }): Candidate => {
    const { file, func, line, kind, start, end, text } = mutant;
    return {
      key: `${file} ${start} ${end} ${text}`,
      about: { file, function: func, line, kind, from: mutant.old, to: text },
      func: `${file}#${func}`,
      within: mutant.within,
      change: { kind: "edits", edits: [{ file, start, end, text }] },
      exercised,
      silent,
    };
  });
  for (const one of named) {
    if (one.arch !== base.design.arch || !surveyed.functions.has(one.of)) continue;
    const candidate = candidateOf(one, base);
    if (!candidate.ok) return candidate;
    found.push(candidate.value);
  }
  return ok(found);
}

function candidateOf({ name, of, change }: NamedMutant, base: Patched): Result<Candidate, JobError> {
  const [file = "", func = ""] = of.split("#");
  const shared = { key: name, func: of, within: "", exercised: true, silent: false };
  const about = { name, file, function: func, kind: "named" } as const;
  if (!Array.isArray(change)) {
    const { part, variant } = change as Exclude<NamedMutant["change"], readonly Replacement[]>;
    const from = base.design.variants.get(part) ?? "";
    return ok({
      ...shared,
      about: { ...about, line: 1, from: `${part}: ${from}`, to: `${part}: ${variant}` },
      change: { kind: "variant", part, path: variant },
    });
  }
  const replacements = change as readonly Replacement[];
  const edits: Edit[] = [];
  for (const replacement of replacements) {
    const edit = editOf(name, replacement, base);
    if (!edit.ok) return edit;
    edits.push(edit.value);
  }
  const [first] = edits;
  const text = base.modules.read(first?.file ?? "") ?? "";
  const line = text.slice(0, first?.start).split("\n").length;
  const join = (of: "from" | "to"): string => replacements.map((one) => one[of].trim()).join(" … ");
  return ok({
    ...shared,
    about: { ...about, line, from: join("from"), to: join("to") },
    change: { kind: "edits", edits },
  });
}

/** Whether a statement is about this mutant. */
export function isAbout(
  stated: Equivalent,
  mutant: { readonly func: string; readonly from: string; readonly to: string; readonly within: string },
): boolean {
  const { of, old = mutant.from, text = mutant.to, within = "" } = stated;
  return of === mutant.func && old === mutant.from && text === mutant.to && mutant.within.includes(within);
}

/** The table was written for some text: that must be there, once. */
export function editOf(name: string, { file, from, to }: Replacement, { modules }: Pick<Patched, "modules">) {
  const text = modules.read(file) ?? "";
  const start = text.indexOf(from);
  const times = text.split(from).length - 1;
  if (times === 1) return ok({ file, start, end: start + from.length, text: to });
  const found = `${JSON.stringify(from)} stands there ${times} times, not once`;
  const message = `the mutant "${name}" does not fit ${file}: ${found}`;
  return err({ kind: "input", message } as const);
}
