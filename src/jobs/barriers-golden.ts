// SPDX-License-Identifier: MIT
// What `barriers` found once of some designs and is kept for a person to read in a diff: model/barriers/DESIGN.txt, by
// `npm run barriers`. Lines do not move when a comment is added; each outcome has a hash of all that it depends on.
import { createHash } from "node:crypto";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { type Barrier, barrierKey, editsOf } from "../program/weaken.ts";
import type { BarrierOutcome, BarrierRow } from "./barriers-report.ts";
import { pairsOf, type Subject, type Survey } from "./barriers-survey.ts";
import type { Library } from "./library.ts";
import { hashOf, hashProgram } from "./verdict-store.ts";
import { withRoom } from "./weakening.ts";

const HASH_DIGITS = 12;

/**
 * The designs that have a file: one for each protocol whose barriers differ, on the architectures that have a memory
 * model of their own. A file for each of all designs would repeat these, and take hours.
 */
export const GOLDEN_DESIGNS: readonly string[] = [
  "linux-6.1-arm64",
  "linux-6.12-x86",
  "linux-6.18-x86",
  "luto-2022-intended",
  "x86-no-lazy",
  "x86-shootdown",
];

export function goldenFile(design: string): string {
  return `model/barriers/${design}.txt`;
}

/** One line of a golden file. */
export interface GoldenOutcome {
  /** `file function: text #n`: the same wherever it stands in its file. */
  readonly barrier: string;
  readonly model: string;
  readonly hash: string;
  readonly claim: string;
}

/** What the outcome of a barrier under a model depends on: the Programs that hold it, and how they are weakened. */
function hashOfOutcome(
  { subjects }: Survey,
  programs: ReadonlyMap<Subject, string>,
  model: MemoryModel,
  barrier: Barrier,
): string {
  const key = barrierKey(barrier);
  const held = subjects.filter(({ item, barriers }) => {
    return item.models.includes(model) && barriers.some((other) => barrierKey(other) === key);
  });
  const parts = held.map((subject) => {
    const program = defined(programs.get(subject), "every subject is hashed");
    const { item } = subject;
    const edits = barrier.forms.map((form) => editsOf(subject.program, barrier, form));
    return [hashOf(program, item, model), hashOf(program, withRoom(item, model), model), edits];
  });
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_DIGITS);
}

type Named = Pick<Barrier, "file" | "func" | "text">;

/** Names that do not depend on lines; places with the same text in one function are numbered. */
function namesOf(barriers: readonly Named[]): string[] {
  const seen = new Map<string, number>();
  return barriers.map(({ file, func, text }) => {
    const name = `${file} ${func}: ${text}`;
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name} #${n}`;
  });
}

/** Today's hashes, by `outcomeKey`. */
function hashesOf(survey: Survey): Map<string, string> {
  const programs = new Map(survey.subjects.map((subject) => [subject, hashProgram(subject.program)]));
  const names = namesOf(survey.barriers);
  return new Map(
    survey.barriers.flatMap((barrier, i) =>
      survey.models.map((model) => [
        outcomeKey({ barrier: defined(names[i], "as many names"), model: model.name }),
        hashOfOutcome(survey, programs, model, barrier),
      ]),
    ),
  );
}

export function outcomeKey({ barrier, model }: Pick<GoldenOutcome, "barrier" | "model">): string {
  return `${barrier} / ${model}`;
}

function claimText({ claim, also }: BarrierOutcome): string {
  return also.length === 0 ? claim : `${claim}; so does ${also.join(", ")}`;
}

/** What a report says, by `outcomeKey`. */
export function claimsOf(rows: readonly BarrierRow[]): Map<string, string> {
  const names = namesOf(rows);
  return new Map(
    rows.flatMap((row, i) =>
      row.outcomes.map((outcome) => [
        outcomeKey({ barrier: defined(names[i], "as many names"), model: outcome.model }),
        claimText(outcome),
      ]),
    ),
  );
}

/** The file as it is to be today, with these claims. */
export function printGolden(library: Library, survey: Survey, claims: ReadonlyMap<string, string>): string {
  const { barriers, models, design } = survey;
  const hashes = hashesOf(survey);
  const names = namesOf(barriers);
  const width = Math.max(...models.map(({ name }) => name.length));
  const lines = barriers.flatMap((one, i) => {
    const barrier = defined(names[i], "as many names");
    const outcomes = models.map(({ name: model }) => {
      const key = outcomeKey({ barrier, model });
      return `    ${model.padEnd(width)}  ${hashes.get(key)}  ${claims.get(key) ?? "not known: npm run barriers"}`;
    });
    const pairs = pairsOf(library, one);
    return [
      ...(barriers[i - 1]?.file === one.file ? [] : ["", one.file]),
      `  ${barrier.slice(one.file.length + 1)}`,
      ...(pairs === null ? [] : [`    pairs with ${pairs}`]),
      ...outcomes,
    ];
  });
  const head = [
    `The barriers and ordered accesses of ${design.info.name}, each weakened in turn; see docs/barriers.md.`,
    "Written by `npm run barriers`. The hash is of all that the line depends on.",
  ];
  return [...head, ...lines].map((line) => `${line}\n`).join("");
}

export function readGolden(text: string): GoldenOutcome[] {
  const outcomes: GoldenOutcome[] = [];
  let file = "";
  let name = "";
  for (const line of text.split("\n").slice(2)) {
    const outcome = /^ {4}(\S+) +([0-9a-f]{12}) {2}(.+)$/.exec(line);
    const [, model = "", hash = "", claim = ""] = outcome ?? [];
    if (outcome) outcomes.push({ barrier: `${file} ${name}`, model, hash, claim });
    else if (/^\S/.test(line)) file = line;
    else if (/^ {2}\S/.test(line)) name = line.trim();
  }
  return outcomes;
}
