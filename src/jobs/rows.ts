// SPDX-License-Identifier: MIT
// The lines of a counterexample's columns: a heading where a CPU's function changes, then what each step did.
import { effectsOf, whyWaits } from "./effects.ts";
import type { ExplainRow } from "./explain-report.ts";
import type { History, Moment } from "./history.ts";
import type { Naming } from "./naming.ts";
import { racingAccesses } from "./race-report.ts";
import { whoWaits } from "./waiting.ts";

/** Stores of which the columns do not say that they were buffered, and when they became visible. */
export interface Merged {
  /** By the moment at which a store leaves its buffer: the moment of the store, which stands for both. */
  readonly storeOf: ReadonlyMap<number, number>;
}

export interface View {
  readonly shown: (index: number) => boolean;
  /** `scenario`, `tlb.ts`: by number of a source. */
  readonly sources: readonly string[];
  readonly merged: Merged;
}

/** Short names for sources: the file name, with its folder where two have the same one. */
export function shortSources(sources: readonly string[], scenarioFile: string): string[] {
  const last = (path: string, parts: number): string => path.split("/").slice(-parts).join("/");
  return sources.map((path) => {
    if (path === scenarioFile) return "scenario";
    const clash = sources.some((other) => other !== path && last(other, 1) === last(path, 1));
    return last(path, clash ? 2 : 1);
  });
}

/** `tlb.ts:89`; "" where there is no source. */
export function placeOf(at: { readonly source: number; readonly line: number }, sources: readonly string[]): string {
  return at.line === 0 ? "" : `${sources[at.source]}:${at.line}`;
}

/** Page walks and interrupts come from outside of the code that runs. */
function comesFromOutside({ taken }: Moment): boolean {
  return taken?.code.kind === "walker" || (taken?.code.kind === "interrupt" && taken.id === 0);
}

/** The function above a step's line. */
function headingOf(func: string): string | undefined {
  return func === "" ? undefined : `${func.replace(/^entry of /, "")}()`;
}

/**
 * Stores whose stay in the buffer nobody can notice in this run: nothing that is shown happens elsewhere before they
 * leave it.
 */
export function unnoticedBuffering(history: History, shown: (index: number) => boolean): Merged {
  const storeOf = new Map<number, number>();
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
    if (!between.some((m) => m.cpu !== cpu || comesFromOutside(m))) storeOf.set(index, stored);
  }
  return { storeOf };
}

/** `headings`: the function that stands last in each CPU's column. */
function headingRow(headings: Map<number, string>, cpu: number, func: string): ExplainRow[] {
  const heading = headingOf(func);
  if (heading === undefined || headings.get(cpu) === heading) return [];
  headings.set(cpu, heading);
  return [{ cpu, step: null, kind: "function", text: heading, at: "", indent: 0 }];
}

export function rowsOf(history: History, naming: Naming, view: View): ExplainRow[] {
  const { shown, sources, merged } = view;
  const headings = new Map<number, string>();
  const stores = new Set(merged.storeOf.values());
  const { broken } = history;
  const rows = history.moments.flatMap((moment): ExplainRow[] => {
    const { cpu, index, taken } = moment;
    const turn = index === broken?.endless?.loop ? [foreverRow(headings, cpu)] : [];
    if (!shown(index) || merged.storeOf.has(index)) return turn;
    const outside = comesFromOutside(moment);
    if (outside) headings.delete(cpu);
    const heading = outside ? [] : headingRow(headings, cpu, taken?.step.at.func ?? "");
    const effects = effectsOf(history, naming, moment).map((effect, i): ExplainRow => {
      const text = stores.has(index) ? effect.replace(/ \(buffered\)$/, "") : effect;
      const at = i === 0 && taken ? placeOf(taken.step.at, sources) : "";
      return { cpu, step: index, kind: i === 0 ? "step" : "detail", text, at, indent: (outside ? 0 : 2) + (i && 2) };
    });
    return [...turn, ...heading, ...effects];
  });
  const waits = broken?.kind === "deadlock" || broken?.kind === "endless wait";
  if (waits) return [...rows, ...waitingRows(history, naming, headings, sources)];
  return [...rows, ...racingRows(history, naming, headings, sources)];
}

/** From here on the run goes round. */
function foreverRow(headings: Map<number, string>, cpu: number): ExplainRow {
  headings.clear();
  return { cpu, step: null, kind: "function", text: "for ever:", at: "", indent: 0 };
}

/** The two accesses of a race, which come next. */
function racingRows(
  { states, broken }: History,
  naming: Naming,
  headings: Map<number, string>,
  sources: readonly string[],
): ExplainRow[] {
  return racingAccesses(naming, states, broken).flatMap(({ cpu, at }): ExplainRow[] => [
    ...headingRow(headings, cpu, at.func),
    { cpu, step: null, kind: "waits", text: `races: ${at.text}`, at: placeOf(at, sources), indent: 2 },
  ]);
}

/** Where everybody stands when nobody can go on, and why. */
function waitingRows(
  history: History,
  naming: Naming,
  headings: Map<number, string>,
  sources: readonly string[],
): ExplainRow[] {
  return whoWaits(history).flatMap((waiting) => {
    const { cpu, code, step, refused } = waiting;
    const heading = refused ? [] : headingRow(headings, cpu, step.at.func);
    const what = refused ? `interrupt ${code.name}() is not taken` : `waits: ${step.at.text}`;
    const row = (kind: "waits" | "detail", text: string, at: string, indent: number): ExplainRow => {
      return { cpu, step: null, kind, text, at, indent };
    };
    return [
      ...heading,
      row("waits", what, placeOf(step.at, sources), refused ? 0 : 2),
      ...whyWaits(naming, waiting).map((text) => row("detail", text, "", refused ? 2 : 4)),
    ];
  });
}
