// SPDX-License-Identifier: MIT
// What `conform` says, and what it is asked.
import type { TraceInfo } from "./reports.ts";
import type { DrawTo } from "./trace-drawing.ts";

export interface ConformOptions {
  readonly trace: string;
  /** undefined: the one that the recording speaks for. */
  readonly design: string | undefined;
  readonly overlay: string | undefined;
  readonly sidecars: boolean;
  /** Where the judged fields go, as a table; undefined: nowhere. */
  readonly tables?: string | undefined;
  /** Where a drawing for ui.perfetto.dev goes; undefined: nowhere. */
  readonly draw?: DrawTo | undefined;
}

export interface ConformSteps {
  readonly total: number;
  readonly exact: number;
  readonly lossy: number;
  readonly environment: number;
  readonly unexplained: number;
  readonly unknown: number;
}

export interface UnexplainedStep {
  /** Row of the trace, from 0, its time as recorded, and who was at it. */
  readonly row: number;
  readonly time: number;
  readonly cpu: number;
  readonly pid: number;
  readonly kind: string;
  readonly outcome: "unexplained" | "unknown";
  readonly reason: string;
  /** Rows around it, of all CPUs. */
  readonly around: readonly { readonly row: number; readonly cpu: number; readonly text: string }[];
}

export interface ConformReport {
  readonly schema: "lazymm.conform/1";
  readonly trace: TraceInfo;
  readonly design: string;
  /** Why this one. */
  readonly chosen: string;
  readonly steps: Readonly<Record<string, ConformSteps>>;
  /** By kind and field: how often a count was changed by somebody whom no probe sees, and by how much in all. */
  readonly environment: Readonly<Record<string, { readonly times: number; readonly net: number }>>;
  readonly unexplained: readonly UnexplainedStep[];
  /** Kinds of steps that the probes could show, and the recording has none of. */
  readonly never_exercised: readonly string[];
  /** Rows that are no step of the model, by name. */
  readonly passed_over: Readonly<Record<string, number>>;
  /** Why, where it is known. */
  readonly passed_over_because: Readonly<Record<string, string>>;
  readonly conforms: boolean;
  readonly tables: readonly { readonly name: string; readonly file: string; readonly rows: number }[];
  /** Perfetto traces that were written. */
  readonly drawn: readonly { readonly file: string; readonly bytes: number }[];
  readonly notes: readonly string[];
  readonly interrupted?: true;
}
