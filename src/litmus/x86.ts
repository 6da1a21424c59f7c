// SPDX-License-Identifier: MIT
// x86: X86_64 tests are in AT&T order (source first), X86 tests in Intel's. Accesses of 32 and of 64 bits are the same
// here: no number is large or negative (tokens.ts, lower.ts). What is narrower is not supported.
import type { Expr } from "../program/program.ts";
import { binary, choice, constant, local, ONE, ZERO } from "./expressions.ts";
import { syntax, unsupported } from "./problem.ts";
import { type Instruction, readInstruction } from "./table.ts";
import type { Arch, Locations, ThreadBuilder } from "./test.ts";
import { numberOf } from "./tokens.ts";

type Operand =
  | { readonly kind: "immediate"; readonly value: Expr }
  | { readonly kind: "register"; readonly register: number }
  | { readonly kind: "memory"; readonly address: Expr };

const NUMBERED = /^r(8|9|1[0-5])d?$/;
const LETTERED = /^[re](ax|bx|cx|dx|si|di|bp|sp)$/;
const NARROW = /^([abcd][hlx]|[sd]il?|[bs]pl?|r(8|9|1[0-5])[wb])$/;

/** The name under which herd prints a register, or undefined if it is none. */
export function x86Register(arch: Arch, written: string, offset: number): string | undefined {
  const name = written.toLowerCase();
  if (NARROW.test(name)) unsupported(offset, `the register ${written}: accesses of 32 or 64 bits only`);
  const letters = LETTERED.exec(name)?.[1];
  if (arch === "X86") return letters && `E${letters.toUpperCase()}`;
  const number = NUMBERED.exec(name)?.[1];
  return letters ? `r${letters}` : number && `r${number}`;
}

const LOCK = "LOCK";

type Operation = (a: Expr, b: Expr) => Expr;
const OPERATIONS: { readonly [mnemonic: string]: Operation } = {
  ADD: (a, b) => binary("+", a, b),
  SUB: (a, b) => binary("-", a, b),
  AND: (a, b) => binary("&", a, b),
  OR: (a, b) => binary("|", a, b),
  XOR: (a, b) => binary("^", a, b),
};

/** Of the flags register, which holds a difference or a result. */
const CONDITIONS: { readonly [suffix: string]: (flags: Expr) => Expr } = {
  E: (f) => binary("==", f, ZERO),
  Z: (f) => binary("==", f, ZERO),
  NE: (f) => binary("!=", f, ZERO),
  NZ: (f) => binary("!=", f, ZERO),
  L: (f) => binary("<", f, ZERO),
  LT: (f) => binary("<", f, ZERO),
  LE: (f) => binary("<=", f, ZERO),
  G: (f) => binary(">", f, ZERO),
  GT: (f) => binary(">", f, ZERO),
  GE: (f) => binary(">=", f, ZERO),
  S: (f) => binary("<", f, ZERO),
  NS: (f) => binary(">=", f, ZERO),
};

export class X86Translator {
  private readonly arch: Arch;
  private readonly locations: Locations;
  private thread!: ThreadBuilder;
  private instruction!: Instruction;
  private locked = false;

  constructor(arch: Arch, locations: Locations) {
    this.arch = arch;
    this.locations = locations;
  }

  translate(thread: ThreadBuilder, instruction: Instruction): void {
    this.thread = thread;
    this.instruction = instruction;
    this.locked = instruction.mnemonic === LOCK;
    if (this.locked) {
      const { text, offset } = instruction;
      if (text.length <= LOCK.length) syntax(offset, "expected an instruction behind LOCK");
      this.instruction = { ...readInstruction(text.slice(LOCK.length), offset), text };
    }
    this.dispatch(this.instruction.mnemonic);
  }

  private refuse(): never {
    return unsupported(this.instruction.offset, `the instruction '${this.instruction.text}'`);
  }

  private dispatch(mnemonic: string): void {
    const base = mnemonic.replace(/[LQ]$/, "");
    for (const name of [mnemonic, base]) {
      const operation = OPERATIONS[name];
      if (operation) return this.compute(operation);
      const single = this.single(name);
      if (single) return single();
    }
    if (this.locked) this.refuse();
    const jump = /^J(\w+)$/.exec(mnemonic)?.[1];
    if (jump !== undefined) return this.jump(jump);
    const move = /^CMOV(\w+)$/.exec(mnemonic)?.[1];
    const test = move && (CONDITIONS[move] ?? CONDITIONS[move.replace(/[LQ]$/, "")]);
    if (test) return this.conditionalMove(test);
    this.refuse();
  }

  /** Instructions that have a form of their own. */
  private single(name: string): (() => void) | undefined {
    switch (name) {
      case "INC":
        return () => this.step((a) => binary("+", a, ONE));
      case "DEC":
        return () => this.step((a) => binary("-", a, ONE));
      case "XCHG":
        return () => this.exchange();
      case "XADD":
        return () => this.exchangeAdd();
      case "CMPXCHG":
        return () => this.compareExchange();
    }
    if (this.locked) return undefined;
    switch (name) {
      case "MOV":
        return () => this.move();
      case "CMP":
        return () => this.compare((a, b) => binary("-", a, b));
      case "TEST":
        return () => this.compare((a, b) => binary("&", a, b));
      case "MFENCE":
        return () => this.thread.memory({ kind: "fence", order: "mb" });
      // Loads stay in order with loads, and stores with stores, anyway.
      case "LFENCE":
      case "SFENCE":
      case "NOP":
        return () => undefined;
      default:
        return undefined;
    }
  }

  // ---- operands -------------------------------------------------------------------------------------------------

  private operand(text: string): Operand {
    const { offset } = this.instruction;
    const immediate = /^\$?(-?(?:0[xX][0-9a-fA-F]+|\d+))$/.exec(text)?.[1];
    if (immediate !== undefined) {
      const value = numberOf(immediate, offset);
      if (value < 0) unsupported(offset, `the number ${value}: negative`);
      return { kind: "immediate", value: constant(value) };
    }
    const memory = /^(?:0?\(\s*%?([\w.]+)\s*\)|0?\[\s*%?([\w.]+)\s*\])$/.exec(text);
    const inside = memory?.[1] ?? memory?.[2];
    if (inside !== undefined) {
      const register = x86Register(this.arch, inside, offset);
      if (register !== undefined) return { kind: "memory", address: local(this.thread.register(register)) };
      if (/^\d/.test(inside)) this.refuse();
      const location = this.locations.find(inside, undefined, offset);
      return { kind: "memory", address: constant(this.locations.address(location)) };
    }
    const register = /^%?(\w+)$/.exec(text)?.[1];
    const name = register === undefined ? undefined : x86Register(this.arch, register, offset);
    return name === undefined ? this.refuse() : { kind: "register", register: this.thread.register(name) };
  }

  private operands(count: number): Operand[] {
    const { operands, text, offset } = this.instruction;
    if (operands.length !== count) syntax(offset, `'${text}': expected ${count} operand${count === 1 ? "" : "s"}`);
    return operands.map((o) => this.operand(o));
  }

  /** Of an instruction with two: where the result goes, and the other. */
  private pair(): [destination: Operand, source: Operand] {
    const [first, second] = this.operands(2);
    if (first === undefined || second === undefined) return this.refuse();
    if (first.kind === "memory" && second.kind === "memory") this.refuse();
    return this.arch === "X86" ? [first, second] : [second, first];
  }

  /** Where one operand must be memory or a register, and the other a register, their order says nothing. */
  private memoryFirst(): [memory: Operand, register: number] {
    const [destination, source] = this.pair();
    if (source.kind === "memory" && destination.kind === "register") return [source, destination.register];
    return source.kind === "register" ? [destination, source.register] : this.refuse();
  }

  /** The value of an operand: what is in memory is loaded. */
  private value(operand: Operand): Expr {
    if (operand.kind === "immediate") return operand.value;
    if (operand.kind === "register") return local(operand.register);
    const into = this.thread.temporary();
    this.thread.memory({ kind: "load", order: "once", address: operand.address, into });
    return local(into);
  }

  private flags(value: Expr): void {
    this.thread.set(this.thread.register("flags"), value);
  }

  // ---- instructions ---------------------------------------------------------------------------------------------

  private move(): void {
    const [destination, source] = this.pair();
    if (destination.kind === "register" && source.kind === "memory") {
      const { register: into } = destination;
      this.thread.memory({ kind: "load", order: "once", address: source.address, into });
    } else if (destination.kind === "register") this.thread.set(destination.register, this.value(source));
    else if (destination.kind === "memory") this.store(destination.address, this.value(source));
    else this.refuse();
  }

  private store(address: Expr, value: Expr): void {
    this.thread.memory({ kind: "store", order: "once", address, value });
  }

  private compute(operation: Operation): void {
    const [destination, source] = this.pair();
    const b = this.value(source);
    this.update(destination, (a) => operation(a, b));
  }

  private step(operation: (a: Expr) => Expr): void {
    const [destination] = this.operands(1);
    this.update(destination ?? this.refuse(), operation);
  }

  /** destination = next(destination); atomically with LOCK. */
  private update(destination: Operand, next: (a: Expr) => Expr): void {
    if (destination.kind === "immediate") return this.refuse();
    if (destination.kind === "register") {
      if (this.locked) this.refuse();
      this.thread.set(destination.register, next(local(destination.register)));
      return this.flags(local(destination.register));
    }
    const { address } = destination;
    if (!this.locked) {
      const old = this.value(destination);
      this.store(address, next(old));
      return this.flags(next(old));
    }
    const old = this.thread.temporary();
    this.thread.memory({ kind: "rmw", order: "full", address, old, when: null, value: next(local(old)) });
    this.flags(next(local(old)));
  }

  /** XCHG with memory is locked, prefix or not. */
  private exchange(): void {
    const [other, register] = this.memoryFirst();
    const old = this.thread.temporary();
    if (other.kind === "memory") {
      const value = local(register);
      this.thread.memory({ kind: "rmw", order: "full", address: other.address, old, when: null, value });
      this.thread.set(register, local(old));
    } else if (other.kind === "register" && !this.locked) {
      this.thread.set(old, local(other.register));
      this.thread.set(other.register, local(register));
      this.thread.set(register, local(old));
    } else this.refuse();
  }

  private exchangeAdd(): void {
    const [memory, register] = this.memoryFirst();
    if (memory.kind !== "memory" || !this.locked) return this.refuse();
    const old = this.thread.temporary();
    const value = binary("+", local(old), local(register));
    this.thread.memory({ kind: "rmw", order: "full", address: memory.address, old, when: null, value });
    this.flags(value);
    this.thread.set(register, local(old));
  }

  private compareExchange(): void {
    const [memory, register] = this.memoryFirst();
    if (memory.kind !== "memory" || !this.locked) return this.refuse();
    const accumulator = this.thread.register(this.arch === "X86" ? "EAX" : "rax");
    const old = this.thread.temporary();
    const when = binary("==", local(old), local(accumulator));
    this.thread.memory({ kind: "rmw", order: "full", address: memory.address, old, when, value: local(register) });
    this.flags(binary("-", local(accumulator), local(old)));
    this.thread.set(accumulator, local(old));
  }

  private compare(operation: Operation): void {
    const [destination, source] = this.pair();
    const a = this.value(destination);
    this.flags(operation(a, this.value(source)));
  }

  private conditionalMove(test: (flags: Expr) => Expr): void {
    const [destination, source] = this.pair();
    if (destination.kind !== "register") return this.refuse();
    const then = this.value(source);
    const { register } = destination;
    this.thread.set(register, choice(test(local(this.thread.register("flags"))), then, local(register)));
  }

  private jump(suffix: string): void {
    const [label] = this.instruction.operands;
    const test = CONDITIONS[suffix];
    if (label === undefined || (test === undefined && suffix !== "MP")) return this.refuse();
    this.thread.jump(test ? test(local(this.thread.register("flags"))) : null, label);
  }
}
