// SPDX-License-Identifier: MIT
// What can be done about one case by itself, here or in a thread of its own: cases do not depend on each other.
import type { Result } from "../base/result.ts";
import { type CaseReport, checkCase } from "./check-case.ts";
import type { Library } from "./library.ts";
import type { CheckHow, JobContext, JobError } from "./reports.ts";
import type { Case } from "./select.ts";
import { type CaseHashes, hashCase } from "./verdict-store.ts";

/** By kind of work: what it finds. Plain data, which threads can send. */
export interface Answers {
  readonly check: CaseReport;
  readonly hash: CaseHashes;
}
export type Kind = keyof Answers;

export type Work<K extends Kind> = (
  library: Library,
  item: Case,
  how: CheckHow,
  context: JobContext,
) => Promise<Result<Answers[K], JobError>>;

export const WORK: { readonly [K in Kind]: Work<K> } = { check: checkCase, hash: hashCase };

/** What a thread is started with. */
export interface WorkerStart {
  readonly kind: Kind;
  readonly overlay: string | undefined;
  readonly how: CheckHow;
}

/** A case, by what a command would call its scenario and its design. */
export interface CaseName {
  readonly scenario: string;
  readonly design: string;
  readonly models: readonly string[];
}

/** To a thread: a case to work on, or that it is to stop and to send what it has. */
export type ToWorker = { readonly op: "case"; readonly name: CaseName } | { readonly op: "stop" };

export type FromWorker =
  | { readonly op: "progress"; readonly what: string; readonly done: number; readonly total: number | undefined }
  | { readonly op: "note"; readonly line: string }
  | { readonly op: "done"; readonly result: Result<Answers[Kind], JobError> };
