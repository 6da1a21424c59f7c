// SPDX-License-Identifier: MIT
// Counters that only grow, replaced by ranks: per object, the values that somebody holds are sorted, and a distance of
// more than two becomes two. Code only copies them, compares them (=, <, <=, = with a successor) and increments the
// newest (Cell.counter), so that nothing can tell the difference, and what counts for ever has finitely many states.
// 0 stays 0, as it also means "none". What belongs to an object that is gone can never match again: it becomes 0.
import { defined } from "../base/assert.ts";
import type { Counters, Owner } from "../program/counters.ts";
import type { Cell, Expr, Program } from "../program/program.ts";
import type { ContextLayout, PackedLayout } from "./layout.ts";
import { observer } from "./observer.ts";
import { readElement, readSlot, writeElement, writeSlot } from "./packed-cells.ts";
import { local, value } from "./printer.ts";

/** Bits of one integer tell which values are held. */
const VALUES_MAX = 31;

/** Somebody who holds a value, as JavaScript. */
interface Holder {
  /** Sets m to the index of the owner, or to -1 if there is none any more. */
  readonly owner: string;
  readonly read: string;
  readonly write: (v: string) => string;
  /** What becomes of it without an owner. */
  readonly orphaned: string;
}

class Printing {
  readonly program: Program;
  readonly layout: PackedLayout;
  readonly counters: Counters;
  readonly objects: number;

  constructor(program: Program, layout: PackedLayout, counters: Counters) {
    this.program = program;
    this.layout = layout;
    this.counters = counters;
    this.objects = defined(this.cell(counters.newest).dims[0], "one element per object");
  }

  cell(id: number): Cell {
    return defined(this.program.cells[id], "cells exist");
  }

  private read(id: number, flat: number): string {
    return readElement(this.program, this.layout, id, indexOf(this.cell(id), flat));
  }

  private write(id: number, flat: number, v: string): string {
    return writeElement(this.program, this.layout, id, `${flat}`, v);
  }

  /** Statements that set m. */
  private find({ by }: Pick<Owner, "by">, name: string): string {
    const isThere = (m: number): string => `${this.read(this.counters.allocated, m)}!==0`;
    const all = Array.from({ length: this.objects }, (_, m) => m);
    const { id } = this.counters;
    const matches = (m: number): string =>
      by === "id" && id !== null ? `${this.read(id, m)}===o` : `o===${by === "pointer" ? m + 1 : m}`;
    return `{const o=${name};m=${all.map((m) => `${isThere(m)}&&${matches(m)}?${m}:`).join("")}-1;}`;
  }

  newest(): Holder[] {
    const { newest } = this.counters;
    return Array.from({ length: this.objects }, (_, m) => ({
      owner: this.find({ by: "index" }, `${m}`),
      read: this.read(newest, m),
      write: (v: string) => this.write(newest, m, v),
      orphaned: this.write(newest, m, "0"),
    }));
  }

  copies(): Holder[] {
    return this.counters.cells.flatMap(({ cell, owner, by }) =>
      Array.from({ length: this.cell(cell).dims.reduce((n, extent) => n * extent, 1) }, (_, flat) => ({
        owner: this.find({ by }, this.read(owner, flat)),
        read: this.read(cell, flat),
        write: (v: string) => this.write(cell, flat, v),
        orphaned: this.write(cell, flat, "0") + (by === "id" ? this.write(owner, flat, "0") : ""),
      })),
    );
  }

  /** Those that are live at some step of the context, by step. */
  locals(context: ContextLayout): Map<number, Holder[]> {
    const code = defined(this.program.codes[context.code], "codes exist");
    const ranges = defined(this.layout.localRanges[context.code], "by code");
    const view = observer(this.program, this.layout, { cpu: context.cpu, locals: ranges });
    const held = this.counters.locals.filter((one) => one.code === context.code);
    const slotOf = (l: number) =>
      readSlot(context.locals[l], context.locals[l]?.min ?? defined(ranges[l], "by local").min);
    const steps = new Map<number, Holder[]>();
    for (const [id, { live }] of code.steps.entries()) {
      const holders = held
        .filter((one) => live.includes(one.local))
        .map(({ local: l, owner }): Holder => {
          const { min } = defined(ranges[l], "by local");
          const slot = context.locals[l];
          const needed = localsOf(owner.e).map((n) => `const ${local(n)}=${slotOf(n)};`);
          return {
            owner: `{${needed.join("")}const p=${value(view, owner.e)};${this.find(owner, "p")}}`,
            read: slotOf(l),
            write: (v) => (slot ? writeSlot(slot, v, min) : ""),
            orphaned: "",
          };
        });
      if (holders.length > 0) steps.set(id, holders);
    }
    return steps;
  }

  /** `visit` for every holder there is in a state: those in cells, and those in the locals of each context. */
  everybody(visit: (holder: Holder) => string): string[] {
    const cells = [...this.newest(), ...this.copies()].map(visit).join("");
    const contexts = this.layout.contexts.map((context) => {
      const bodies = new Map<string, number[]>();
      for (const [step, holders] of this.locals(context)) {
        const body = holders.map(visit).join("");
        bodies.set(body, [...(bodies.get(body) ?? []), step]);
      }
      const cases = [...bodies].map(([body, steps]) => `${steps.map((s) => `case ${s}:`).join("")}${body}break;`);
      return cases.length === 0 ? "" : `switch(${readSlot(context.pc, 0)}){${cases.join("")}}`;
    });
    return [cells, ...contexts].filter((text) => text !== "");
  }
}

function localsOf(e: Expr): number[] {
  const found = new Set<number>();
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if ("kind" in x && x.kind === "local" && "local" in x) found.add(Number(x.local));
    for (const child of Object.values(x)) visit(child);
  };
  visit(e);
  return [...found];
}

function indexOf({ dims }: Cell, flat: number): string[] {
  const index: string[] = [];
  let rest = flat;
  for (const extent of [...dims].reverse()) {
    index.unshift(`${rest % extent}`);
    rest = Math.floor(rest / extent);
  }
  return index;
}

/** RK(m): fills the table of object m from the set of its values; whether anything changes. */
const COMPRESS = `function RK(m){let p=RP[m],c=0,old=-1,now=-1;const b=m<<5;
while(p!==0){const v=31-Math.clz32(p&-p);p&=p-1;
if(v!==0)now=old<0?1:now+(v-old>2?2:v-old);else now=0;
old=v;RM[b+v]=now;if(now!==v)c=1;}return c;}
`;

/** A function (S, a) whose text names the words of the state at S[a]: it loads those, and stores what it may change. */
function onState(name: string, text: string, writes: boolean): string {
  const used = [...new Set([...text.matchAll(/\bn(\d+)\b/g)].map(([, word]) => word))];
  const load = used.map((word) => `let n${word}=S[a+${word}];`).join("");
  return `function ${name}(S,a){${load}let m=0;${text}${writes ? used.map((w) => `S[a+${w}]=n${w};`).join("") : ""}}\n`;
}

/**
 * The declaration of RQ(S, a), which replaces the state at S[a] by the one that stands for it. In several functions:
 * engines do not compile well what is too long (V8: more than 60 KB of bytecode stays interpreted).
 */
export function printRanks(program: Program, layout: PackedLayout, counters: Counters): string {
  const p = new Printing(program, layout, counters);
  const { max } = p.cell(counters.newest);
  if (max > VALUES_MAX) throw new Error(`lazymm bug: ranks of more than ${VALUES_MAX} values`);
  const all = Array.from({ length: p.objects }, (_, m) => m);
  const gather = p.everybody(({ owner, read, orphaned }) => `${owner}if(m<0){${orphaned}}else RP[m]|=1<<${read};`);
  const replace = p.everybody(({ owner, read, write }) => `${owner}if(m>=0){const v=RM[(m<<5)+${read}];${write("v")}}`);
  // Only what lies in cells can be an orphan, and changes as soon as it is found to be one.
  const functions = [
    ...gather.map((text, i) => onState(`RQ_held${i}`, text, i === 0)),
    ...replace.map((text, i) => onState(`RQ_put${i}`, text, true)),
  ];
  const call = (name: string, list: readonly string[]): string => list.map((_, i) => `${name}${i}(S,a);`).join("");
  return `const RP=new Int32Array(${p.objects}),RM=new Int32Array(${p.objects * 32});
${COMPRESS}${functions.join("")}function RQ(S,a){${all.map((m) => `RP[${m}]=0;`).join("")}${call("RQ_held", gather)}
if(${all.map((m) => `RK(${m})`).join("|")}){${call("RQ_put", replace)}}}
`;
}
