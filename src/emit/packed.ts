// SPDX-License-Identifier: MIT
// Layout `packed`, for the checker: a Program under a memory model as straight-line JavaScript over bit fields.

import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import type { Compiled, Field } from "../program/compiled.ts";
import { REPORT } from "../program/compiled.ts";
import type { Expr, Program } from "../program/program.ts";
import { boundsTest } from "./bounds.ts";
import type { ContextLayout, PackedLayout } from "./layout.ts";
import { packedLayout } from "./layout.ts";
import { intMasks } from "./masks.ts";
import { constantTables, readElement, readSlot } from "./packed-cells.ts";
import type { StepPrinter } from "./packed-step.ts";
import { printDrain, printStep } from "./packed-step.ts";
import type { Layout } from "./printer.ts";
import { RUNTIME, truth, value } from "./printer.ts";

export interface PackedOptions {
  /** Store-buffer entries per CPU. */
  readonly depth: number;
  /** Also say which transition led to each successor (slower): for explaining paths. */
  readonly labels: boolean;
}

export interface Emitted {
  /** Body of a function that returns a `Compiled`, its `limits` apart: loadPacked() puts them together. */
  readonly text: string;
  readonly fields: readonly Field[];
  /** Texts with names of the model in them, and so no part of the code. */
  readonly limits: readonly string[];
}

/** The emitted code as functions. */
export function loadPacked(emitted: Emitted): Compiled {
  // The text holds only names that we generate and integer literals, whatever the model's text was (test/emit).
  return { ...(new Function(emitted.text)() as Omit<Compiled, "limits">), limits: emitted.limits };
}

const DRAIN = -1;

export function emitPacked(program: Program, model: MemoryModel, options: PackedOptions): Emitted {
  const layout = packedLayout(program, model, options.depth);
  const p: StepPrinter = { program, model, layout, limits: [] };
  const functions: string[] = [];
  const maxima: number[] = [];
  const body = Array.from({ length: program.cpus }, (_, cpu) =>
    printCpu(p, cpu, functions, maxima, options.labels),
  ).join("");
  const walkers = Array.from({ length: program.cpus }, (_, cpu) =>
    printWalkers(p, cpu, functions, maxima, options.labels),
  ).join("");
  const maxSuccessors = maxima.reduce((a, b) => a + b, 0) + program.cpus;
  const { words } = layout;
  const text = `"use strict";${RUNTIME}
const R=new Int32Array(${REPORT.witnesses + program.witnesses.length}),C=new Int32Array(${maxSuccessors + 1});
${constantTables(layout)}
${functions.join("")}
function successors(S,a,O,k){R[${REPORT.raised}]=0;R[${REPORT.limit}]=0;const b=k;
${options.labels ? "let m=k,j=0;" : ""}
${body}R[${REPORT.progress}]=(k-b)/${words};
${walkers}R[${REPORT.atRest}]=${atRest(layout)}?1:0;return k;}
function initial(O){${initialWords(program, layout)
    .map((w, i) => `O[${i}]=${w};`)
    .join("")}}
${printCheck(p)}
return {words:${words},maxSuccessors:${maxSuccessors},initial,successors,check,checkEnd,report:R,choices:C};`;
  return { text, fields: layout.fields, limits: p.limits };
}

/** After some transitions: label what was added. */
function label(enabled: boolean, words: number, code: number, cpu: number, step: string): string {
  return enabled ? `while(m<k){C[j++]=${code | (cpu << 8)}|(${step})+1<<16;m+=${words};}` : "";
}

/** Reads a field of the state at S[a]. */
function fieldOf(slot: ContextLayout["pc"]): string {
  return readSlot(slot, 0).replace(/n(\d+)/g, (_, word: string) => `S[a+${word}]`);
}

/** The contexts of a CPU, highest level first: a lower one runs only while all higher ones are idle. */
function printCpu(p: StepPrinter, cpu: number, functions: string[], maxima: number[], labels: boolean): string {
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
  const drain = layout.buffers[cpu] ? `k=d${cpu}(S,a,O,k);${label(labels, layout.words, 0, cpu, `${DRAIN}`)}` : "";
  if (drain) {
    functions.push(printDrain(p, `d${cpu}`, cpu));
    maxima.push(1);
  }
  return `${text}${closing}${drain}\n`;
}

/** A function that runs whichever step the program counter names. */
function printContext(
  p: StepPrinter,
  context: ContextLayout,
  functions: string[],
): { name: string; rounds: number; kind: string } {
  const code = defined(p.program.codes[context.code], "codes exist");
  const name = `x${context.code}_${context.cpu}`;
  let most = 0;
  const cases = code.steps.map((step, id) => {
    if (id === 0 && code.kind === "thread") return "";
    const own = `${name}_${id}`;
    const { text, rounds } = printStep(p, own, context.code, context.cpu, step);
    functions.push(text);
    most = Math.max(most, rounds);
    return `case ${id}:return ${own}(S,a,O,k);`;
  });
  functions.push(`function ${name}(S,a,O,k,p){switch(p){${cases.join("")}}return k;}\n`);
  return { name, rounds: most, kind: code.kind };
}

function printWalkers(p: StepPrinter, cpu: number, functions: string[], maxima: number[], labels: boolean): string {
  return p.program.codes
    .map((code, id) => {
      if (code.kind !== "walker" || !code.cpus.includes(cpu)) return "";
      return code.steps
        .map((step, s) => {
          const name = `w${id}_${cpu}_${s}`;
          const { text, rounds } = printStep(p, name, id, cpu, step);
          functions.push(text);
          maxima.push(rounds);
          return `k=${name}(S,a,O,k);${label(labels, p.layout.words, id, cpu, `${s}`)}`;
        })
        .join("");
    })
    .join("");
}

function atRest(layout: PackedLayout): string {
  const idle = layout.contexts.map((c) => `${fieldOf(c.pc)}===0`);
  const empty = layout.buffers.map((b) => `${fieldOf(defined(b[0], "buffers have entries").address)}===0`);
  return [...idle, ...empty].join("&&") || "true";
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
  const unused = (): string => "";
  const view: Layout = {
    readCell: (id, index) => {
      const cell = defined(program.cells[id], "cells exist");
      const print = (e: Expr): string => value(view, e);
      const inside = boundsTest({ program, locals: [] }, cell.dims, index, print);
      const read = readElement(program, layout, id, index.map(print));
      return inside === "" ? read : `(${inside}?${read}:${cell.min})`;
    },
    cpu: "0",
    cpus: program.cpus,
    masks: intMasks,
    writeCell: unused,
    setLocal: unused,
    raise: unused,
    reach: unused,
    trace: unused,
    limit: unused,
    disabled: unused,
    goto: unused,
    end: unused,
  };
  const words = `const ${Array.from({ length: layout.words }, (_, i) => `n${i}=S[a+${i}]`).join(",")};`;
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
  const always = `function check(S,a){${words}${witnesses}${properties("always")}return 0;}`;
  return `${always}\nfunction checkEnd(S,a){${words}${properties("at_end")}return 0;}`;
}
