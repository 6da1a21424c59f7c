// SPDX-License-Identifier: MIT
// What the tests of conformance share: a recording with something changed, and what is said of it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Decompress } from "fzstd";
import { expect } from "vitest";
import { conform } from "../../src/jobs/conform.ts";
import type { ConformReport } from "../../src/jobs/conform-report.ts";

const CONTEXT = { progress: () => {}, note: () => {}, signal: new AbortController().signal };

export async function report(trace: string, design?: string, overlay?: string): Promise<ConformReport> {
  const result = await conform({ trace, design, overlay, sidecars: true }, CONTEXT);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Steps that nothing explains, or for which no order was found. */
export function open({ steps }: ConformReport): number {
  return Object.values(steps).reduce((sum, { unexplained, unknown }) => sum + unexplained + unknown, 0);
}

export function textOf(recording: string): string {
  const pieces: Uint8Array[] = [];
  new Decompress((piece) => pieces.push(piece.slice())).push(readFileSync(join(recording, "trace.txt.zst")), true);
  return Buffer.concat(pieces).toString("latin1");
}

/** What a file beside a recording should read, by its name. */
type Edit = (name: string, content: string) => string;

export const onPti: Edit = (name, content) =>
  name === "cpuinfo" ? content.replace(/^(flags\s*:)/gm, "$1 pti") : content;

/** As if the probe that shows interrupts to one CPU had missed none. */
export const noneMissed: Edit = (name, content) =>
  name === "kprobe_profile" ? content.replace(/(ipi_single +\d+ +)\d+/, "$10") : content;

/** A directory for changed recordings and overlays. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), "lazymm-conform-"));

  /** This text with what stands beside `recording`, some of it edited. */
  recording(recording: string, text: string, edit: Edit = (_, beside) => beside): string {
    const directory = mkdtempSync(join(this.path, "r"));
    for (const name of readdirSync(recording)) {
      if (name.startsWith("trace.")) continue;
      const content = readFileSync(join(recording, name), "latin1");
      writeFileSync(join(directory, name), edit(name, content), "latin1");
    }
    writeFileSync(join(directory, "trace.txt"), text, "latin1");
    return directory;
  }

  /** An overlay in which `from`, which stands there once, reads `to`. */
  overlay(path: string, from: string, to: string): string {
    const overlay = mkdtempSync(join(this.path, "o"));
    const text = readFileSync(path, "utf8");
    expect(text.split(from).length, from).toBe(2);
    mkdirSync(join(overlay, dirname(path)), { recursive: true });
    writeFileSync(join(overlay, path), text.replace(from, to));
    return overlay;
  }

  remove(): void {
    if (existsSync(this.path)) rmSync(this.path, { recursive: true });
  }
}

/** The text with its nth match of a pattern changed. */
export function changed(text: string, pattern: RegExp, n: number, to: (match: RegExpExecArray) => string): string {
  const match = [...text.matchAll(new RegExp(pattern, "g"))][n]!;
  return text.slice(0, match.index) + to(match) + text.slice(match.index + match[0].length);
}
