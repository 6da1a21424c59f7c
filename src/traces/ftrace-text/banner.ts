// SPDX-License-Identifier: MIT
// Lines that are not events: the header, the marks of lost events, and what trace-cmd report prints first.

import { isCpuCount, MAX_CPUS } from "../limits.ts";
import type { Banner } from "../parsed.ts";

export type BannerLine =
  /** A comment that says nothing new. */
  | { readonly kind: "comment" }
  | { readonly kind: "lost"; readonly cpu: number; readonly events: number }
  | { readonly kind: "started"; readonly cpu: number };

/** The kernel's mark, and those of versions of trace-cmd. */
const LOST = /^CPU:(\d+) \[LOST (?:(\d+) )?EVENTS\]/;
const DROPPED = /^CPU:?\s*(\d+)(?: \[(?:(\d+) )?|: )EVENTS DROPPED/;
const COMMENT: BannerLine = { kind: "comment" };

/** Reads a line that is no event into `banner`; undefined if it is not a banner line either. */
export function readBannerLine(line: string, banner: Banner): BannerLine | undefined {
  if (line.startsWith("#")) return readComment(line, banner);
  const lost = LOST.exec(line) ?? DROPPED.exec(line);
  if (lost !== null && Number(lost[1]) < MAX_CPUS) {
    return { kind: "lost", cpu: Number(lost[1]), events: Number(lost[2] ?? 0) };
  }
  const cpus = /^cpus=(\d+)$/.exec(line);
  if (cpus !== null) {
    learnCpus(Number(cpus[1]), banner);
    return COMMENT;
  }
  return /^(?:version = \d+|CPU \d+ is empty)$/.test(line) ? COMMENT : undefined;
}

function readComment(line: string, banner: Banner): BannerLine {
  const started = /^#+ CPU (\d+) buffer started #+$/.exec(line);
  if (started !== null && Number(started[1]) < MAX_CPUS) return { kind: "started", cpu: Number(started[1]) };
  const tracer = /^# tracer: (\S+)/.exec(line);
  if (tracer !== null) banner.tracer = tracer[1]!;
  const release = /^# \S+ latency trace v\S+ on (\S+)/.exec(line);
  if (release !== null) banner.release = release[1]!;
  const entries =
    /entries-in-buffer\/entries-written: (\d+)\/(\d+)/.exec(line) ?? /^# latency: .*#(\d+)\/(\d+)/.exec(line);
  if (entries !== null) {
    banner.entriesInBuffer = Number(entries[1]);
    banner.entriesWritten = Number(entries[2]);
  }
  const cpus = /#P:(\d+)/.exec(line);
  if (cpus !== null) learnCpus(Number(cpus[1]), banner);
  return COMMENT;
}

function learnCpus(cpus: number, banner: Banner): void {
  if (isCpuCount(cpus)) banner.cpus = cpus;
}
