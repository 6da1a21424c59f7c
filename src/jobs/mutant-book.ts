// SPDX-License-Identifier: MIT
// What has been found of each mutant, over all recordings, and what that makes of it.
import type { Equivalent } from "../../model/probes/mutants.ts";
import type { ProbeTable } from "../../model/probes/types.ts";
import { ENTRY } from "../conformance/protocol.ts";
import { CONFORM_FILE } from "./conform.ts";
import type { ConformMutantsReport, MutantOutcome, MutantReport, Rejection } from "./conform-mutants-report.ts";
import { type Candidate, isAbout } from "./mutant-list.ts";
import type { MutantResult } from "./mutant-run.ts";
import type { Survey } from "./mutant-survey.ts";

interface Entry {
  readonly candidate: Candidate;
  /** In some recording; in all of them. */
  exercised: boolean;
  silent: boolean;
  rejection: Rejection | undefined;
  readonly results: Set<MutantResult["kind"]>;
  /** Of a result that says so. */
  why: string | undefined;
}

type Closed = Pick<
  ConformMutantsReport,
  | "generated"
  | "refused"
  | "rejected"
  | "given_up"
  | "never_exercised"
  | "equivalent"
  | "not_observable"
  | "survived"
  | "elsewhere"
  | "named"
  | "mutants"
  | "stale"
>;

export class Book {
  private readonly entries = new Map<string, Entry>();
  private readonly stated: readonly Equivalent[];

  constructor(stated: readonly Equivalent[]) {
    this.stated = stated;
  }

  /** Those of a recording; returns the ones that it may still tell something of. */
  add(candidates: readonly Candidate[]): Candidate[] {
    return candidates.filter((candidate) => {
      const known = this.entries.get(candidate.key);
      const { exercised, silent } = candidate;
      if (known) {
        known.exercised ||= exercised;
        known.silent &&= silent;
        return exercised && known.rejection === undefined;
      }
      const entry = { candidate, exercised, silent, rejection: undefined, results: new Set<never>(), why: undefined };
      this.entries.set(candidate.key, entry);
      return exercised;
    });
  }

  note({ key, func }: Candidate, result: MutantResult, trace: string, probes: ProbeTable, surveyed: Survey): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.results.add(result.kind);
    if ("why" in result) entry.why = result.why;
    if (result.kind !== "rejected") return;
    const { row, step, outcome, reason } = result;
    entry.rejection = { trace, row, step, ...relate(func, step, probes, surveyed), outcome, reason };
  }

  close(): Closed {
    const mutants: MutantReport[] = [];
    const stale: string[] = [];
    let refused = 0;
    for (const entry of this.entries.values()) {
      const found = this.outcomeOf(entry);
      if (found === undefined) continue;
      if (found === "refused") {
        refused++;
        continue;
      }
      const { about } = entry.candidate;
      if (found.outcome === "rejected" && found.because !== undefined) {
        const place = `${about.file}:${about.line} "${about.from}" => "${about.to}"`;
        const contradicted = `${entry.rejection?.trace} does: ${entry.rejection?.reason}`;
        stale.push(`model/probes/mutants.ts states that nothing contradicts ${place}, but ${contradicted}`);
      }
      const { rejection } = entry;
      mutants.push({ ...about, ...found, ...(rejection && { rejection }) });
    }
    const unnamed = mutants.filter(({ name }) => name === undefined);
    const entered = new Set(unnamed.filter(({ outcome }) => outcome !== "never exercised").map(placeOf));
    const generated = unnamed.filter((one) => entered.has(placeOf(one)));
    const count = (outcome: MutantOutcome): number => generated.filter((one) => one.outcome === outcome).length;
    return {
      generated: generated.length,
      refused,
      rejected: count("rejected"),
      given_up: generated.filter(({ rejection }) => rejection?.outcome === "unknown").length,
      never_exercised: count("never exercised"),
      equivalent: count("equivalent"),
      not_observable: count("not observable"),
      survived: count("survived"),
      elsewhere: unnamed.length - generated.length,
      named: mutants.filter(({ name }) => name !== undefined),
      mutants: generated,
      stale,
    };
  }

  /** undefined: it was interrupted before it was run. */
  private outcomeOf(entry: Entry): Pick<MutantReport, "outcome" | "because"> | "refused" | undefined {
    const { results, exercised, silent, why } = entry;
    const stated = this.statedOf(entry.candidate);
    const because = stated && { because: stated.why };
    if (entry.rejection) return { outcome: "rejected", ...because };
    if (!exercised) return { outcome: "never exercised" };
    if (results.size === 0) return undefined;
    const ran = results.has("admitted") || results.has("unknown");
    if (!ran && results.has("refused")) return "refused";
    if (!ran) return { outcome: "equivalent", because: "the compiled program is the same" };
    if (silent && !results.has("unknown")) return { outcome: "not observable" };
    if (because) return { outcome: "equivalent", ...because };
    return { outcome: "survived", ...(why !== undefined && { because: why }) };
  }

  private statedOf({ func, within, about }: Candidate): Equivalent | undefined {
    if (about.name !== undefined) return undefined;
    const { from, to } = about;
    return this.stated.find((one) => isAbout(one, { func, from, to, within }));
  }
}

const placeOf = ({ file, function: func }: MutantReport): string => `${file}#${func}`;

/** The function that a step is of, and what the changed one has to do with it. */
function relate(
  func: string,
  step: string,
  { probes }: ProbeTable,
  { functions, reaches }: Survey,
): Pick<Rejection, "step_function" | "relation"> {
  const probe = probes[step] ?? probes[step.replace(/\d+$/, "#")];
  const entry = probe?.role === "mm_born" ? ENTRY.mmInit : probe?.begins?.entry;
  const [, name] = /^[pr]:(.+)$/.exec(probe?.at ?? "") ?? [];
  if (name !== undefined) {
    const key = [...functions.keys()].find((one) => one.endsWith(`#${name}`)) ?? name;
    const called = reaches(func, key) ? "called by it" : undefined;
    const calls = reaches(key, func) ? "calls it" : "through state";
    return { step_function: name, relation: key === func ? "itself" : (called ?? calls) };
  }
  if (probe?.at !== undefined) {
    const called = reaches(func, `trace_${probe.at}`);
    return { step_function: null, relation: called ? "called by it" : "through state" };
  }
  const calls = entry !== undefined && reaches(`${CONFORM_FILE}#entry of ${entry}`, func);
  return { step_function: null, relation: calls ? "calls it" : "through state" };
}
