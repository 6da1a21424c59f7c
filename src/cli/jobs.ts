// SPDX-License-Identifier: MIT
// The boundary between the commands and the work. A command parses options, calls one function of `Jobs`, and prints
// the report; the reports are the published JSON formats.
import { err, type Result } from "../base/result.ts";

/** What a job may use of its caller. It must look at `signal` now and then (and yield to the event loop between looks,
 * or the signal never arrives), and then return what it has, with `interrupted: true`. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (what: string, done: number, total: number | undefined) => void;
  /** A line for the user, about something that is not in the report. */
  readonly note: (line: string) => void;
}

export type JobError =
  | { readonly kind: "unknown name"; readonly what: string; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: "usage"; readonly message: string }
  /** Missing, empty, damaged beyond use, or not what was expected. */
  | { readonly kind: "input"; readonly message: string }
  /** Dialect files that the compiler refuses: each diagnostic as it is to be printed. */
  | { readonly kind: "rejected"; readonly diagnostics: readonly string[] };

export type Verdict = "safe" | "violates" | "unknown" | "stale";

/** A number, or [if freed_tables was false, if it was true] where the trace does not say. */
export type Count = number | readonly [number, number];
export interface Counts {
  readonly [name: string]: Count | Counts;
}

export interface Price {
  readonly known_ns: readonly [number, number];
  readonly missing: readonly { readonly cost: string; readonly count: Count }[];
  readonly complete: boolean;
}

export interface TraceInfo {
  readonly path: string;
  readonly format: string;
  readonly cpus: number;
  readonly events: number;
  /** null if the clock has no known unit. */
  readonly span_s: number | null;
  /** The files beside the trace that were read. */
  readonly sidecars: readonly string[];
  /** Set if only the part before `at` could be read. */
  readonly damaged?: { readonly at: string; readonly reason: string };
}

/** What every report has beside its own fields. */
interface Report<Schema extends string> {
  readonly schema: Schema;
  /** What is unknown, inferred or assumed, for the reader of the result: printed below the table. */
  readonly notes: readonly string[];
  readonly interrupted?: boolean;
}

export interface CompareRow {
  readonly design: string;
  /** By memory model. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** By memory model: "14/14" is how many of its scenarios are safe, of how many apply. */
  readonly scenarios: Readonly<Record<string, string>>;
  readonly counts: Counts;
  readonly price: Price;
}
export interface CompareReport extends Report<"lazymm.compare/1"> {
  readonly trace: TraceInfo;
  readonly profile: string;
  readonly rows: readonly CompareRow[];
}

export interface Agreement {
  readonly recorded: number;
  readonly predicted: number;
  readonly matched: number;
  readonly rate: number;
}
export interface ReplayReport extends Report<"lazymm.replay/1"> {
  readonly trace: TraceInfo;
  readonly design: string;
  readonly profile: string;
  readonly counts: Counts;
  readonly price: Price;
  readonly inferred: Readonly<Record<string, number | string>>;
  readonly predicted_sha256: string;
  readonly agreement: Agreement | null;
}

export interface MutantResult {
  readonly mutant: string;
  readonly verdict: Verdict;
  readonly expected: string | null;
  readonly agrees: boolean;
}
export interface CheckResult {
  readonly scenario: string;
  readonly design: string;
  readonly model: string;
  readonly verdict: Verdict;
  /** The violated property. */
  readonly property: string | null;
  /** null for a user's file that expects nothing. */
  readonly expected: string | null;
  readonly agrees: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  readonly bytes_per_state: number;
  readonly witnesses: Readonly<Record<string, boolean>>;
  readonly mutants: readonly MutantResult[];
  /** "no violation of P1…Pn for 2 CPUs, 1 mm under x86_tso", or why it is unknown. */
  readonly claim: string;
  /** In two-column kernel form, with the command that prints it again. */
  readonly counterexample: string | null;
}
export interface CheckReport extends Report<"lazymm.check/1"> {
  readonly results: readonly CheckResult[];
}

export interface ExplainReport extends Report<"lazymm.explain/1"> {
  readonly scenario: string;
  readonly design: string;
  readonly model: string;
  readonly mutant: string | null;
  readonly path: readonly number[];
  readonly verdict: Verdict;
  readonly property: string | null;
  readonly steps: readonly {
    readonly cpu: number;
    readonly func: string;
    readonly at: string;
    readonly text: string;
  }[];
  readonly text: string;
}

export interface ListReport extends Report<"lazymm.list/1"> {
  readonly designs?: readonly {
    readonly name: string;
    readonly arch: string;
    readonly parts: Readonly<Record<string, string>>;
    readonly config: Readonly<Record<string, unknown>>;
    readonly source: string;
    readonly status: string;
  }[];
  readonly scenarios?: readonly {
    readonly name: string;
    readonly question: string;
    readonly expect: Readonly<Record<string, string>>;
    readonly mutants: readonly string[];
  }[];
  readonly models?: readonly { readonly name: string; readonly source: string }[];
  readonly profiles?: readonly { readonly name: string; readonly machine: string; readonly source: string }[];
}

export interface TraceOptions {
  /** `-` is stdin. */
  readonly trace: string;
  readonly sidecars: boolean;
  readonly profile: string | undefined;
}
export interface CompareOptions extends TraceOptions {
  /** Empty: all that fit the trace's architecture. */
  readonly designs: readonly string[];
  readonly overlay: string | undefined;
}
export interface ReplayOptions extends TraceOptions {
  readonly design: string;
  readonly overlay: string | undefined;
}
export interface CheckOptions {
  /** Scenario names or dialect files; empty: all. */
  readonly names: readonly string[];
  readonly designs: readonly string[];
  readonly models: readonly string[];
  readonly overlay: string | undefined;
  readonly maxStates: number | undefined;
}
export interface ExplainOptions {
  readonly scenario: string;
  readonly design: string | undefined;
  readonly model: string | undefined;
  readonly mutant: string | undefined;
  readonly path: readonly number[];
  readonly overlay: string | undefined;
}
export type Listable = "designs" | "scenarios" | "models" | "profiles";

export interface Jobs {
  readonly compare: (options: CompareOptions, context: JobContext) => Promise<Result<CompareReport, JobError>>;
  readonly check: (options: CheckOptions, context: JobContext) => Promise<Result<CheckReport, JobError>>;
  readonly explain: (options: ExplainOptions, context: JobContext) => Promise<Result<ExplainReport, JobError>>;
  readonly replay: (options: ReplayOptions, context: JobContext) => Promise<Result<ReplayReport, JobError>>;
  readonly list: (what: Listable) => Promise<Result<ListReport, JobError>>;
}

async function notBuilt(): Promise<Result<never, JobError>> {
  return err({ kind: "input", message: "this build has no engine behind the command yet" });
}

export const jobs: Jobs = { compare: notBuilt, check: notBuilt, explain: notBuilt, replay: notBuilt, list: notBuilt };
