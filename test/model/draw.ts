// SPDX-License-Identifier: MIT
// What a run of the tests searches of a catalogue that takes too long for each run: a quick part, always the same, and
// a tenth of the rest, another one each time. What is not searched has its verdict stored, with a hash of all that it
// depends on, and the store is held against the model and its expectations as a whole.
//
//   LAZYMM_SEED=…   the tenth of a run that failed, again
//   LAZYMM_ALL=1    all of it
import { createHash } from "node:crypto";
import { defined } from "../../src/base/assert.ts";
import type { Case } from "../../src/jobs/select.ts";
import { readVerdicts } from "../../src/jobs/verdict-store.ts";

const ONE_IN = 10;
const STATES_OF_QUICK = 200_000;

/** The same in every file of a run: test/build.ts sets and prints it. */
const seed = process.env.LAZYMM_SEED ?? "";
const wantsAll = (process.env.LAZYMM_ALL ?? "") !== "";

/** True for one in ten names. Whether one is drawn does not depend on the others, nor on how many there are. */
export function isDrawn(name: string, oneIn = ONE_IN): boolean {
  if (wantsAll) return true;
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32BE() % oneIn === 0;
}

export function caseName({ scenario, design }: Pick<Case, "scenario" | "design">): string {
  return `${scenario.info.name} / ${design.info.name}`;
}

/** States of all searches of a case, mutants included, when they were stored: what it costs, by name. */
function storedStates(): Map<string, number> {
  const states = new Map<string, number>();
  for (const { scenario, design, mutants, ...own } of readVerdicts()) {
    const name = `${scenario} / ${design}`;
    const sum = mutants.reduce((n, mutant) => n + mutant.states, own.states);
    states.set(name, (states.get(name) ?? 0) + sum);
  }
  return states;
}

/**
 * Every scenario under one design, and every design in one scenario at least: of those that are small (or else of the
 * smallest) the design that has been taken least often so far, so that one after the other has its turn.
 */
export function quickCases(cases: readonly Case[], statesOf: ReadonlyMap<string, number> = storedStates()): Set<Case> {
  const cost = (item: Case): number => statesOf.get(caseName(item)) ?? Number.POSITIVE_INFINITY;
  const byCost = cases.toSorted((a, b) => cost(a) - cost(b));
  const taken = new Map<Case["design"], number>();
  const chosen = new Set<Case>();
  const take = (item: Case): void => {
    if (!chosen.has(item)) taken.set(item.design, (taken.get(item.design) ?? 0) + 1);
    chosen.add(item);
  };
  for (const scenario of new Set(cases.map((item) => item.scenario))) {
    const all = byCost.filter((item) => item.scenario === scenario);
    const small = all.filter((item) => cost(item) <= STATES_OF_QUICK);
    const [first] = small.toSorted((a, b) => (taken.get(a.design) ?? 0) - (taken.get(b.design) ?? 0));
    take(first ?? defined(all[0], "a scenario has a case"));
  }
  for (const design of new Set(cases.map((item) => item.design))) {
    if (!taken.has(design))
      take(
        defined(
          byCost.find((item) => item.design === design),
          "a design has a case",
        ),
      );
  }
  return chosen;
}

/** Of these cases, those that this run searches, in their order. */
export function drawnCases(cases: readonly Case[]): Case[] {
  const quick = quickCases(cases);
  return cases.filter((item) => quick.has(item) || isDrawn(caseName(item)));
}
