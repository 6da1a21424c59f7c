// SPDX-License-Identifier: MIT
// One step of one context as a function (S, a, O, k) => k: from the state at S[a] it writes the successors to O[k …].
// The memory model's table decides what an access does to the store buffer.

import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { assert, defined, impossible } from "../base/assert.ts";
import { REPORT } from "../program/compiled.ts";
import { type Range, within } from "../program/intervals.ts";
import type { Access, Cell, Code, Expr, Place, Program, Step, Stmt } from "../program/program.ts";
import { boundsTest, checkedPointer } from "./bounds.ts";
import type { ContextLayout, PackedLayout } from "./layout.ts";
import { intMasks } from "./masks.ts";
import { bitsOf, flat, maskOf, readElement, readSlot, writeElement, writeSlot } from "./packed-cells.ts";
import type { Layout } from "./printer.ts";
import { local, statements, truth, value } from "./printer.ts";
import { rangeOfExpr } from "./ranges.ts";

export interface StepPrinter {
  readonly program: Program;
  readonly model: MemoryModel;
  readonly layout: PackedLayout;
  /** Collects the texts of limits; their index is what the report holds. */
  readonly limits: string[];
}

const BUFFER_FULL = "a store found the store buffer full: give the machine a deeper one (store_buffer)";

class PackedStep implements Layout {
  readonly masks = intMasks;
  readonly cpu: string;
  readonly cpus: number;
  private readonly p: StepPrinter;
  private readonly code: Code;
  private readonly context: ContextLayout | undefined;
  private readonly cpuNumber: number;
  private readonly ranges: readonly Range[];
  /** `ranges`, and what the checks in front of the access have made sure of. */
  private known: readonly Range[];

  constructor(p: StepPrinter, codeId: number, cpu: number) {
    this.p = p;
    this.code = defined(p.program.codes[codeId], "codes exist");
    this.context = p.layout.contexts.find((c) => c.code === codeId && c.cpu === cpu);
    this.cpuNumber = cpu;
    this.cpu = `${cpu}`;
    this.cpus = p.program.cpus;
    this.ranges = defined(p.layout.localRanges[codeId], "by code");
    this.known = this.ranges;
  }

  private cell(id: number): Cell {
    return defined(this.p.program.cells[id], "cells exist");
  }

  private values(list: readonly Expr[]): string[] {
    return list.map((e) => value(this, e));
  }

  readCell(id: number, index: readonly Expr[]): string {
    const inside = this.inside(id, index);
    const read = readElement(this.p.program, this.p.layout, id, this.values(index));
    return inside === "" ? read : `(${inside}?${read}:${this.cell(id).min})`;
  }

  writeCell(id: number, index: readonly Expr[], e: Expr): string {
    const cell = this.cell(id);
    const at = flat(cell.dims, this.values(index));
    const put = this.checked(e, cell, cell.name, (v) => writeElement(this.p.program, this.p.layout, id, at, v));
    const inside = this.inside(id, index);
    return inside === "" ? put : `if(!(${inside})){${this.limit(`${cell.name}: an index is out of bounds`)}}${put}`;
  }

  setLocal(id: number, e: Expr): string {
    const name = `${this.code.name}: ${this.code.locals[id]?.name}`;
    return this.checked(e, defined(this.ranges[id], "locals have ranges"), name, (v) => `${local(id)}=${v};`);
  }

  private inside(id: number, index: readonly Expr[]): string {
    const cx = { program: this.p.program, locals: this.known };
    return boundsTest(cx, this.cell(id).dims, index, (e) => value(this, e));
  }

  /** A store outside of the range is a limit, never a wrap. */
  private checked(e: Expr, range: Range, name: string, store: (v: string) => string): string {
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

  goto(step: number): string {
    return this.emit(this.moved(step, defined(this.code.steps[step], "steps exist").live));
  }

  end(): string {
    return this.context ? this.emit(this.moved(0, [])) : this.emit([]);
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
      const bits = bitsOf(local(l), defined(this.ranges[l], "by local").min);
      at(slot.word).dynamic.push(slot.shift === 0 ? bits : `${bits}<<${slot.shift}`);
    }
    return [...words].map(([word, { clear, constant, dynamic }]) => ({
      word,
      clear: ~clear,
      set: [...(constant ? [`${constant}`] : []), ...dynamic].join("|"),
    }));
  }

  private emit(moved: readonly { word: number; clear: number; set: string }[]): string {
    const { words } = this.p.layout;
    const stores = Array.from({ length: words }, (_, word) => {
      const move = moved.find((m) => m.word === word);
      const text = move ? `n${word}&${move.clear}${move.set ? `|${move.set}` : ""}` : `n${word}`;
      return `O[k${word ? `+${word}` : ""}]=${text};`;
    });
    return `${stores.join("")}k+=${words};break S;`;
  }

  // ---- accesses -------------------------------------------------------------------------------------------------

  private get buffer() {
    return this.p.layout.buffers[this.cpuNumber] ?? [];
  }

  /** Waits until this CPU's buffer is empty. */
  private drained(): string {
    const oldest = this.buffer[0];
    return oldest ? `if(${readSlot(oldest.address, 0)}!==0)break S;` : "";
  }

  private address(place: Place): string | undefined {
    const base = this.p.layout.addresses.get(place.cell);
    if (base === undefined || this.buffer.length === 0) return undefined;
    const at = flat(this.cell(place.cell).dims, this.values(place.index));
    return /^\d+$/.test(at) ? `${base + Number(at)}` : `${base}+${at}`;
  }

  private fromMemory(place: Place): string {
    return this.readCell(place.cell, place.index);
  }

  /** The newest buffered store to the address, or `otherwise`. */
  private forwarded(place: Place, otherwise: string): string {
    const { min } = this.cell(place.cell);
    const newestFirst = [...this.buffer].reverse();
    const chain = newestFirst.map((b) => `${readSlot(b.address, 0)}===d?${readSlot(b.value, min)}:`).join("");
    return `${chain}${otherwise}`;
  }

  private load(access: Extract<Access, { kind: "load" | "await" }>): string {
    const l = local(access.into);
    const address = this.address(access.place);
    const effect = this.p.model.load[access.order];
    if (address === undefined || effect === "memory") return `${l}=${this.fromMemory(access.place)};`;
    if (effect === "forward")
      return `{const d=${address};${l}=${this.forwarded(access.place, this.fromMemory(access.place))};}`;
    // A walker: q is 0 for memory, 1 for a store of its own CPU that is still in the buffer.
    const seen = `${l}=q===0?m:${this.forwarded(access.place, "m")};`;
    return `{const d=${address};const m=${this.fromMemory(access.place)};${seen}if(q!==0&&${l}===m)break S;}`;
  }

  private store(access: Extract<Access, { kind: "store" }>): string {
    const { place } = access;
    const address = this.address(place);
    if (address === undefined || this.p.model.store[access.order] === "memory") {
      return this.writeCell(place.cell, place.index, access.value);
    }
    const cell = this.cell(place.cell);
    const inside = this.inside(place.cell, place.index);
    const guard = inside === "" ? "" : `if(!(${inside})){${this.limit(`${cell.name}: an index is out of bounds`)}}`;
    return (
      guard +
      this.checked(access.value, cell, cell.name, (v) => {
        const push = this.buffer.map(
          (b) =>
            `if(${readSlot(b.address, 0)}===0){${writeSlot(b.address, address, 0)}${writeSlot(b.value, v, cell.min)}}`,
        );
        return `${push.join("else ")}else{${this.limit(BUFFER_FULL)}}`;
      })
    );
  }

  private rmw(access: Extract<Access, { kind: "rmw" }>): string {
    const { place } = access;
    const wait = this.p.model.rmw[access.order] === "drain" ? this.drained() : "";
    const put = this.writeCell(place.cell, place.index, access.value);
    const store = access.when ? `if(${truth(this, access.when)}){${put}}` : put;
    return `${wait}${local(access.old)}=${this.fromMemory(place)};${store}`;
  }

  private access(access: Access): string {
    const { model } = this.p;
    switch (access.kind) {
      case "none":
        return "";
      case "load":
        return this.load(access);
      case "await":
        return `${this.load(access)}if(!(${truth(this, access.until)}))break S;`;
      case "store":
        return this.store(access);
      case "store_exclusive":
        return impossible("load-linked pairs come under a memory model with monitors");
      case "rmw":
        return this.rmw(access);
      case "fence":
        return model.fence[access.order] === "drain" ? this.drained() : "";
      case "instruction": {
        const order = access.serialising ? model.instruction.serialising : model.instruction.other;
        return (order === "drain" ? this.drained() : "") + statements(this, access.body);
      }
      case "choose":
        return access.such ? `if(!(${truth(this, access.such)}))break S;` : "";
    }
  }

  /** The checks in front of the access, and what is known once they have passed. */
  private before(list: readonly Stmt[]): string {
    return list
      .map((s) => {
        const text = statements(this, [s]);
        const pointer = checkedPointer(s);
        if (pointer) this.known = this.known.with(pointer.local, pointer.range);
        return text;
      })
      .join("");
  }

  print(name: string, step: Step): string {
    const { access } = step;
    const guard = step.guard ? `if(!(${truth(this, step.guard)}))break S;` : "";
    const front = guard + this.before(step.before) + this.access(access);
    this.known = this.ranges;
    const inner = this.words() + this.declarations(step) + front + statements(this, step.body);
    const loop = this.loop(access);
    return `function ${name}(S,a,O,k){${loop}S:{${inner}}return k;}\n`;
  }

  /** More than one successor: one round each. */
  private loop(access: Access): string {
    if (access.kind === "choose")
      return `for(let ${local(access.into)}=0;${local(access.into)}<${access.count};${local(access.into)}++)`;
    return this.rounds(access) > 1 ? "for(let q=0;q<2;q++)" : "";
  }

  rounds(access: Access): number {
    if (access.kind === "choose") return access.count;
    return access.kind === "load" &&
      this.p.model.load[access.order] === "either" &&
      this.address(access.place) !== undefined
      ? 2
      : 1;
  }

  words(): string {
    return `let ${Array.from({ length: this.p.layout.words }, (_, i) => `n${i}=S[a${i ? `+${i}` : ""}]`).join(",")};`;
  }

  private declarations(step: Step): string {
    const chosen = step.access.kind === "choose" ? step.access.into : -1;
    const names = [...localsOf(this.code, step)].filter((l) => l !== chosen);
    if (names.length === 0) return "";
    const live = new Set(step.live);
    const init = (l: number): string =>
      live.has(l) && this.context ? readSlot(this.context.locals[l], defined(this.ranges[l], "by local").min) : "0";
    return `let ${names.map((l) => `${local(l)}=${init(l)}`).join(",")};`;
  }
}

/** Every local that a step mentions, those it must carry over included. */
function localsOf(code: Code, step: Step): Set<number> {
  const found = new Set<number>(step.live);
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if (Array.isArray(x)) return x.forEach(visit);
    if ("kind" in x && x.kind === "goto" && "step" in x) {
      for (const l of code.steps[Number(x.step)]?.live ?? []) found.add(l);
    }
    for (const [key, child] of Object.entries(x)) {
      if ((key === "local" || key === "into" || key === "old") && typeof child === "number") found.add(child);
      else visit(child);
    }
  };
  visit([step.before, step.access, step.body, step.guard]);
  return found;
}

/** The function of one step, and how many successors it can have. */
export function printStep(
  p: StepPrinter,
  name: string,
  codeId: number,
  cpu: number,
  step: Step,
): { text: string; rounds: number } {
  const printer = new PackedStep(p, codeId, cpu);
  return { text: printer.print(name, step), rounds: printer.rounds(step.access) };
}

/** A function that publishes the oldest buffered store of a CPU. */
export function printDrain(p: StepPrinter, name: string, cpu: number): string {
  const { layout, program } = p;
  const buffer = defined(layout.buffers[cpu], "the CPU has a buffer");
  const oldest = defined(buffer[0], "buffers have entries");
  const cases = [...layout.addresses].map(([id, base]) => {
    const cell = defined(program.cells[id], "cells exist");
    const count = cell.dims.reduce((n, extent) => n * extent, 1);
    const put = writeElement(
      program,
      layout,
      id,
      count === 1 ? "0" : `(d-${base})`,
      cell.min === 0 ? "v" : `(v+${cell.min})`,
    );
    return `if(d<${base + count}){${put}}`;
  });
  const shift = buffer.map((b, i) => {
    const next = buffer[i + 1];
    return (
      writeSlot(b.address, next ? readSlot(next.address, 0) : "0", 0) +
      writeSlot(b.value, next ? readSlot(next.value, 0) : "0", 0)
    );
  });
  const words = Array.from({ length: layout.words }, (_, i) => i);
  assert(cases.length > 0, "something is buffered");
  return (
    `function ${name}(S,a,O,k){let ${words.map((i) => `n${i}=S[a+${i}]`).join(",")};` +
    `const d=${readSlot(oldest.address, 0)};if(d===0)return k;const v=${readSlot(oldest.value, 0)};` +
    `${cases.join("else ")}${shift.join("")}` +
    `${words.map((i) => `O[k+${i}]=n${i};`).join("")}return k+${layout.words};}\n`
  );
}
