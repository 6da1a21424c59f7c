// SPDX-License-Identifier: MIT
// A run, told: as data, and ready to be pasted into a mail: what was asked, what happens on each CPU, what is violated,
// and the command that prints it again.

import { defined } from "../base/assert.ts";
import type { Choice } from "../program/compiled.ts";
import type { SourceRef } from "../program/program.ts";
import { printColumns, wrap } from "./columns.ts";
import { effectsOf, whyBroken, whyWaits } from "./effects.ts";
import type { ExplainChange, ExplainNext, ExplainReport, ExplainStep, ExplainWait } from "./explain-report.ts";
import type { Change, History, Moment } from "./history.ts";
import { linksOf } from "./links.ts";
import { cellValue, lifeOf, type Naming, nameOf, namesOf } from "./naming.ts";
import { privateMoments } from "./relevance.ts";
import { placeOf, rowsOf, shortSources, unnoticedBuffering } from "./rows.ts";
import { whoWaits } from "./waiting.ts";

/** What the run is a run of. */
export interface Subject {
  readonly scenario: string;
  readonly file: string;
  readonly question: string;
  readonly design: string;
  readonly model: string;
  readonly mutant: string | undefined;
  /** The command that prints it again. */
  readonly command: string;
}

export type Story = Pick<
  ExplainReport,
  "text" | "steps" | "links" | "rows" | "waits" | "next" | "why" | "violated_by" | "property"
>;

const WIDTH = 100;

function lines(text: string, indent: number, hang = indent): string {
  return wrap(text, WIDTH, indent, hang)
    .map((line) => `${line}\n`)
    .join("");
}

/** On one line if it fits; otherwise so that it can still be pasted into a shell. */
function printCommand(command: string): string {
  const line = `  explain: ${command}`;
  if (line.length <= WIDTH) return `${line}\n`;
  return `${line.replace(/ (?=--path )/, " \\\n           ")}\n`;
}

function printHead({ broken }: History, subject: Subject): string {
  const mutant = subject.mutant === undefined ? "" : `, with "${subject.mutant}"`;
  const verdict = broken ? `violates "${broken.property}"` : "no violation on this path";
  const head = lines(`${subject.scenario}, ${subject.design}, ${subject.model}${mutant}`, 0) + lines(verdict, 0);
  return `${head}\n${lines(subject.question, 2)}`;
}

/** Of a step that violates a property, and of a deadlock, the columns say all. */
function printVerdict({ broken, moments }: History, why: readonly string[]): string {
  if (broken === undefined) return "";
  const late = broken.after + 1 < moments.length ? ` after ${broken.after + 1} of these ${moments.length} steps` : "";
  const judged = ["always", "at_end", "race", "endless wait"].includes(broken.kind) ? why : [];
  const reasons = judged.length === 0 ? "" : `: ${judged.join("; ")}`;
  return lines(`"${broken.property}" is violated${late}${reasons}`, 2);
}

/** Where a run ends that violates nothing: how it can go on, and who cannot. */
function printEnd({ broken }: History, { next, waits }: Pick<Story, "next" | "waits">): string {
  if (broken) return "";
  const choice = ({ choice, cpu, text, at }: ExplainNext): string =>
    lines(`${choice}: CPU ${cpu}: ${text}${at === "" ? "" : `  ${at}`}`, 4, 8);
  const wait = ({ cpu, text, at, why }: ExplainWait): string =>
    lines(`CPU ${cpu} waits: ${text}  ${at}: ${why.join(", ")}`, 4, 8);
  const end = next.length === 0 ? "  nothing can happen next\n" : "  what can happen next, as --path counts:\n";
  return `${end}${next.map(choice).join("")}${waits.map(wait).join("")}`;
}

function longPlace({ program }: History, at: SourceRef | undefined): string {
  return at ? placeOf(at, program.sources) : "";
}

function changeOf(naming: Naming, change: Change): ExplainChange {
  const life = lifeOf(naming, change);
  if (life !== undefined) return { name: life, value: change.to === 0 ? "free" : "allocated", number: null };
  const { meaning } = defined(naming.program.cells[change.cell], "cells exist");
  const value = cellValue(naming, change, change.to);
  return { name: nameOf(naming, change, -1), value, number: meaning.kind === "int" ? change.to : null };
}

function agentName(kind: string | undefined): ExplainStep["agent"] {
  if (kind === undefined) return "store buffer";
  return kind === "walker" || kind === "interrupt" ? kind : "thread";
}

function stepOf(history: History, naming: Naming, moment: Moment, isPrivate: boolean): ExplainStep {
  const { cpu, taken, changes, index } = moment;
  const after = defined(history.states[index + 1], "there is a state behind every step");
  return {
    cpu,
    agent: agentName(taken?.code.kind),
    context: taken?.code.name ?? "store buffer",
    func: taken?.step.at.func ?? "",
    at: longPlace(history, taken?.step.at),
    text: taken?.step.at.text ?? "",
    effects: effectsOf(history, naming, moment),
    private: isPrivate,
    changes: changes.map((change) => changeOf(naming, change)),
    buffered: after.buffers[cpu]?.length ?? 0,
  };
}

function nextOf(history: History, naming: Naming, { code: id, cpu, step: pc }: Choice, choice: number): ExplainNext {
  const code = pc < 0 ? undefined : defined(history.program.codes[id], "choices name codes");
  const at = code?.steps[pc]?.at;
  const oldest = history.states.at(-1)?.buffers[cpu]?.[0];
  const drained = oldest
    ? `${nameOf(naming, oldest, cpu)} = ${cellValue(naming, oldest, oldest.value)} (now visible)`
    : "all stores reach memory";
  const isEntry = code?.kind === "interrupt" && pc === 0;
  const own = code?.kind === "walker" ? code.name : isEntry ? `interrupt ${code.name}()` : (at?.text ?? "");
  return { choice, cpu, agent: agentName(code?.kind), at: longPlace(history, at), text: code ? own : drained };
}

function waitsOf(history: History, naming: Naming): ExplainWait[] {
  return whoWaits(history).map((waiting) => {
    const { cpu, code, step } = waiting;
    const { func, text } = step.at;
    return { cpu, context: code.name, func, at: longPlace(history, step.at), text, why: whyWaits(naming, waiting) };
  });
}

export function tell(history: History, subject: Subject, full: boolean): Story {
  const naming = namesOf(history.program);
  const isPrivate = privateMoments(history, naming);
  const shown = (index: number): boolean => full || isPrivate[index] !== true;
  const merged = full ? { storeOf: new Map<number, number>() } : unnoticedBuffering(history, shown);
  const sources = shortSources(history.program.sources, subject.file);
  const rows = rowsOf(history, naming, { shown, sources, merged });
  const steps = history.moments.map((moment) => stepOf(history, naming, moment, isPrivate[moment.index] === true));
  const links = linksOf(history, naming, (index) => merged.storeOf.get(index) ?? index);
  const next = history.next.map((choice, i) => nextOf(history, naming, choice, i));
  const waits = waitsOf(history, naming);
  const why = whyBroken(history, naming);
  const hidden = steps.filter((_, index) => !shown(index)).length;
  const folded =
    hidden === 0 ? "" : `  (${hidden} of ${steps.length} steps are private to their CPU and not shown: --full)\n`;
  const foot = printVerdict(history, why) + printEnd(history, { next, waits }) + folded + printCommand(subject.command);
  const text = `${printHead(history, subject)}\n${printColumns(rows)}\n${foot}`;
  // Of these the last step is not the reason.
  const nobodys = ["deadlock", "endless wait"].includes(history.broken?.kind ?? "");
  const after = nobodys ? -1 : (history.broken?.after ?? -1);
  const property = history.broken?.property ?? null;
  return { text, steps, links, rows, waits, next, why, property, violated_by: after < 0 ? null : after };
}
