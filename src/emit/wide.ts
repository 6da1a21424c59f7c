// SPDX-License-Identifier: MIT
// Layout `wide`, for the simulator: every cell is a typed array, every entry a function that runs to completion. The
// same steps as in `packed`, printed by the same printer; a step that would wait asks the host to let others run.
import { defined, impossible } from "../base/assert.ts";
import type { WideHost, WideMachine } from "../program/machine.ts";
import type { Access, Cell, Code, Expr, Place, Program, Step } from "../program/program.ts";
import { elements } from "../program/program.ts";
import { jumpsOf, mayWait } from "./flow.ts";
import { bigMasks, INT_MASK_CPUS, intMasks } from "./masks.ts";
import { flat } from "./packed-cells.ts";
import type { Layout } from "./printer.ts";
import { local, RUNTIME, statements, truth, value } from "./printer.ts";
import { type Slots, slotsOf } from "./slots.ts";

export interface EmittedWide {
  /** Body of a function (host) that returns a WideMachine. */
  readonly text: string;
  /** Names of the model, which are no part of the code: what entries, instructions and limits are numbered by. */
  readonly entryNames: readonly string[];
  readonly instructionNames: readonly string[];
  readonly limits: readonly string[];
}

/** The emitted code as a function. */
export function loadWide(emitted: EmittedWide): (host: WideHost) => WideMachine {
  // The text holds only names that we generate and integer literals, whatever the model's text was (test/emit).
  return new Function("host", emitted.text) as (host: WideHost) => WideMachine;
}

/** Rounds after which an entry is taken for one that never ends: far above what flushing thousands of CPUs takes. */
const ROUNDS_MAX = 1 << 22;
/** How often an entry that goes on and on, such as one that spins, lets others run. */
const ROUNDS_BETWEEN = 1 << 10;
/** Limits that every program has: of waiting, and of going on. */
const ENDLESS = [
  "the design waits for something that never happens",
  `the design goes round a loop more than ${ROUNDS_MAX} times`,
];
const [WAITS, SPINS] = [0, 1];
/** Steps within steps, so that the text does not nest without end. */
const DEPTH_MAX = 31;

/** `lines`: by cell name, which accounted line it is on. `resumable`: entries to print as generators, too. */
export function emitWide(
  program: Program,
  lines: ReadonlyMap<string, number>,
  resumable: readonly string[] = [],
): EmittedWide {
  const instructionNames = [
    ...new Set(
      program.codes.flatMap((c) =>
        c.steps.flatMap((s) => (s.access.kind === "instruction" ? [s.access.primitive] : [])),
      ),
    ),
  ];
  const big = program.cpus > INT_MASK_CPUS;
  const limits = [...ENDLESS];
  const w: WidePrinter = { program, lines, instructionNames, big, limits };
  const cells = program.cells.map((cell, id) => `const c${id}=${arrayOf(cell, big)};`).join("");
  const functions = program.codes.map((code, id) => printCode(w, code, id)).join("\n");
  const entries = program.codes.map((code, id) => ({ code, id })).filter(({ code }) => code.kind === "entry");
  const runs = resumable.map((name) =>
    defined(
      entries.find(({ code }) => code.name === name),
      name,
    ),
  );
  const generators = runs.map(({ code, id }) => printCode(w, code, id, true)).join("\n");
  const resumableTable = runs.map(({ id }) => `g${id}`).join(",");
  const interrupts = program.codes
    .map((code, id) => ({ code, id }))
    .filter(({ code }) => code.kind === "interrupt")
    .sort((a, b) => b.code.level - a.code.level)
    .map(({ id }) => `f${id}`);
  const text = `"use strict";${RUNTIME}
const I=new Float64Array(${instructionNames.length}),N=new Uint8Array(${program.cpus}).fill(1);
${cells}
${functions}
${generators}
return {resumable:[${resumableTable}],entries:[${entries.map(({ id }) => `f${id}`).join(",")}],
interrupts:[${interrupts.join(",")}],instructions:I,counting:N};`;
  return { text, entryNames: entries.map(({ code }) => code.name), instructionNames, limits };
}

interface WidePrinter {
  readonly program: Program;
  readonly lines: ReadonlyMap<string, number>;
  readonly instructionNames: readonly string[];
  readonly big: boolean;
  /** Collects the texts of limits; their index is what the host is told. Those of ENDLESS come first. */
  readonly limits: string[];
}

function arrayOf(cell: Cell, big: boolean): string {
  const n = elements(cell);
  if (cell.meaning.kind === "mask" && big) return `new Array(${n}).fill(0n)`;
  return cell.max > 0x7fffffff ? `new Float64Array(${n})` : `new Int32Array(${n})`;
}

class WideStep implements Layout {
  readonly cpu = "cpu";
  readonly cpus: number;
  readonly masks;
  private readonly w: WidePrinter;
  private readonly code: Code;
  /** The start of an interrupt handler: if it cannot go on, there is nothing to do. */
  private atEntry = false;

  private readonly resumable: boolean;
  private readonly slots: Slots;
  /** How often the code jumps to each step. */
  private readonly jumps: ReadonlyMap<number, number>;
  /** Steps that are jumped to by number. */
  private readonly cases: number[] = [];
  /** Of steps printed where they are jumped to. */
  private depth = 0;

  constructor(w: WidePrinter, code: Code, slots: Slots, resumable: boolean) {
    this.w = w;
    this.code = code;
    this.slots = slots;
    this.jumps = jumpsOf(code);
    this.resumable = resumable;
    this.cpus = w.program.cpus;
    this.masks = w.big ? bigMasks : intMasks;
  }

  private cell(id: number): Cell {
    return defined(this.w.program.cells[id], "cells exist");
  }

  private at(id: number, index: readonly Expr[]): string {
    return flat(
      this.cell(id).dims,
      index.map((i) => value(this, i)),
    );
  }

  readCell(id: number, index: readonly Expr[]): string {
    return `c${id}[${this.at(id, index)}]`;
  }

  writeCell(id: number, index: readonly Expr[], e: Expr): string {
    // A machine without pages keeps nothing of them; and numbers beyond an array's indices would be made strings of.
    if (elements(this.cell(id)) === 0) return "";
    return `${this.readCell(id, index)}=${this.stored(e, this.cell(id).meaning)};`;
  }

  readLocal(id: number): string {
    return local(defined(this.slots.of[id], "by local"));
  }

  setLocal(id: number, e: Expr): string {
    return `${this.readLocal(id)}=${this.stored(e, defined(this.code.locals[id], "locals are declared").meaning)};`;
  }

  private stored(e: Expr, meaning: Cell["meaning"]): string {
    return this.w.big && meaning.kind === "mask" ? `BigInt(${value(this, e)})` : value(this, e);
  }

  /** Properties are the checker's business; compileEntries() leaves none. */
  raise(): string {
    return "";
  }

  reach(): string {
    return "";
  }

  trace(event: number, args: readonly string[]): string {
    const call = `host.event(${event},cpu,${args[0] ?? "0"},${args[1] ?? "0"})`;
    return this.resumable ? `if(${call})yield;` : `${call};`;
  }

  limit(what: string): string {
    let id = this.w.limits.indexOf(what);
    if (id < 0) id = this.w.limits.push(what) - 1;
    return `host.limit(${id});return false;`;
  }

  disabled(): string {
    return this.wait();
  }

  /** No label may be within one of the same name. */
  label(id: number): string {
    return `B${id * (DEPTH_MAX + 1) + this.depth}`;
  }

  /** A step that is reached from here only is printed here: a jump by number would cost as much as what it does. */
  goto(id: number): string {
    const step = defined(this.code.steps[id], "steps exist");
    if (this.depth < DEPTH_MAX && this.jumps.get(id) === 1 && !mayWait(step)) {
      this.depth++;
      const text = this.text(step);
      this.depth--;
      return text;
    }
    if (!this.cases.includes(id)) this.cases.push(id);
    return `pc=${id};continue L;`;
  }

  end(): string {
    return "return true;";
  }

  /** The step cannot run yet: let others run, then try it again. */
  private wait(): string {
    return this.atEntry ? "return false;" : `if(!host.wait(cpu)){host.limit(${WAITS});return false;}continue L;`;
  }

  private touch({ cell, index }: Place, kind: number): string {
    const line = this.w.lines.get(this.cell(cell).name);
    return line === undefined ? "" : `host.touch(${line},${this.at(cell, index)},cpu,${kind});`;
  }

  private read({ cell, index }: Place): string {
    return this.readCell(cell, index);
  }

  private write({ cell, index }: Place, e: Expr): string {
    return this.writeCell(cell, index, e);
  }

  private load(access: Extract<Access, { kind: "load" | "await" }>): string {
    return `${this.touch(access.place, 0)}${this.readLocal(access.into)}=${this.read(access.place)};`;
  }

  private access(access: Access): string {
    switch (access.kind) {
      case "none":
      case "fence":
        return "";
      case "load":
        return this.load(access);
      case "await":
        return `${this.load(access)}if(!(${truth(this, access.until)})){${this.wait()}}`;
      case "store":
        return this.touch(access.place, 1) + this.write(access.place, access.value);
      case "store_exclusive":
        return impossible("replays have no load-linked pairs");
      case "rmw": {
        const put = this.write(access.place, access.value);
        const store = access.when ? `if(${truth(this, access.when)}){${put}}` : put;
        return `${this.touch(access.place, 2)}${this.readLocal(access.old)}=${this.read(access.place)};${store}`;
      }
      case "instruction":
        // Counted last: a body that has to wait is run again.
        return `${statements(this, access.body)}I[${this.w.instructionNames.indexOf(access.primitive)}]+=N[cpu];`;
      case "choose": {
        const l = this.readLocal(access.into);
        const such = access.such ? truth(this, access.such) : "true";
        return `for(${l}=0;${l}<${access.count};${l}++)if(${such})break;if(${l}===${access.count}){${this.wait()}}`;
      }
    }
  }

  private text(step: Step): string {
    const guard = step.guard ? `if(!(${truth(this, step.guard)})){${this.wait()}}` : "";
    const before = guard + statements(this, step.before);
    return `${before}${this.access(step.access)}${statements(this, step.body)}`;
  }

  /** From the step `first` on, all that is jumped to. */
  print(first: number): string {
    let text = "";
    this.cases.push(first);
    // It grows: what is printed jumps to others.
    for (const id of this.cases) {
      this.atEntry = id === 0;
      text += `case ${id}:{${this.text(defined(this.code.steps[id], "steps exist"))}}\n`;
    }
    return text;
  }
}

function printCode(w: WidePrinter, code: Code, id: number, resumable = false): string {
  const slots = slotsOf(code);
  const printer = new WideStep(w, code, slots, resumable);
  const first = code.kind === "interrupt" ? 0 : 1;
  const steps = printer.print(first);
  const params = Array.from({ length: code.params }, (_, i) => local(i));
  const zero = (slot: number): string =>
    w.big && code.locals[slots.of.indexOf(slot)]?.meaning.kind === "mask" ? "0n" : "0";
  const rest = Array.from({ length: slots.count - code.params }, (_, i) => code.params + i);
  const declarations = rest.length > 0 ? `let ${rest.map((slot) => `${local(slot)}=${zero(slot)}`).join(",")};` : "";
  // Every jump comes by here, so that code which spins cannot hang the replay.
  const spins = `(++t&${ROUNDS_BETWEEN - 1})===0&&!host.wait(cpu)&&t>=${ROUNDS_MAX}`;
  const patience = `if(${spins}){host.limit(${SPINS});return false;}`;
  const head = `function${resumable ? "* g" : " f"}${id}(${["cpu", ...params].join(",")}){`;
  return `${head}let pc=${first},t=0;${declarations}L:for(;;){${patience}switch(pc){\n${steps}}return true;}}`;
}
