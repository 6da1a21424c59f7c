// SPDX-License-Identifier: MIT
// What the tests of conformance share: a report, a design with one thing changed, and a recording with one.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Decompress } from "fzstd";
import { expect } from "vitest";
import { conform } from "../../src/jobs/conform.ts";
import type { ConformReport } from "../../src/jobs/conform-report.ts";

const CONTEXT = { progress: () => {}, note: () => {}, signal: new AbortController().signal };
/** Files beside a trace that say what the design must be. */
const SIDECARS = ["cpuinfo", "uname", "ps.before", "kprobe_defs"];

export async function report(trace: string, design?: string, overlay?: string): Promise<ConformReport> {
  const result = await conform({ trace, design, overlay, sidecars: true }, CONTEXT);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Steps that are not explained. */
export function open({ steps }: ConformReport): number {
  return Object.values(steps).reduce((sum, { unexplained, unknown }) => sum + unexplained + unknown, 0);
}

/** An overlay in which `from`, which stands there once, reads `to`. */
export function changedModel(directory: string, path: string, from: string, to: string): string {
  const overlay = mkdtempSync(join(directory, "o"));
  const text = readFileSync(path, "utf8");
  expect(text.split(from).length, from).toBe(2);
  mkdirSync(join(overlay, dirname(path)), { recursive: true });
  writeFileSync(join(overlay, path), text.replace(from, to));
  return overlay;
}

export function textOf(recording: string): string {
  const pieces: Uint8Array[] = [];
  new Decompress((piece) => pieces.push(piece.slice())).push(readFileSync(join(recording, "trace.txt.zst")), true);
  return Buffer.concat(pieces).toString("latin1");
}

/** Another text, with the files that lie beside the recording. */
export function asRecording(directory: string, recording: string, text: string): string {
  const folder = mkdtempSync(join(directory, "r"));
  for (const name of SIDECARS) {
    if (existsSync(join(recording, name))) copyFileSync(join(recording, name), join(folder, name));
  }
  const trace = join(folder, "trace.txt");
  writeFileSync(trace, text, "latin1");
  return trace;
}

/** The text with the nth match of a pattern changed. */
export function changedText(text: string, pattern: RegExp, n: number, to: (match: RegExpExecArray) => string): string {
  const match = [...text.matchAll(new RegExp(pattern, "g"))][n]!;
  return text.slice(0, match.index) + to(match) + text.slice(match.index + match[0].length);
}
