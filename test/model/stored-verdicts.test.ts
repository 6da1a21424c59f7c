// SPDX-License-Identifier: MIT
// What is stored about every shipped scenario, design, memory model and mutant, held against the model of today and
// against what each file states: nothing is searched for it. searched-verdicts.test.ts holds it against searches.
import { describe, expect, test } from "vitest";
import { workOn } from "../../src/jobs/cases.ts";
import { expectedOf } from "../../src/jobs/select.ts";
import { digestOfSources } from "../../src/jobs/sources-digest.ts";
import { keyOf, nameOf, readStore } from "../../src/jobs/verdict-store.ts";
import { quiet } from "../jobs/tiny.ts";
import { caseName, drawnCases } from "./draw.ts";
import { cases, library } from "./shipped.ts";

const store = readStore().verdicts;
const stored = new Map(store.map((verdict) => [keyOf(verdict), verdict]));

/** Every verdict and every mutant's, beside what its file states. */
const answers = cases.flatMap((item) =>
  item.models.flatMap((model) => {
    const verdict = stored.get(keyOf(nameOf(item, model)));
    if (verdict === undefined) return [];
    const name = `${caseName(item)} / ${model.name}`;
    const own = { name, answer: verdict, expected: expectedOf(item, item.scenario.info, model.name) };
    const mutants = item.mutants.map((mutant, i) => ({
      name: `${name} / ${mutant.name}`,
      answer: verdict.mutants[i],
      expected: expectedOf(item, mutant, model.name),
    }));
    return [own, ...mutants];
  }),
);

describe("the store is of today's model: otherwise `npm run verdicts` writes it again", () => {
  test("by the digest of its sources", () => {
    expect(readStore().sources).toBe(digestOfSources());
  });

  test("by the hashes of the cases that are drawn", async () => {
    const drawn = drawnCases(cases);
    const today = await workOn("hash", library, drawn, {}, 2, quiet());
    if (!today.ok) throw new Error(JSON.stringify(today.error));
    const hashes = today.value.flat();
    const kept = hashes.map((one) => {
      const { hash, mutants_hash } = stored.get(keyOf(one)) ?? {};
      return { ...one, hash, mutants_hash };
    });
    expect(kept).toEqual(hashes);
  });
});

test("the store has every case and mutant, in the order of the model", () => {
  const names = cases.flatMap((item) => item.models.map((model) => keyOf(nameOf(item, model))));
  expect(store.map(keyOf)).toEqual(names);
  const mutants = cases.flatMap((item) => item.models.map(() => item.mutants.map(({ name }) => name)));
  expect(store.map((verdict) => verdict.mutants.map(({ mutant }) => mutant))).toEqual(mutants);
});

describe("every verdict", () => {
  test("is stated in its scenario's file", () => {
    expect(answers.filter(({ expected }) => expected === undefined).map(({ name }) => name)).toEqual([]);
  });

  test("is the expected one", () => {
    const text = (verdict: string | undefined, property: string | null = null): string =>
      `${verdict} ${property ?? ""}`;
    const wrong = answers.flatMap(({ name, answer, expected }) => {
      const found = text(answer?.verdict, answer?.property);
      const stated = text(expected?.verdict, expected?.verdict === "violates" ? expected.property : null);
      return found === stated ? [] : [`${name}: ${found}; expected: ${stated}`];
    });
    expect(wrong).toEqual([]);
  });

  test("that is safe has reached its witnesses: one at least", () => {
    const vacuous = cases.flatMap((item) =>
      item.models.flatMap((model) => {
        const verdict = stored.get(keyOf(nameOf(item, model)));
        const asked = item.scenario.info.witness.length;
        const isVacuous = verdict?.verdict === "safe" && (asked === 0 || verdict.witnesses.length < asked);
        return isVacuous ? [`${caseName(item)} / ${model.name}`] : [];
      }),
    );
    expect(vacuous).toEqual([]);
  });
});

// A mutant may be caught under one memory model only: what counts is that the scenario can fail for this design.
test("every design that is safe in a scenario has a mutant that is caught there", () => {
  const blind = cases.filter((item) => {
    const own = item.models.flatMap((model) => stored.get(keyOf(nameOf(item, model))) ?? []);
    const isCaught = own.some(({ mutants }) => mutants.some(({ verdict }) => verdict === "violates"));
    return own.some(({ verdict }) => verdict === "safe") && !isCaught;
  });
  expect(blind.map(caseName)).toEqual([]);
});

describe("a scenario", () => {
  const scenarios = library.scenarios.map(({ info }) => info);
  /** Of the designs that it asks: their names, and those of their variants. */
  const namesAsked = (name: string): Set<string> => {
    const asked = cases.filter(({ scenario }) => scenario.info.name === name).map(({ design }) => design.info);
    return new Set(asked.flatMap((info) => [info.name, ...info.variants.values()]));
  };

  test("asks some design, and so does each of its mutants", () => {
    const asked = new Set(cases.flatMap((item) => [item.scenario.info, ...item.mutants]));
    const idle = scenarios.flatMap((info) =>
      [info, ...info.mutants].flatMap((one) => (asked.has(one) ? [] : [`${info.name}: ${one.name}`])),
    );
    expect(idle).toEqual([]);
  });

  test("expects something only of designs that it asks", () => {
    const stray = scenarios.flatMap((info) =>
      [info, ...info.mutants].flatMap((one) => {
        const asked = namesAsked(info.name);
        const strangers = [...one.expectOf.keys()].filter((name) => !asked.has(name));
        return strangers.map((name) => `${info.name}: ${one.name}: ${name}`);
      }),
    );
    expect(stray).toEqual([]);
  });
});
