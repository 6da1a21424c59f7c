// SPDX-License-Identifier: MIT
// The boundary between whoever asks and the work. A command parses options, calls one function of `Jobs`, and prints
// the report; the reports are the published JSON formats.

import type { Result } from "../base/result.ts";
import type { BarriersOptions, BarriersReport } from "./barriers-report.ts";
import type { ConformMutantsOptions, ConformMutantsReport } from "./conform-mutants-report.ts";
import type { ConformOptions, ConformReport } from "./conform-report.ts";
import type { CoverageReport } from "./coverage-report.ts";
import type { SearchLimits } from "./engine.ts";
import type { ExplainOptions, ExplainReport } from "./explain-report.ts";
import type { InspectOptions, InspectReport } from "./inspect-report.ts";
import type { LitmusOptions, LitmusReport } from "./litmus-report.ts";
import type { PerfettoReport } from "./perfetto.ts";
import type { PromelaOptions, PromelaReport } from "./promela.ts";
import type { Wanted } from "./reduced-search.ts";
import type { DrawTo } from "./trace-drawing.ts";
import type { TraceSelection } from "./trace-selection.ts";

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
export type Count = number | readonly [number, number] | null;
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
export interface Report<Schema extends string> {
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
  /** By memory model: the scenarios that the design violates. */
  readonly violated: Readonly<Record<string, readonly string[]>>;
  readonly counts: Counts;
  readonly price: Price;
  /** How well the design predicts what this kernel did; null where the trace cannot tell. */
  readonly agreement: Agreement | null;
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
  /** Bounds that were hit: all counts are null. */
  readonly bounds: readonly string[];
  /** Perfetto traces that were written. */
  readonly drawn: readonly { readonly file: string; readonly bytes: number }[];
}

/** One exhaustive search, and what the scenario's file says about it. */
interface Searched {
  readonly verdict: Verdict;
  /** The violated property. */
  readonly property: string | null;
  /** null where the file expects nothing: a user's scenario, or any scenario under a user's design. */
  readonly expected: Verdict | null;
  readonly expected_property: string | null;
  /**
   * The verdict and the property are the expected ones, and a `safe` has reached every witness; where nothing is
   * expected: nothing is violated. An `unknown` never agrees.
   */
  readonly agrees: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  readonly bytes_per_state: number;
  /** Those that the search was made with: they change how many states there are, not the verdict. */
  readonly reductions: readonly string[];
  /** Which of the witnesses were reached. */
  readonly witnesses: Readonly<Record<string, boolean>>;
  /** In the words of one who may have to defend it: what was found, for which bounds, under which assumptions. */
  readonly claim: string;
  /** In n-column kernel form, with the command that prints it again. */
  readonly counterexample: string | null;
}
export interface MutantResult extends Searched {
  readonly mutant: string;
  /** What `explain --mutant` takes: its number in the scenario, among those that this design is asked. */
  readonly number: number;
}
export interface CheckResult extends Searched {
  readonly scenario: string;
  readonly question: string;
  readonly design: string;
  readonly model: string;
  readonly mutants: readonly MutantResult[];
}
export interface CheckReport extends Report<"lazymm.check/1"> {
  readonly results: readonly CheckResult[];
}

export interface ListReport extends Report<"lazymm.list/1"> {
  readonly designs?: readonly {
    readonly name: string;
    readonly arch: string;
    readonly parts: Readonly<Record<string, string>>;
    readonly config: Readonly<Record<string, unknown>>;
    readonly source: string;
    readonly status: string;
    /** How many ask it. */
    readonly scenarios: number;
  }[];
  readonly scenarios?: readonly {
    readonly name: string;
    readonly question: string;
    /** The models that it asks its designs under. */
    readonly models: readonly string[];
    /** Why not under all that their architectures have; null: it does. */
    readonly models_because: string | null;
    readonly expect: Readonly<Record<string, string>>;
    readonly mutants: readonly string[];
    /** The designs that it is asked about. */
    readonly designs: readonly string[];
    readonly file: string;
  }[];
  readonly models?: readonly { readonly name: string; readonly title: string; readonly source: string }[];
  readonly profiles?: readonly { readonly name: string; readonly machine: string; readonly source: string }[];
}

export interface TraceOptions {
  /** `-` is stdin. */
  readonly trace: string;
  readonly sidecars: boolean;
  /** Which part of it; undefined: all. */
  readonly select?: TraceSelection | undefined;
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
  /** Where a drawing for ui.perfetto.dev goes; undefined: nowhere. */
  readonly draw?: DrawTo | undefined;
}
/** How each case is searched. */
export interface CheckHow extends SearchLimits {
  /** Which reductions: "auto", or names; undefined: "auto". */
  readonly reduce?: Wanted | undefined;
  /** The folder of checkpoints; only with one thread. */
  readonly checkpoint?: string | undefined;
  /** Which counterexamples are told: all, or only those that nobody expected. Undefined: all. */
  readonly tell?: "all" | "news" | undefined;
}
export interface CheckOptions extends CheckHow {
  /** Scenario names or dialect files; empty: all. */
  readonly names: readonly string[];
  readonly designs: readonly string[];
  readonly models: readonly string[];
  readonly overlay: string | undefined;
  /** How many cases are searched at a time; undefined: one. */
  readonly jobs?: number | undefined;
}
export type Listable = "designs" | "scenarios" | "models" | "profiles";

export interface Jobs {
  readonly compare: (options: CompareOptions, context: JobContext) => Promise<Result<CompareReport, JobError>>;
  readonly check: (options: CheckOptions, context: JobContext) => Promise<Result<CheckReport, JobError>>;
  readonly barriers: (options: BarriersOptions, context: JobContext) => Promise<Result<BarriersReport, JobError>>;
  readonly coverage: (options: CheckOptions, context: JobContext) => Promise<Result<CoverageReport, JobError>>;
  readonly explain: (options: ExplainOptions, context: JobContext) => Promise<Result<ExplainReport, JobError>>;
  readonly perfetto: (options: ExplainOptions, context: JobContext) => Promise<Result<PerfettoReport, JobError>>;
  readonly replay: (options: ReplayOptions, context: JobContext) => Promise<Result<ReplayReport, JobError>>;
  readonly conform: (options: ConformOptions, context: JobContext) => Promise<Result<ConformReport, JobError>>;
  readonly conformMutants: (
    options: ConformMutantsOptions,
    context: JobContext,
  ) => Promise<Result<ConformMutantsReport, JobError>>;
  readonly inspect: (options: InspectOptions, context: JobContext) => Promise<Result<InspectReport, JobError>>;
  readonly litmus: (options: LitmusOptions, context: JobContext) => Promise<Result<LitmusReport, JobError>>;
  readonly promela: (options: PromelaOptions) => Promise<Result<PromelaReport, JobError>>;
  readonly list: (what: Listable) => Promise<Result<ListReport, JobError>>;
}
