// SPDX-License-Identifier: MIT
// Data races as properties of states: two contexts are about to touch the same element, and each of them could.

import { defined } from "../base/assert.ts";
import { possibleRaces, type Race, type Site } from "../program/races.ts";
import { type Context, turn } from "./contexts.ts";
import { ALWAYS, condition, NEVER } from "./enabled.ts";
import { elementOf, type Scope, type Sheet } from "./expressions.ts";
import { approachOf } from "./moves.ts";

/** What races.ts needs of a context that stands before a step. */
export interface Standing {
  readonly context: Context;
  readonly scope: Scope;
}

/** A pair of steps, and when they race. */
export interface RaceCheck {
  readonly race: Race;
  readonly guard: readonly string[];
}

function same(a: string, b: string): string {
  if (a === b) return ALWAYS;
  return /^\d+$/.test(a) && /^\d+$/.test(b) ? NEVER : `(${a} == ${b})`;
}

/** Where the site touches its cell if its step is taken now: `then` of that element, or else false. */
function touching(sheet: Sheet, site: Site, { scope }: Standing, then: (element: string) => string): string {
  const { code, place, step } = site;
  const moves = approachOf(sheet, code, defined(sheet.program.codes[code]?.steps[step], "sites are steps"));
  const ranges = defined(sheet.layout.localRanges[code], "by code");
  return condition(scope, moves, {
    leaf: (at, { kind }) => (kind === "end" ? then(elementOf(at, ranges, place)) : NEVER),
    clear: () => undefined,
  });
}

export function raceChecks(
  sheet: Sheet,
  contexts: readonly Context[],
  standing: (site: Site) => Standing,
): RaceCheck[] {
  return possibleRaces(sheet.program).flatMap((race) => {
    const [reader, writer] = [standing(race.reader), standing(race.writer)];
    const meet = touching(sheet, race.reader, reader, (a) => touching(sheet, race.writer, writer, (b) => same(a, b)));
    if (meet === NEVER) return [];
    const turns = [
      ...turn(contexts, reader.context, race.reader.step),
      ...turn(contexts, writer.context, race.writer.step),
    ];
    return [{ race, guard: meet === ALWAYS ? turns : [...turns, meet] }];
  });
}
