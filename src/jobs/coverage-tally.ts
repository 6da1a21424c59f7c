// SPDX-License-Identifier: MIT
// Adds up what the runs of a coverage check have executed, and holds it against the text of the model.
import { defined } from "../base/assert.ts";
import { statementsOf } from "../compiler/marked-source.ts";
import type { Mark, Marks } from "../compiler/marks.ts";
import type { SourceFile } from "../compiler/source.ts";
import type { Probe } from "../program/probes.ts";
import type { FileCoverage, MissedLine, OneSidedCondition } from "./coverage-report.ts";

/** A place in the source at which something can be seen to happen. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly func: string;
  readonly text: string;
  readonly kind: OneSidedCondition["kind"] | "statement";
  /** Which of several conditions at the place. */
  readonly nth: number;
  /** true and false of a condition; `done` of a statement or an access. */
  readonly seen: Set<"true" | "false" | "done">;
  /** Something was seen while an initial state was computed. */
  inInit: boolean;
}

export class Tally {
  readonly marks: Marks;
  private readonly places = new Map<string, Place>();

  constructor(marks: Marks) {
    this.marks = marks;
  }

  private at(found: Omit<Place, "seen" | "inInit">): Place {
    const { file, line, column, kind, nth } = found;
    const key = `${file}:${line}:${column} ${kind} ${nth}`;
    const place = this.places.get(key) ?? { ...found, seen: new Set(), inInit: false };
    this.places.set(key, place);
    return place;
  }

  /** A mark that the run's Program holds, and whether the run has come by, or its init() has. */
  addMark(mark: Mark, hit: boolean, inInit: boolean): void {
    const place = this.at({ ...mark, kind: mark.kind === "done" ? "statement" : "if", nth: 0 });
    if (hit) place.seen.add(mark.kind);
    place.inInit ||= inInit;
  }

  addProbe({ at, kind, decides, nth }: Probe, sources: readonly string[], hit: boolean): void {
    const file = defined(sources[at.source], "sources are numbered");
    const { line, column, text } = at;
    const func = at.func.replace(/^entry of /, "");
    const place = this.at({ file, line, column, func, text, kind: decides === "" ? "access" : decides, nth });
    if (hit) place.seen.add(kind === "taken" ? "done" : kind);
  }

  /** The file's lines that hold code, the missing ones with the reason, and its conditions. */
  file(source: SourceFile): FileCoverage {
    const places = [...this.places.values()].filter(({ file }) => file === source.path);
    const lines = new Map<number, { executed: boolean; missed: MissedLine }>();
    const text = (line: number): string => (source.lines[line - 1] ?? "").trim();
    const note = (line: number, func: string, executed: boolean, why: MissedLine["why"]): void => {
      const known = lines.get(line);
      if (known?.executed || (known && !executed)) return;
      lines.set(line, { executed, missed: { line, func, text: text(line), why } });
    };
    const statements = statementsOf(source, this.marks);
    const checks = new Set(statements.flatMap(({ line, is }) => (is === "a check" ? [line] : [])));
    for (const { line, func, seen, inInit, kind } of places) {
      // Who waits has come to the line, and has not done it yet.
      if (!checks.has(line) && kind !== "waits")
        note(line, func, seen.size > 0, inInit ? "only in init" : "not reached");
    }
    for (const { line, func, is } of statements)
      if (is === "left out" || is === "not called") note(line, func, false, is);
    const all = [...lines.values()];
    const missed = all.flatMap((line) => (line.executed ? [] : [line.missed])).sort((a, b) => a.line - b.line);
    const executedLines = new Set(all.flatMap(({ executed, missed: { line } }) => (executed ? [line] : [])));
    const conditions = places.filter(({ kind, line, seen }) => isCondition(kind) && seen.size > 0 && !checks.has(line));
    const asked = places.filter(({ line }) => !checks.has(line));
    const one_sided = asked.flatMap((place) => oneSided(place, executedLines.has(place.line), enclosing(place, asked)));
    return {
      file: source.path,
      lines: all.length,
      executed: all.length - missed.length,
      missed,
      conditions: conditions.length,
      one_sided: one_sided.sort((a, b) => a.line - b.line || a.column - b.column),
    };
  }
}

function isCondition(kind: Place["kind"]): boolean {
  return kind !== "statement" && kind !== "access";
}

/** The statement, or the condition of an if, that an access on the same line belongs to. */
function enclosing({ line, column }: Place, places: readonly Place[]): Place | undefined {
  const before = places.filter(
    (p) => (p.kind === "statement" || p.kind === "if") && p.line === line && p.column <= column,
  );
  return before.sort((a, b) => b.column - a.column)[0];
}

/** What was never the case; of a line, or a part of it, that nobody executed, that says it all. */
function oneSided(place: Place, executed: boolean, around: Place | undefined): OneSidedCondition[] {
  const { line, column, func, text, kind, seen } = place;
  const never = seen.has("true") ? "false" : "true";
  switch (kind) {
    case "statement":
      return [];
    case "access":
      return !executed || seen.size > 0 || around?.seen.size === 0
        ? []
        : [{ line, column, func, text, kind, never: "made" }];
    case "waits":
      return seen.size === 1 ? [{ line, column, func, text, kind, never }] : [];
    default:
      return executed && seen.size === 1 ? [{ line, column, func, text, kind, never }] : [];
  }
}
