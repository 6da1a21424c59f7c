// SPDX-License-Identifier: MIT
// A run, ready to be pasted into a mail: what was asked, what happens on each CPU, what is violated, and the command
// that prints it again.
import { effectsOf, whoWaits, whyBroken } from "./effects.ts";
import { printColumns, type Row, wrap } from "./columns.ts";
import type { History, Moment } from "./history.ts";
import type { Naming } from "./naming.ts";
import { namesOf } from "./naming.ts";
import { privateMoments } from "./relevance.ts";
import type { ExplainStep } from "./reports.ts";

/** What the run is a run of. */
export interface Subject {
  readonly scenario: string;
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
function shortSources(sources: readonly string[]): string[] {
  const last = (path: string, parts: number): string => path.split("/").slice(-parts).join("/");
  return sources.map((path) => {
    const clash = sources.some((other) => other !== path && last(other, 1) === last(path, 1));
    return last(path, clash ? 2 : 1);
  });
}

function placeOf(moment: Moment, sources: readonly string[]): string {
  const at = moment.taken?.step.at;
  return at === undefined || at.line === 0 ? "" : `${sources[at.source]}:${at.line}`;
}

/** What stands above a step's line: its function, or what kind of thing happens. */
function headingOf({ taken }: Moment): string | undefined {
  if (!taken || taken.code.kind === "walker") return undefined;
  if (taken.code.kind === "interrupt" && taken.id === 0) return `${taken.code.name}()`;
  const { func } = taken.step.at;
  return func === "" || func.startsWith("entry of ") ? undefined : `${func}()`;
}

/** Rows of the steps that are shown: headings where a CPU's function changes, then what each step did. */
function rowsOf(history: History, naming: Naming, shown: (index: number) => boolean): Row[] {
  const sources = shortSources(history.program.sources);
  const headings = new Map<number, string>();
  const rows: Row[] = [];
  for (const moment of history.moments) {
    if (!shown(moment.index)) continue;
    const { cpu } = moment;
    const heading = headingOf(moment);
    if (heading !== undefined && headings.get(cpu) !== heading) {
      headings.set(cpu, heading);
      rows.push({ cpu, text: heading, at: "", indent: 0 });
    }
    const at = placeOf(moment, sources);
    effectsOf(history, naming, moment).forEach((text, i) => rows.push({ cpu, text, at: i === 0 ? at : "", indent: i === 0 ? 2 : 4 }));
  }
  if (history.broken?.kind !== "deadlock") return rows;
  const waiting = whoWaits(history).map(({ cpu, text, source, line }) => ({ cpu, text, at: `${sources[source]}:${line}`, indent: 2 }));
  return [...rows, ...waiting];
}

function paragraphs(history: History, naming: Naming, subject: Subject, hidden: number): { head: string; foot: string } {
  const lines = (text: string, indent: number): string => wrap(text, WIDTH, indent).map((line) => `${line}\n`).join("");
  const mutant = subject.mutant === undefined ? "" : `, with "${subject.mutant}"`;
  const { broken, moments } = history;
  const verdict = broken ? `violates "${broken.property}"` : "no violation on this path";
  const head = lines(`${subject.scenario}, ${subject.design}, ${subject.model}${mutant}: ${verdict}`, 0);
  const question = lines(subject.question, 2);
  const late = broken && broken.after + 1 < moments.length ? ` after ${broken.after + 1} of these ${moments.length} steps` : "";
  const why = whyBroken(history, naming);
  const end = broken ? lines(`"${broken.property}" is violated${late}${why.length === 0 ? "" : `: ${why.join(", ")}`}`, 2) : "";
  const folded = hidden === 0 ? "" : `  (${hidden} of ${moments.length} steps are private to their CPU and not shown: --full)\n`;
  return { head: head + question, foot: `${end}${folded}  explain: ${subject.command}\n` };
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
  return { text: `${head}\n${printColumns(rowsOf(history, naming, shown))}\n${foot}`, steps };
}
