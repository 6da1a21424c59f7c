// SPDX-License-Identifier: MIT
// A run, ready to be pasted into a mail: what was asked, what happens on each CPU, what is violated, and the command
// that prints it again.

import { printColumns, type Row, wrap } from "./columns.ts";
import { effectsOf, whoWaits, whyBroken } from "./effects.ts";
import type { History, Moment } from "./history.ts";
import type { Naming } from "./naming.ts";
import { namesOf } from "./naming.ts";
import { privateMoments } from "./relevance.ts";
import type { ExplainStep } from "./reports.ts";

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

export interface Story {
  readonly text: string;
  readonly steps: readonly ExplainStep[];
}

const WIDTH = 100;

/** Short names for sources: the file name, with its folder where two have the same one. */
function shortSources(sources: readonly string[], scenarioFile: string): string[] {
  const last = (path: string, parts: number): string => path.split("/").slice(-parts).join("/");
  return sources.map((path) => {
    if (path === scenarioFile) return "scenario";
    const clash = sources.some((other) => other !== path && last(other, 1) === last(path, 1));
    return last(path, clash ? 2 : 1);
  });
}

function placeOf(moment: Moment, sources: readonly string[]): string {
  const at = moment.taken?.step.at;
  return at === undefined || at.line === 0 ? "" : `${sources[at.source]}:${at.line}`;
}

/** Page walks and interrupts come from outside of the code that runs. */
function comesFromOutside({ taken }: Moment): boolean {
  return taken?.code.kind === "walker" || (taken?.code.kind === "interrupt" && taken.id === 0);
}

/** The function above a step's line. */
function headingOf({ taken }: Moment): string | undefined {
  const func = taken?.step.at.func ?? "";
  return func === "" ? undefined : `${func.replace(/^entry of /, "")}()`;
}

/**
 * Stores whose stay in the buffer nobody can notice in this run, and the moments at which they leave it: nothing that
 * is shown happens elsewhere in between.
 */
function unnoticedBuffering(
  history: History,
  shown: (index: number) => boolean,
): { stores: Set<number>; drains: Set<number> } {
  const stores = new Set<number>();
  const drains = new Set<number>();
  const waiting = new Map<number, number[]>();
  for (const { index, cpu, taken } of history.moments) {
    const queue = waiting.get(cpu) ?? [];
    waiting.set(cpu, queue);
    const accessed = taken?.did.accessed;
    if (accessed?.kind === "store" && accessed.buffered) queue.push(index);
    if (taken) continue;
    const stored = queue.shift();
    if (stored === undefined || !shown(index)) continue;
    const between = history.moments.slice(stored + 1, index).filter((m) => shown(m.index));
    if (between.some((m) => m.cpu !== cpu || comesFromOutside(m))) continue;
    stores.add(stored);
    drains.add(index);
  }
  return { stores, drains };
}

/** Rows of the steps that are shown: headings where a CPU's function changes, then what each step did. */
function rowsOf(
  history: History,
  naming: Naming,
  subject: Subject,
  shown: (index: number) => boolean,
  full: boolean,
): Row[] {
  const sources = shortSources(history.program.sources, subject.file);
  const headings = new Map<number, string>();
  const rows: Row[] = [];
  const merged = full ? { stores: new Set(), drains: new Set() } : unnoticedBuffering(history, shown);
  for (const moment of history.moments) {
    const { cpu, index } = moment;
    if (!shown(index) || merged.drains.has(index)) continue;
    const outside = comesFromOutside(moment);
    const heading = outside ? undefined : headingOf(moment);
    if (outside) headings.delete(cpu);
    if (heading !== undefined && headings.get(cpu) !== heading) {
      headings.set(cpu, heading);
      rows.push({ cpu, text: heading, at: "", indent: 0 });
    }
    const at = placeOf(moment, sources);
    effectsOf(history, naming, moment).forEach((effect, i) => {
      const text = merged.stores.has(index) ? effect.replace(/ \(buffered\)$/, "") : effect;
      rows.push({ cpu, text, at: i === 0 ? at : "", indent: (outside ? 0 : 2) + (i === 0 ? 0 : 2) });
    });
  }
  return history.broken?.kind === "deadlock" ? [...rows, ...waitingRows(history, headings, sources)] : rows;
}

/** Where everybody stands when nobody can go on. */
function waitingRows(history: History, headings: ReadonlyMap<number, string>, sources: readonly string[]): Row[] {
  return whoWaits(history).flatMap(({ cpu, at }) => {
    const heading = `${at.func}()`;
    const row = { cpu, text: `waits: ${at.text}`, at: `${sources[at.source]}:${at.line}`, indent: 2 };
    return headings.get(cpu) === heading ? [row] : [{ cpu, text: heading, at: "", indent: 0 }, row];
  });
}

/** On one line if it fits; otherwise so that it can still be pasted into a shell. */
function printCommand(command: string): string {
  const line = `  explain: ${command}`;
  if (line.length <= WIDTH) return `${line}\n`;
  return `${line.replace(/ (?=--path )/, " \\\n           ")}\n`;
}

function paragraphs(
  history: History,
  naming: Naming,
  subject: Subject,
  hidden: number,
): { head: string; foot: string } {
  const lines = (text: string, indent: number): string =>
    wrap(text, WIDTH, indent)
      .map((line) => `${line}\n`)
      .join("");
  const mutant = subject.mutant === undefined ? "" : `, with "${subject.mutant}"`;
  const { broken, moments } = history;
  const verdict = broken ? `violates "${broken.property}"` : "no violation on this path";
  const head = lines(`${subject.scenario}, ${subject.design}, ${subject.model}${mutant}`, 0) + lines(verdict, 0);
  const question = `\n${lines(subject.question, 2)}`;
  const late =
    broken && broken.after + 1 < moments.length ? ` after ${broken.after + 1} of these ${moments.length} steps` : "";
  const why = whyBroken(history, naming);
  const end = broken
    ? lines(`"${broken.property}" is violated${late}${why.length === 0 ? "" : `: ${why.join("; ")}`}`, 2)
    : "";
  const folded =
    hidden === 0 ? "" : `  (${hidden} of ${moments.length} steps are private to their CPU and not shown: --full)\n`;
  return { head: head + question, foot: `${end}${folded}${printCommand(subject.command)}` };
}

export function tell(history: History, subject: Subject, full: boolean): Story {
  const naming = namesOf(history.program);
  const isPrivate = privateMoments(history, naming);
  const shown = (index: number): boolean => full || isPrivate[index] !== true;
  const { head, foot } = paragraphs(history, naming, subject, history.moments.filter((m) => !shown(m.index)).length);
  const steps = history.moments.map((moment) => {
    const at = moment.taken?.step.at;
    return {
      cpu: moment.cpu,
      func: at?.func ?? "",
      at: at === undefined || at.line === 0 ? "" : `${history.program.sources[at.source]}:${at.line}`,
      text: at?.text ?? "",
      effects: effectsOf(history, naming, moment),
      private: isPrivate[moment.index] === true,
    };
  });
  return { text: `${head}\n${printColumns(rowsOf(history, naming, subject, shown, full))}\n${foot}`, steps };
}
