// SPDX-License-Identifier: MIT
// Layout `packed`, for the checker: a Program under a memory model as straight-line JavaScript over bit fields.

import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import type { Compiled, Field } from "../program/compiled.ts";
import { REPORT } from "../program/compiled.ts";
import type { Counters } from "../program/counters.ts";
import { alternatives, stepOnCpu } from "../program/fold.ts";
import type { Fill, PutOff } from "../program/hardware-moves.ts";
import type { Expr, Program, Step } from "../program/program.ts";
import { factorial, groupSize, type Symmetry } from "../program/symmetry.ts";
import { printCanonical } from "./canonical.ts";
import { printFills } from "./fills.ts";
import type { ContextLayout, PackedLayout } from "./layout.ts";
import { packedLayout } from "./layout.ts";
import { mechanismOf } from "./memory/mechanism.ts";
import { fieldOf } from "./memory/store-buffer.ts";
import type { StepPrinter } from "./memory/types.ts";
import { canSort } from "./objects.ts";
import { OUTSIDE, observer, stateWords } from "./observer.ts";
import { constantTables } from "./packed-cells.ts";
import { printStep } from "./packed-step.ts";
import { RUNTIME, truth } from "./printer.ts";
import { type PutOffCode, printPutOff } from "./put-off.ts";
import { printRaces } from "./races.ts";
import { printRanks } from "./ranks.ts";

export interface PackedOptions {
  /** Store-buffer entries per CPU; under a model of views, messages in the memory order. */
  readonly depth: number;
  /** Also say which transition led to each successor (slower): for explaining paths. */
  readonly labels: boolean;
  /** Whether stores that are old to everybody leave the memory order (views only; default: yes). */
  readonly fold?: boolean;
  /** Whose values become ranks (ranks.ts). */
  readonly counters?: Counters | undefined;
  /** When walks and the publishing of stores can be put off (put-off.ts; models of store buffers). */
  readonly putOff?: PutOff | undefined;
  /** Walks that fill caches at once (fills.ts; models of store buffers). */
  readonly fills?: readonly Fill[] | undefined;
  /** One state stands for all that exchanges of CPUs make of it: what a path then leads through is no single run. */
  readonly symmetry?: Symmetry | undefined;
}

export interface Emitted {
  /** Body of a function that returns a `Compiled`, its `limits` apart: loadPacked() puts them together. */
  readonly text: string;
  readonly fields: readonly Field[];
  /** Texts with names of the model in them, and so no part of the code. */
  readonly limits: readonly string[];
  /** If it was asked for: how many exchanges there are, and why not more. */
  readonly symmetry?: { readonly group: number; readonly off: string | undefined };
}

/** The emitted code as functions. */
export function loadPacked(emitted: Pick<Emitted, "text" | "limits">): Compiled {
  // The text holds only names that we generate and integer literals, whatever the model's text was (test/emit).
  return { ...(new Function(emitted.text)() as Omit<Compiled, "limits">), limits: emitted.limits };
}

const DRAIN = -1;

export function emitPacked(program: Program, model: MemoryModel, options: PackedOptions): Emitted {
  const { symmetry } = options;
  const layout = (wanted?: Symmetry): PackedLayout => packedLayout(program, model, options.depth, wanted);
  /** With the objects that can be sorted. undefined: there is nothing to exchange. */
  const layoutOf = (wanted: Symmetry): PackedLayout | undefined => {
    if (wanted.classes.length === 0 && wanted.objects === undefined) return undefined;
    const found = layout(wanted);
    if (wanted.objects === undefined || canSort(program, found)) return found;
    return layoutOf({ ...wanted, objects: undefined });
  };
  const plain = (): Emitted => printPacked(program, layout(), model, options, "");
  if (symmetry === undefined) return plain();
  const without = (off: string | undefined): Emitted => ({ ...plain(), symmetry: { group: 1, off } });
  if (model.kind === "views") return without(`views of ${model.name} cannot be renamed`);
  const symmetric = layoutOf(symmetry);
  if (symmetric === undefined) return without(symmetry.off);
  const exchanges = printCanonical(program, symmetric);
  if (exchanges === undefined) return without("a field that names CPUs is too wide for a table");
  const emitted = printPacked(program, symmetric, model, options, exchanges);
  const { objects } = defined(symmetric.symmetric, "a symmetric layout");
  const group = groupSize(symmetry) * factorial(objects.length);
  return { ...emitted, symmetry: { group, off: symmetry.off } };
}

/** `exchanges`: the function canonical(), if states are to be put into that form. */
function printPacked(
  program: Program,
  layout: PackedLayout,
  model: MemoryModel,
  options: PackedOptions,
  exchanges: string,
): Emitted {
  const memory = mechanismOf(model, options.fold);
  const p: StepPrinter = { program, model, layout, memory, limits: [] };
  const functions: string[] = [];
  const maxima: number[] = [];
  const cpus = Array.from({ length: program.cpus }, (_, cpu) => cpu);
  const moves = cpus.map((cpu) => printCpu(p, cpu, functions, maxima, options.labels));
  const delay = options.putOff && printPutOff(program, layout, options.putOff);
  // Put off, stores are published behind the steps of all CPUs: whether they are depends on those.
  const body = delay
    ? `${moves.map((m) => m.contexts).join("")}${delay.decide}${moves
        .map(({ drain }, cpu) => drain && `if(${delay.publish(cpu)}){${drain}}`)
        .join("")}\n`
    : moves.map((m) => m.contexts + m.drain).join("");
  const walkers = cpus.map((cpu) => printWalkers(p, cpu, functions, maxima, options, delay)).join("");
  const maxSuccessors = maxima.reduce((a, b) => a + b, 0) + program.cpus;
  const { words } = layout;
  const ranks = options.counters ? printRanks(program, layout, options.counters) : "";
  const fills = options.fills ? printFills(p, options.fills) : "";
  // From a state that is reached to the one that stands for it: each by itself, then all of them.
  const settleAt = (at: string): string => (fills && `FW(O,${at});`) + (ranks && `RQ(O,${at});`);
  const settled = settleAt("q") && `for(let q=b;q<k;q+=${words}){${settleAt("q")}}`;
  const settle = settled + (exchanges && "canonical(O,b,k);");
  const text = `"use strict";${RUNTIME}${memory.runtime(p)}
const R=new Int32Array(${REPORT.witnesses + program.witnesses.length}),C=new Int32Array(${maxSuccessors + 1});
${constantTables(layout)}${delay?.declarations ?? ""}
${functions.join("")}${exchanges}
function successors(S,a,O,k){R[${REPORT.raised}]=0;R[${REPORT.limit}]=0;const b=k;
${options.labels ? "let m=k,j=0;" : ""}
${body}R[${REPORT.progress}]=(k-b)/${words};
${walkers}R[${REPORT.atRest}]=${atRest(p)}?1:0;${settle}return k;}
${ranks}${fills}function initial(O){${initialWords(program, layout)
    .map((w, i) => `O[${i}]=${w};`)
    .join("")}${settleAt("0")}${exchanges && `canonical(O,0,${words});`}}
${printCheck(p)}
return {words:${words},maxSuccessors:${maxSuccessors},initial,successors,check,checkEnd,report:R,choices:C};`;
  return { text, fields: layout.fields, limits: p.limits };
}

/** After some transitions: label what was added. */
function label(enabled: boolean, words: number, code: number, cpu: number, step: string): string {
  return enabled ? `while(m<k){C[j++]=${code | (cpu << 8)}|(${step})+1<<16;m+=${words};}` : "";
}

/** The contexts of a CPU, highest level first: a lower one runs only while all higher ones are idle. */
function printCpu(
  p: StepPrinter,
  cpu: number,
  functions: string[],
  maxima: number[],
  labels: boolean,
): { readonly contexts: string; readonly drain: string } {
  const { program, layout } = p;
  const level = (c: ContextLayout): number => defined(program.codes[c.code], "codes exist").level;
  const contexts = layout.contexts.filter((c) => c.cpu === cpu).sort((a, b) => level(b) - level(a) || a.code - b.code);
  let text = "";
  let closing = "";
  let most = 0;
  for (const context of contexts) {
    const { name, rounds, kind } = printContext(p, context, functions);
    most += rounds;
    const pc = fieldOf(context.pc);
    const others = contexts.filter((c) => c !== context && level(c) === level(context));
    // A handler does not interrupt another one of its level, wherever they stand in the list.
    const free = kind === "interrupt" ? others.map((c) => `${fieldOf(c.pc)}===0`) : [];
    const may = free.length > 0 ? `if(p!==0||${free.join("&&")})` : "";
    const run = `k=${name}(S,a,O,k,p);${label(labels, layout.words, context.code, cpu, "p")}`;
    text +=
      kind === "thread"
        ? `{const p=${pc};if(p!==0){${run}}`
        : `{const p=${pc};${may && `${may}{`}${run}${may && "}"}if(p===0)`;
    closing += "}";
  }
  maxima.push(most);
  if (contexts.length > 0 && text.endsWith("if(p===0)")) text += ";";
  const own = p.memory.transition(p, `d${cpu}`, cpu);
  const drain = own ? `k=d${cpu}(S,a,O,k);${label(labels, layout.words, 0, cpu, `${DRAIN}`)}` : "";
  if (own) {
    functions.push(own);
    maxima.push(1);
  }
  return { contexts: `${text}${closing}\n`, drain };
}

/** A choice among few values becomes a step for each: what the value decides is decided here, not at every state. */
function waysOf(program: Program, step: Step, cpu: number): Step[] {
  if (step.before.length > 0 || step.access.kind !== "choose") return [step];
  const choices = alternatives(program, stepOnCpu(program, step, cpu));
  if (choices === undefined) return [step];
  const none = { kind: "none" } as const;
  const guarded = (such: Expr): Expr => (step.guard ? { kind: "binary", op: "&&", a: step.guard, b: such } : such);
  return choices.map(({ such, body }) => ({ ...step, guard: guarded(such), access: none, body }));
}

/** A function that runs whichever step the program counter names. */
function printContext(
  p: StepPrinter,
  context: ContextLayout,
  functions: string[],
): { name: string; rounds: number; kind: string } {
  const code = defined(p.program.codes[context.code], "codes exist");
  const name = `x${context.code}_${context.cpu}`;
  let mostOfAll = 0;
  const cases = code.steps.map((step, id) => {
    if (id === 0 && code.kind === "thread") return "";
    const own = `${name}_${id}`;
    let most = 0;
    const calls = waysOf(p.program, step, context.cpu).map((way, i) => {
      const { text, rounds } = printStep(p, i === 0 ? own : `${own}_${i}`, context.code, context.cpu, way, id === 0);
      functions.push(text);
      most += rounds;
      return i === 0 ? `${own}(S,a,O,k)` : `${own}_${i}(S,a,O,k)`;
    });
    mostOfAll = Math.max(mostOfAll, most);
    const first = calls.slice(0, -1).map((call) => `k=${call};`);
    return `case ${id}:${first.join("")}return ${calls.at(-1) ?? "k"};`;
  });
  functions.push(`function ${name}(S,a,O,k,p){switch(p){${cases.join("")}}return k;}\n`);
  return { name, rounds: mostOfAll, kind: code.kind };
}

function printWalkers(
  p: StepPrinter,
  cpu: number,
  functions: string[],
  maxima: number[],
  { labels, putOff, fills }: PackedOptions,
  delay: PutOffCode | undefined,
): string {
  const { words } = p.layout;
  return p.program.codes
    .map((code, id) => {
      if (code.kind !== "walker" || !code.cpus.includes(cpu)) return "";
      return code.steps
        .map((step, s) => {
          const name = `w${id}_${cpu}_${s}`;
          const left = fills?.find((f) => f.code === id && f.step === s)?.replace ?? step;
          const { text, rounds } = printStep(p, name, id, cpu, left);
          functions.push(text);
          maxima.push(rounds);
          const walk = `k=${name}(S,a,O,k);`;
          const number = putOff?.walks.findIndex((w) => w.code === id && w.cpu === cpu && w.step === s) ?? -1;
          const visible = putOff?.walks[number]?.visible === true;
          const when = delay ? putOffWalk(walk, delay.walk(number), visible, words) : walk;
          return `${when}${label(labels, words, id, cpu, `${s}`)}`;
        })
        .join("");
    })
    .join("");
}

/** A walk that is put off is still looked at: one that violates a property now is taken now. */
function putOffWalk(walk: string, matters: string, visible: boolean, words: number): string {
  if (!visible) return `if(${matters}){${walk}}`;
  const violates = `let v=0;for(let q=s;q<k;q+=${words})if(check(O,q)!==0)v=1;`;
  return `if(${matters}){${walk}}else{const s=k;${walk}${violates}if(v===0)k=s;}`;
}

function atRest({ layout, memory }: StepPrinter): string {
  const idle = layout.contexts.map((c) => `${fieldOf(c.pc)}===0`);
  return [...idle, ...memory.atRest(layout)].join("&&") || "true";
}

function initialWords(program: Program, layout: PackedLayout): number[] {
  const words = new Array<number>(layout.words).fill(0);
  const put = (slot: { word: number; shift: number; width: number }, bits: number): void => {
    if (slot.width > 0) words[slot.word] = (words[slot.word] ?? 0) | (bits << slot.shift);
  };
  layout.cells.forEach((place, id) => {
    if ("values" in place) return;
    const { min } = defined(program.cells[id], "cells exist");
    for (const [i, slot] of place.slots.entries()) put(slot, (layout.initial[id]?.[i] ?? 0) - min);
  });
  for (const context of layout.contexts) if (program.codes[context.code]?.kind === "thread") put(context.pc, 1);
  return words;
}

function printCheck(p: StepPrinter): string {
  const { program, layout } = p;
  const view = observer(program, layout, OUTSIDE);
  const races = printRaces(program, layout);
  const words = stateWords(layout);
  const test = (e: Expr): string => truth(view, e);
  const properties = (kind: string): string =>
    program.properties
      .map((x, i) => (x.kind === kind && x.test ? `if(!(${test(x.test)}))return ${i + 1};` : ""))
      .join("");
  const witnesses = program.witnesses
    .map((x, i) => {
      const flag = `R[${REPORT.witnesses + i}]`;
      return x.test ? `if(${flag}===0&&${test(x.test)})${flag}=1;` : "";
    })
    .join("");
  const always = `function check(S,a){${words}${witnesses}${properties("always")}${races.test}return 0;}`;
  return `${races.declarations}${always}\nfunction checkEnd(S,a){${words}${properties("at_end")}return 0;}`;
}
