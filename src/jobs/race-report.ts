// SPDX-License-Identifier: MIT
// A data race as KCSAN reports one: which two accesses, of what, by whom.
import { defined } from "../base/assert.ts";
import type { SourceRef } from "../program/program.ts";
import { racesAt, type Site } from "../program/races.ts";
import type { State } from "./decode.ts";
import type { Broken } from "./history.ts";
import { type Naming, nameOf } from "./naming.ts";

/** One of the two accesses of a race. */
export interface RacingAccess {
  readonly cpu: number;
  readonly at: SourceRef;
  /** "write (marked) to loaded_mm". */
  readonly text: string;
}

/** The first race of the state behind the run, the write first; empty if that is not what is violated. */
export function racingAccesses(naming: Naming, states: readonly State[], broken: Broken | undefined): RacingAccess[] {
  if (broken?.kind !== "race") return [];
  const { cells, contexts } = defined(states[broken.after + 1], "in range");
  const found = racesAt(naming.program, cells, contexts)[0];
  if (found === undefined) return [];
  const { race, element } = found;
  const accessOf = (site: Site, what: (plain: boolean) => string): RacingAccess => {
    const step = defined(naming.program.codes[site.code]?.steps[site.step], "sites are steps");
    const plain = "order" in step.access && step.access.order === "plain";
    const name = nameOf(naming, { cell: site.place.cell, at: element }, site.cpu);
    return { cpu: site.cpu, at: step.at, text: `${what(plain)} ${name}` };
  };
  const { reader, writer } = race;
  return [accessOf(writer, (plain) => `write${plain ? "" : " (marked)"} to`), accessOf(reader, () => "read of")];
}

/** `data-race in f() / g(): write to x by CPU 0, read of x by CPU 1`. */
export function describeRace(accesses: readonly RacingAccess[]): string[] {
  if (accesses.length === 0) return [];
  const functions = accesses.map(({ at }) => `${at.func}()`).join(" / ");
  return [`data-race in ${functions}: ${accesses.map(({ text, cpu }) => `${text} by CPU ${cpu}`).join(", ")}`];
}
