// SPDX-License-Identifier: MIT
// The report of `inspect`: what is in a trace, and what can be asked of it.
import type { Report, TraceInfo } from "./reports.ts";
import type { DrawTo } from "./trace-drawing.ts";
import type { TraceSelection } from "./trace-selection.ts";

export interface InspectOptions {
  /** `-` is stdin. */
  readonly trace: string;
  readonly sidecars: boolean;
  readonly select?: TraceSelection | undefined;
  /** Where the tables go: the format is by the name's end; undefined: nowhere. */
  readonly tables?: string | undefined;
  /** Where a drawing for ui.perfetto.dev goes; undefined: nowhere. */
  readonly draw?: DrawTo | undefined;
}

export type Question = "replay" | "agreement" | "conform";

export interface IdentityReport {
  /** Shares, 0 … 1, of the time that tasks ran, and of the switches to them. Idle CPUs are apart. */
  readonly time: { readonly known: number; readonly inferred: number; readonly unknown: number };
  readonly switches: { readonly known: number; readonly inferred: number; readonly unknown: number };
  /** By how the mm of the running task is known: switches to such tasks, and the share of all CPU time. */
  readonly by: readonly {
    readonly provenance: string;
    readonly switches: number;
    readonly time: number;
  }[];
}

export interface InspectReport extends Report<"lazymm.inspect/1"> {
  readonly trace: TraceInfo;
  readonly file: {
    readonly compression: string;
    readonly bytes: number;
    readonly inflated_bytes: number;
    /** Of a binary container. */
    readonly version: string | null;
    readonly tracer: string | null;
    /** Lines, pages or packets. */
    readonly units: number;
  };
  readonly clock: {
    readonly name: string | null;
    /** null: a tick has no known length. */
    readonly seconds_per_tick: number | null;
    readonly first_tick: number;
    readonly last_tick: number;
  };
  readonly machine: {
    readonly arch: string;
    readonly arch_known: boolean;
    readonly release: string | null;
    readonly model: string | null;
  };
  readonly events: readonly { readonly name: string; readonly count: number }[];
  readonly cpus: readonly { readonly cpu: number; readonly events: number }[];
  readonly losses: {
    readonly marks: number;
    readonly events: number;
    /** Events that the ring wrote over; null if the trace does not say. */
    readonly overwritten: number | null;
    /** By the kernel's statistics, where the file has them: CPUs that lost something. Some of it has marks, too. */
    readonly rings: readonly {
      readonly cpu: number;
      readonly overwritten: number;
      readonly nested: number;
      readonly dropped: number;
    }[];
    /** By reason: what gave no row, or less than it could. */
    readonly odd: Readonly<Record<string, number>>;
    /** Rows without arguments, by event. */
    readonly unparsed: Readonly<Record<string, number>>;
  };
  readonly sidecars_not_understood: readonly string[];
  /** null: without sched_switch nobody knows who ran. */
  readonly identity: IdentityReport | null;
  /** Those of the trace's architecture. */
  readonly designs: readonly string[];
  readonly questions: readonly {
    readonly question: Question;
    readonly possible: boolean;
    /** Why not; empty if it is possible. */
    readonly because: readonly string[];
  }[];
  /** What the trace lacks, what is done in its place, and how to record it. */
  readonly missing: readonly { readonly what: string; readonly so: string; readonly way_out: string }[];
  /** Tables that were written. */
  readonly tables: readonly { readonly name: string; readonly file: string; readonly rows: number }[];
  /** Perfetto traces that were written. */
  readonly drawn: readonly { readonly file: string; readonly bytes: number }[];
}
