// SPDX-License-Identifier: MIT
// Data races in the state space: a state in which a plain read is the next step of one CPU, a write of the same
// element the next step of another, and both could be taken. What can race at all is decided before
// (src/program/races.ts); a program without such a pair costs nothing here, and any other two table look-ups per state
// and pair of contexts.
import { assert, defined } from "../base/assert.ts";
import { passedSteps } from "../program/loops.ts";
import type { Expr, Program, Step } from "../program/program.ts";
import { possibleRaces, type Race, type Site } from "../program/races.ts";
import { boundsTest } from "./bounds.ts";
import type { ContextLayout, PackedLayout } from "./layout.ts";
import { observer, stateWords } from "./observer.ts";
import { flat, readSlot } from "./packed-cells.ts";
import { local, statements, truth, value } from "./printer.ts";

/** What is printed for races: declarations, and what belongs into check(), behind `const n0=…`. */
export interface RaceCode {
  readonly declarations: string;
  readonly test: string;
}

interface Printing {
  readonly program: Program;
  readonly layout: PackedLayout;
  /** Contexts by `${code} ${cpu}`; a context's number is its place in the layout. */
  readonly numbers: ReadonlyMap<string, number>;
}

const NOTHING: RaceCode = { declarations: "", test: "" };

export function printRaces(program: Program, layout: PackedLayout): RaceCode {
  const property = program.properties.findIndex(({ kind }) => kind === "race");
  const races = property < 0 ? [] : possibleRaces(program);
  if (races.length === 0) return NOTHING;
  const numbers = new Map(layout.contexts.map(({ code, cpu }, i) => [`${code} ${cpu}`, i]));
  const p: Printing = { program, layout, numbers };
  const readers = races.map((race) => race.reader);
  const writers = races.map((race) => race.writer);
  return {
    declarations: [
      ...tables(p, "RR", readers),
      ...tables(p, "RW", writers),
      ...elementFunctions(p, [...readers, ...writers]),
    ].join(""),
    test: printTest(p, races, `return ${property + 1};`),
  };
}

function numberOf(p: Printing, { code, cpu }: Site): number {
  return defined(p.numbers.get(`${code} ${cpu}`), "sites are in contexts");
}

function byContext(p: Printing, sites: readonly Site[]): Map<number, Set<Site>> {
  const contexts = new Map<number, Set<Site>>();
  const seen = new Set<string>();
  for (const site of sites) {
    const number = numberOf(p, site);
    const key = `${number} ${site.step}`;
    const of = contexts.get(number) ?? new Set();
    contexts.set(number, of);
    if (!seen.has(key)) of.add(site);
    seen.add(key);
  }
  return contexts;
}

/** By context and step: 1 + the cell that it would touch, or 0. */
function tables(p: Printing, name: string, sites: readonly Site[]): string[] {
  return [...byContext(p, sites)].map(([number, of]) => {
    const code = defined(p.program.codes[defined(p.layout.contexts[number], "in range").code], "codes exist");
    const passed = passedSteps(code);
    const cells = new Array<number>(code.steps.length).fill(0);
    for (const { step, place } of of) {
      assert(!passed.has(step), "a reduction keeps the locations of accesses that can race");
      cells[step] = place.cell + 1;
    }
    return `const ${name}${number}=[${cells.join(",")}];\n`;
  });
}

/** RA3(S, a, p): the element that context 3 would touch if it took step p now, or -1 if it cannot. */
function elementFunctions(p: Printing, sites: readonly Site[]): string[] {
  return [...byContext(p, sites)].map(([number, of]) => {
    const context = defined(p.layout.contexts[number], "in range");
    const cases = [...of].map((site) => `case ${site.step}:${printElement(p, context, site)}`);
    return `function RA${number}(S,a,p){${stateWords(p.layout)}S:switch(p){${cases.join("")}}return -1;}\n`;
  });
}

function localsIn(x: unknown, found = new Set<number>()): Set<number> {
  if (typeof x !== "object" || x === null) return found;
  if ("kind" in x && x.kind === "local" && "local" in x) found.add(Number(x.local));
  for (const child of Object.values(x)) localsIn(child, found);
  return found;
}

/** What stands between a step and its access: its guard, its checks, for a read-modify-write whether it stores. */
function printElement({ program, layout }: Printing, context: ContextLayout, site: Site): string {
  const step: Step = defined(program.codes[site.code]?.steps[site.step], "sites are steps");
  const ranges = defined(layout.localRanges[site.code], "by code");
  const view = observer(program, layout, { cpu: site.cpu, locals: ranges });
  const { guard, before, access } = step;
  const { cell, index } = site.place;
  const { dims } = defined(program.cells[cell], "cells exist");
  const print = (e: Expr): string => value(view, e);
  const stores = access.kind === "rmw" ? access.when : null;
  const used = [...localsIn([guard, before, index, stores])];
  const initial = (l: number): string =>
    access.kind === "rmw" && l === access.old
      ? view.readCell(cell, index)
      : readSlot(context.locals[l], context.locals[l]?.min ?? defined(ranges[l], "by local").min);
  // What the access loads is computed from the other locals: it comes last.
  const loaded = access.kind === "rmw" ? access.old : -1;
  const declared = used.sort((x, y) => Number(x === loaded) - Number(y === loaded));
  const inside = boundsTest({ program, locals: ranges }, dims, index, print);
  const unless = (test: string): string => (test === "" ? "" : `if(!(${test}))break S;`);
  return (
    `{${declared.map((l) => `const ${local(l)}=${initial(l)};`).join("")}` +
    unless(guard ? truth(view, guard) : "") +
    statements(view, before) +
    unless(inside) +
    unless(stores ? truth(view, stores) : "") +
    `return ${flat(dims, index.map(print))};}`
  );
}

/** That the context may take its next step now: on its CPU no other one of its level, or above it, is under way. */
function mayRun({ program, layout }: Printing, number: number): string {
  const level = (c: ContextLayout): number => defined(program.codes[c.code], "codes exist").level;
  const context = defined(layout.contexts[number], "in range");
  const others = layout.contexts.filter((c) => c !== context && c.cpu === context.cpu && level(c) >= level(context));
  return others.map(({ pc }) => `&&${readSlot(pc, 0)}===0`).join("");
}

function printTest(p: Printing, races: readonly Race[], found: string): string {
  const pairs = new Map<number, Set<number>>();
  for (const { reader, writer } of races) {
    const of = pairs.get(numberOf(p, reader)) ?? new Set();
    pairs.set(numberOf(p, reader), of.add(numberOf(p, writer)));
  }
  const pc = (number: number): string => readSlot(defined(p.layout.contexts[number], "in range").pc, 0);
  return [...pairs]
    .map(([reader, writers]) => {
      const tests = [...writers].map(
        (writer) =>
          `{const w=${pc(writer)};if(RW${writer}[w]===c${mayRun(p, writer)}){` +
          `const e=RA${reader}(S,a,r);if(e>=0&&e===RA${writer}(S,a,w))${found}}}`,
      );
      return `{const r=${pc(reader)},c=RR${reader}[r];if(c!==0${mayRun(p, reader)}){${tests.join("")}}}`;
    })
    .join("");
}
