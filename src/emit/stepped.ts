// SPDX-License-Identifier: MIT
// Layout `stepped`, for conformance: every cell is a range of one array, every call a frame that stops at each event.
// The same steps as in `packed` and `wide`, printed by the same printer.
import { defined, impossible } from "../base/assert.ts";
import type { Access, Cell, Code, Expr, Place, Program, Step } from "../program/program.ts";
import { elements } from "../program/program.ts";
import {
  type Followed,
  STOP,
  type SteppedCell,
  type SteppedCode,
  type SteppedHost,
  type SteppedMachine,
} from "../program/stepped.ts";
import { INT_MASK_CPUS, intMasks } from "./masks.ts";
import { flat } from "./packed-cells.ts";
import type { Layout } from "./printer.ts";
import { RUNTIME, statements, truth, value } from "./printer.ts";
import { type Slots, slotsOf } from "./slots.ts";

export interface EmittedStepped {
  /** Body of a function (host) that returns a SteppedMachine. */
  readonly text: string;
  readonly cells: readonly SteppedCell[];
  readonly codes: readonly SteppedCode[];
  readonly limits: readonly string[];
}

/** More CPUs would need masks of another kind. */
export const STEPPED_CPUS_MAX = INT_MASK_CPUS;

/** The emitted code as a function. */
export function loadStepped(emitted: EmittedStepped): (host: SteppedHost) => SteppedMachine {
  // The text holds only names that we generate and numbers, whatever the model's text was (test/emit).
  return new Function("host", emitted.text) as (host: SteppedHost) => SteppedMachine;
}

/** Arguments of an event that are kept. */
const ARGS_MAX = 8;
/** Accesses of one run: what spins longer is taken for a wait. (Loops without accesses end by themselves.) */
const ACCESSES_MAX = 1 << 16;

const NOTHING: Followed = { writes: new Set(), reads: new Set() };

/** `stops`: the events at which frames stop; the others are passed over. */
export function emitStepped(
  program: Program,
  stops: ReadonlySet<string>,
  followed: Followed = NOTHING,
): EmittedStepped {
  const limits: string[] = [];
  const cells: SteppedCell[] = [];
  let base = 0;
  for (const cell of program.cells) {
    cells.push({ name: cell.name, base, dims: cell.dims });
    base += elements(cell);
  }
  const functions = program.codes
    .map((code, id) => printCode({ program, cells, limits, stops, followed }, code, id))
    .join("\n");
  const text = `"use strict";${RUNTIME}
const S=new Float64Array(${base}),A=new Float64Array(${ARGS_MAX});let E=0,W=false;
const C=new Uint8Array(${program.witnesses.length});
${functions}
const R=[${program.codes.map((_, id) => `f${id}`).join(",")}];
return {state:S,args:A,reached:C,event:()=>E,watch:(on)=>{W=on;},run:(F)=>R[F.code](F)};`;
  const codes = program.codes.map((code) => {
    const { name, kind, level, params } = code;
    return { name, kind, level, params, locals: slotsOf(code).count };
  });
  return { text, cells, codes, limits };
}

interface SteppedPrinter {
  readonly program: Program;
  readonly cells: readonly SteppedCell[];
  /** Collects the texts of limits. */
  readonly limits: string[];
  readonly stops: ReadonlySet<string>;
  readonly followed: Followed;
}

const WRITES: ReadonlySet<Access["kind"]> = new Set<Access["kind"]>(["store", "store_exclusive", "rmw"]);

class SteppedStep implements Layout {
  readonly cpu = "cpu";
  readonly cpus: number;
  readonly masks = intMasks;
  private readonly w: SteppedPrinter;
  private readonly slots: Slots;
  private step = 0;

  constructor(w: SteppedPrinter, slots: Slots) {
    this.w = w;
    this.slots = slots;
    this.cpus = w.program.cpus;
  }

  private cell(id: number): Cell {
    return defined(this.w.program.cells[id], "cells exist");
  }

  private at(id: number, index: readonly Expr[]): string {
    const { base } = defined(this.w.cells[id], "cells exist");
    const within = flat(
      this.cell(id).dims,
      index.map((i) => value(this, i)),
    );
    return within === "0" ? `${base}` : `${base}+${within}`;
  }

  /** Of a machine without pages nothing is kept of them: numbers beyond a cell would be those of other cells. */
  private absent(id: number): boolean {
    return elements(this.cell(id)) === 0;
  }

  readCell(id: number, index: readonly Expr[]): string {
    if (this.absent(id)) return "0";
    const at = this.at(id, index);
    return this.w.followed.reads.has(this.cell(id).name) ? `host.read(${at})` : `S[${at}]`;
  }

  writeCell(id: number, index: readonly Expr[], e: Expr): string {
    if (this.absent(id)) return "";
    const at = this.at(id, index);
    const told = this.w.followed.writes.has(this.cell(id).name) ? `if(W)host.overwrite(${at});` : "";
    return `${told}S[${at}]=${value(this, e)};`;
  }

  readLocal(id: number): string {
    return `L[${defined(this.slots.of[id], "by local")}]`;
  }

  setLocal(id: number, e: Expr): string {
    return `${this.readLocal(id)}=${value(this, e)};`;
  }

  raise(): string {
    return "";
  }

  reach(witness: number): string {
    return `C[${witness}]=1;`;
  }

  /** What comes after an event is a jump to the next step: pc is set there, and the frame stops once it is. */
  trace(event: number, args: readonly string[]): string {
    if (!this.w.stops.has(defined(this.w.program.events[event], "events have a name"))) return "";
    const kept = args.slice(0, ARGS_MAX).map((arg, i) => `A[${i}]=${arg};`);
    return `E=${event};${kept.join("")}ev=true;`;
  }

  limit(what: string): string {
    const { limits } = this.w;
    let id = limits.indexOf(what);
    if (id < 0) id = limits.push(what) - 1;
    return `E=${id};F.pc=${this.step};return ${STOP.limit};`;
  }

  disabled(): string {
    return this.blocked();
  }

  private blocked(): string {
    return `F.pc=${this.step};return ${STOP.blocked};`;
  }

  label(id: number): string {
    return `B${id}`;
  }

  goto(step: number): string {
    return `pc=${step};continue L;`;
  }

  end(): string {
    return `F.pc=-1;return ev?${STOP.event}:${STOP.end};`;
  }

  /** Only what others may touch as well. */
  private watched({ cell, index }: Place, write: boolean): string {
    const spins = `if(++n>${ACCESSES_MAX}){${this.blocked()}}`;
    if (this.cell(cell).own || this.absent(cell)) return spins;
    return `${spins}if(W&&host.access(${this.at(cell, index)},${write})){F.pc=${this.step};return ${STOP.access};}`;
  }

  private load(access: Extract<Access, { kind: "load" | "await" }>): string {
    const { place, into } = access;
    return `${this.readLocal(into)}=${this.readCell(place.cell, place.index)};`;
  }

  private access(access: Access): string {
    switch (access.kind) {
      case "none":
      case "fence":
        return "";
      case "load":
        return this.load(access);
      case "await":
        return `${this.load(access)}if(!(${truth(this, access.until)})){${this.blocked()}}`;
      case "store":
        return this.writeCell(access.place.cell, access.place.index, access.value);
      case "store_exclusive":
        return impossible("recorded calls have no load-linked pairs");
      case "rmw": {
        const { cell, index } = access.place;
        const put = this.writeCell(cell, index, access.value);
        const store = access.when ? `if(${truth(this, access.when)}){${put}}` : put;
        const old = `${this.readLocal(access.old)}=${this.readCell(cell, index)};`;
        return old + store;
      }
      case "instruction":
        return statements(this, access.body);
      case "choose": {
        const l = this.readLocal(access.into);
        const such = access.such ? truth(this, access.such) : "true";
        const { count } = access;
        const first = `for(${l}=0;${l}<${count};${l}++)if(${such})break;if(${l}===${count}){${this.blocked()}}`;
        return `${l}=F.pick;if(!(F.pick>=0&&F.pick<${count}&&${such})){${first}}`;
      }
    }
  }

  print(id: number, step: Step): string {
    this.step = id;
    // Whoever waits for a lock has come to it: the host hears of it before.
    const watched = "place" in step.access ? this.watched(step.access.place, WRITES.has(step.access.kind)) : "";
    const guard = step.guard ? `if(!(${truth(this, step.guard)})){${this.blocked()}}` : "";
    const body =
      watched + guard + statements(this, step.before) + this.access(step.access) + statements(this, step.body);
    return `case ${id}:{${body}}\n`;
  }
}

function printCode(w: SteppedPrinter, code: Code, id: number): string {
  const printer = new SteppedStep(w, slotsOf(code));
  const first = code.kind === "interrupt" ? 0 : 1;
  const steps = code.steps.map((step, s) => (s < first ? "" : printer.print(s, step))).join("");
  // An event is the last thing of its step: the frame stops where the next one begins.
  const head = `function f${id}(F){const L=F.locals,cpu=F.cpu;let pc=F.pc,ev=false,n=0;`;
  const stop = `if(ev){F.pc=pc;return ${STOP.event};}`;
  return `${head}L:for(;;){${stop}switch(pc){\n${steps}}F.pc=-1;return ${STOP.end};}}`;
}
