// SPDX-License-Identifier: MIT
// One step of one context as a function (S, a, O, k) => k: from the state at S[a] it writes the successors to O[k …].
// What an access does to memory is printed by the memory model's mechanism (memory/types.ts).

import { defined } from "../base/assert.ts";
import { remembered } from "../base/memo.ts";
import { REPORT } from "../program/compiled.ts";
import { type Range, within } from "../program/intervals.ts";
import {
  type Access,
  type Cell,
  type Code,
  type Expr,
  NO_STEP,
  type Place,
  type Step,
  type Stmt,
} from "../program/program.ts";
import { expressionsOf, statementsOf } from "../program/visit.ts";
import { boundsTest, checkedPointer } from "./bounds.ts";
import type { ContextLayout } from "./layout.ts";
import { intMasks } from "./masks.ts";
import type { AccessPrinter, StepPrinter, StepScope } from "./memory/types.ts";
import { bitsOf, flat, maskOf, readElement, readSlot, writeElement } from "./packed-cells.ts";
import { local, statements, truth, value } from "./printer.ts";
import { rangeOfExpr } from "./ranges.ts";

/** Where a statement stands that is being printed: only what the code itself does is a flow of values. */
type Within = "code" | "check" | "instruction" | "serialising";

function memoryBranch({ flow }: AccessPrinter, test: Expr): string {
  return flow?.branch(test) ?? "";
}

class PackedStep implements StepScope {
  readonly masks = intMasks;
  readonly cpu: string;
  readonly cpus: number;
  readonly code: Code;
  readonly context: ContextLayout | undefined;
  readonly cpuNumber: number;
  private readonly p: StepPrinter;
  private readonly memory: AccessPrinter;
  private within: Within = "code";
  private readonly ranges: readonly Range[];
  /** `ranges`, and what the checks in front of the access have made sure of. */
  private known: readonly Range[];
  /** How many steps are being printed into one another. */
  private depth = 0;

  constructor(p: StepPrinter, codeId: number, cpu: number) {
    this.p = p;
    this.code = defined(p.program.codes[codeId], "codes exist");
    this.context = p.layout.contexts.find((c) => c.code === codeId && c.cpu === cpu);
    this.cpuNumber = cpu;
    this.cpu = `${cpu}`;
    this.cpus = p.program.cpus;
    this.ranges = defined(p.layout.localRanges[codeId], "by code");
    this.known = this.ranges;
    this.memory = p.memory.step(p, this);
  }

  cell(id: number): Cell {
    return defined(this.p.program.cells[id], "cells exist");
  }

  private values(list: readonly Expr[]): string[] {
    return list.map((e) => value(this, e));
  }

  private range(id: number): Range {
    return defined(this.ranges[id], "locals have ranges");
  }

  readCell(id: number, index: readonly Expr[]): string {
    const { flow } = this.memory;
    const text = this.readPlain(id, index);
    return flow ? flow.read(id, index, text) : text;
  }

  readPlain(id: number, index: readonly Expr[]): string {
    const inside = this.inside(id, index);
    const read = readElement(this.p.program, this.p.layout, id, this.values(index));
    return inside === "" ? read : `(${inside}?${read}:${this.cell(id).min})`;
  }

  address(place: Place): string | undefined {
    const base = this.p.layout.addresses.get(place.cell);
    if (base === undefined) return undefined;
    const at = flat(this.cell(place.cell).dims, this.values(place.index));
    return /^\d+$/.test(at) ? `${base + Number(at)}` : `${base}+${at}`;
  }

  writeCell(id: number, index: readonly Expr[], e: Expr): string {
    const cell = this.cell(id);
    const at = flat(cell.dims, this.values(index));
    const put = this.checked(e, cell, cell.name, (v) => writeElement(this.p.program, this.p.layout, id, at, v));
    const inside = this.inside(id, index);
    const flow = this.memory.flow?.put(id, index, e, this.within === "serialising") ?? "";
    const guard = inside === "" ? "" : `if(!(${inside})){${this.limit(`${cell.name}: an index is out of bounds`)}}`;
    return guard + flow + put;
  }

  setLocal(id: number, e: Expr): string {
    const name = `${this.code.name}: ${this.code.locals[id]?.name}`;
    const flow = this.memory.flow?.assign(id, e) ?? "";
    return flow + this.checked(e, this.range(id), name, (v) => `${local(id)}=${v};`);
  }

  inside(id: number, index: readonly Expr[]): string {
    const cx = { program: this.p.program, locals: this.known };
    return boundsTest(cx, this.cell(id).dims, index, (e) => value(this, e));
  }

  /** A store outside of the range is a limit, never a wrap. */
  checked(e: Expr, range: Range, name: string, store: (v: string) => string): string {
    const text = value(this, e);
    if (within(rangeOfExpr({ program: this.p.program, locals: this.known }, e), range)) return store(text);
    const limit = this.limit(
      `${name} would leave its range ${range.min} … ${range.max}: give the machine a larger bound`,
    );
    return `{const v=${text};if(!(v>=${range.min}&&v<=${range.max})){${limit}}${store("v")}}`;
  }

  raise(property: number): string {
    return `if(R[${REPORT.raised}]===0){R[${REPORT.raised}]=${property + 1};R[${REPORT.raisedAt}]=k;}${this.emit([])}`;
  }

  reach(witness: number): string {
    return `R[${REPORT.witnesses + witness}]=1;`;
  }

  trace(): string {
    return "";
  }

  limit(what: string): string {
    let id = this.p.limits.indexOf(what);
    if (id < 0) id = this.p.limits.push(what) - 1;
    return `R[${REPORT.limit}]=${id + 1};break S;`;
  }

  disabled(): string {
    return "break S;";
  }

  label(id: number): string {
    return this.depth === 0 ? `B${id}` : `B${id}_${this.depth}`;
  }

  goto(step: number, atOnce: boolean): string {
    if (atOnce) return this.inline(defined(this.code.steps[step], "steps exist"));
    const { live } = defined(this.code.steps[step], "steps exist");
    return this.leave(live) + this.emit(this.moved(step, live));
  }

  end(): string {
    return this.leave(undefined) + (this.context ? this.emit(this.moved(0, [])) : this.emit([]));
  }

  private leave(live: readonly number[] | undefined): string {
    return this.memory.flow?.leave(live) ?? "";
  }

  branch(test: Expr): string {
    return this.within === "code" ? memoryBranch(this.memory, test) : "";
  }

  /** New bits of the program counter and of all locals, by word: [bits to clear, what to set]. */
  private moved(pc: number, live: readonly number[]): { word: number; clear: number; set: string }[] {
    const context = defined(this.context, "only contexts move");
    const words = new Map<number, { clear: number; constant: number; dynamic: string[] }>();
    const at = (word: number) => {
      const entry = words.get(word) ?? { clear: 0, constant: 0, dynamic: [] };
      words.set(word, entry);
      return entry;
    };
    if (context.pc.width > 0) {
      const entry = at(context.pc.word);
      entry.clear |= maskOf(context.pc) << context.pc.shift;
      entry.constant |= pc << context.pc.shift;
    }
    for (const slot of context.locals) if (slot) at(slot.word).clear |= maskOf(slot) << slot.shift;
    for (const l of live) {
      const slot = context.locals[l];
      if (!slot) continue;
      const bits = bitsOf(local(l), slot.min);
      at(slot.word).dynamic.push(slot.shift === 0 ? bits : `${bits}<<${slot.shift}`);
    }
    return [...words].map(([word, { clear, constant, dynamic }]) => ({
      word,
      clear: ~clear,
      set: [...(constant ? [`${constant}`] : []), ...dynamic].join("|"),
    }));
  }

  private emit(moved: readonly { word: number; clear: number; set: string }[]): string {
    const stores = Array.from({ length: this.p.layout.plainWords }, (_, word) => {
      const move = moved.find((m) => m.word === word);
      const text = move ? `n${word}&${move.clear}${move.set ? `|${move.set}` : ""}` : `n${word}`;
      return `O[k${word ? `+${word}` : ""}]=${text};`;
    });
    return `${stores.join("")}${this.memory.publish}break S;`;
  }

  private access(access: Access): string {
    const { memory } = this;
    switch (access.kind) {
      case "none":
        return "";
      case "load":
        return memory.load(access);
      case "await":
        return `${memory.load(access)}${this.wait(access.until)}`;
      case "store":
        return memory.store(access);
      case "store_exclusive":
        return memory.storeExclusive(access);
      case "rmw":
        return memory.rmw(access);
      case "fence":
        return memory.fence(access.order);
      case "instruction":
        return memory.instruction(access.serialising) + this.instruction(access.serialising, access.body);
      case "choose":
        return access.such ? this.wait(access.such) : "";
    }
  }

  /** The step is disabled while this does not hold. */
  private wait(test: Expr): string {
    return `if(!(${truth(this, test)}))break S;${memoryBranch(this.memory, test)}`;
  }

  private instruction(serialising: boolean, body: readonly Stmt[]): string {
    this.within = serialising ? "serialising" : "instruction";
    const text = statements(this, body);
    this.within = "code";
    return text;
  }

  /** The checks in front of the access, and what is known once they have passed. */
  private before(list: readonly Stmt[]): string {
    this.within = "check";
    const texts = list.map((s) => {
      const text = statements(this, [s]);
      const pointer = checkedPointer(s);
      if (pointer) this.known = this.known.with(pointer.local, pointer.range);
      return text;
    });
    this.within = "code";
    return texts.join("");
  }

  /** A step that is taken with the one in front of it: it cannot wait, and has one successor. */
  private inline(step: Step): string {
    const { known } = this;
    this.depth++;
    this.known = this.ranges;
    const front = this.before(step.before) + this.access(step.access);
    this.known = this.ranges;
    const text = front + statements(this, step.body);
    this.depth--;
    this.known = known;
    return text;
  }

  print(name: string, step: Step, entry: boolean): string {
    const { access } = step;
    const begin = this.memory.flow?.begin(step, [...localsOf(this.code, step)], entry) ?? "";
    const guard = step.guard ? this.wait(step.guard) : "";
    const front = begin + guard + this.before(step.before) + this.access(access);
    this.known = this.ranges;
    const inner = this.words() + this.declarations(step) + front + statements(this, step.body);
    const loop = this.loop(access);
    return `function ${name}(S,a,O,k){${this.early(step)}${loop}S:{${inner}}return k;}\n`;
  }

  /** Most walks are of no use in most states: found out before the mechanism unpacks its part of the state. */
  private early(step: Step): string {
    if (this.code.kind !== "walker" || !this.memory.flow || step.before.length === 0) return "";
    let plain = true;
    statementsOf({ ...NO_STEP, before: step.before }, (s) => {
      plain &&= s.kind === "set" || s.kind === "if" || s.kind === "disabled";
    });
    expressionsOf({ ...NO_STEP, before: step.before }, (e) => {
      plain &&= e.kind !== "cell" || !this.p.layout.addresses.has(e.cell);
    });
    if (!plain) return "";
    const tests = this.before(step.before);
    this.known = this.ranges;
    return `{let q=0;S:{${this.words()}${this.declarations(step)}${tests}q=1;}if(q===0)return k;}`;
  }

  /** More than one successor: one round each. */
  private loop(access: Access): string {
    if (access.kind === "choose")
      return `for(let ${local(access.into)}=0;${local(access.into)}<${access.count};${local(access.into)}++)`;
    return this.memory.loop(access);
  }

  rounds(access: Access): number {
    return access.kind === "choose" ? access.count : this.memory.rounds(access);
  }

  words(): string {
    const words = Array.from({ length: this.p.layout.plainWords }, (_, i) => `n${i}=S[a${i ? `+${i}` : ""}]`);
    return `let ${words.join(",")};`;
  }

  private declarations(step: Step): string {
    const chosen = step.access.kind === "choose" ? step.access.into : -1;
    const names = [...localsOf(this.code, step)].filter((l) => l !== chosen);
    if (names.length === 0) return "";
    const live = new Set(step.live);
    const init = (l: number): string => {
      const slot = this.context?.locals[l];
      return live.has(l) && this.context ? readSlot(slot, slot?.min ?? this.range(l).min) : "0";
    };
    return `let ${names.map((l) => `${local(l)}=${init(l)}`).join(",")};`;
  }
}

/** Every local that a step mentions, those it must carry over included: the same on every CPU. */
function localsOf(code: Code, step: Step): ReadonlySet<number> {
  const steps = localsByStep(code);
  const known = steps.get(step) ?? findLocals(code, step);
  steps.set(step, known);
  return known;
}

const localsByStep = remembered((_code: Code) => new WeakMap<Step, ReadonlySet<number>>());

function findLocals(code: Code, step: Step): ReadonlySet<number> {
  const found = new Set<number>(step.live);
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if (Array.isArray(x)) return x.forEach(visit);
    if ("kind" in x && x.kind === "goto" && "step" in x) {
      const next = code.steps[Number(x.step)];
      for (const l of next?.live ?? []) found.add(l);
      if (next && "atOnce" in x && x.atOnce) visit([next.before, next.access, next.body]);
    }
    for (const [key, child] of Object.entries(x)) {
      if ((key === "local" || key === "into" || key === "old" || key === "failed") && typeof child === "number")
        found.add(child);
      else visit(child);
    }
  };
  visit([step.before, step.access, step.body, step.guard]);
  return found;
}

/** The function of one step, and how many successors it can have. `entry`: it is its code's step 0. */
export function printStep(
  p: StepPrinter,
  name: string,
  codeId: number,
  cpu: number,
  step: Step,
  entry = false,
): { text: string; rounds: number } {
  const printer = new PackedStep(p, codeId, cpu);
  return { text: printer.print(name, step, entry), rounds: printer.rounds(step.access) };
}
