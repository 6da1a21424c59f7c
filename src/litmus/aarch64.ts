// SPDX-License-Identifier: MIT
// AArch64. W and X registers are the same here: no number is large or negative (tokens.ts, lower.ts). A dependency is
// a register that a value mentions, so nothing that mentions one is ever simplified: EOR W4,W3,W3 depends on W3.
import type { BinaryOp, Expr, FenceOrder, RmwOrder } from "../program/program.ts";
import { binary, choice, constant, local, ONE, ZERO } from "./expressions.ts";
import { syntax, unsupported } from "./problem.ts";
import type { Instruction } from "./table.ts";
import type { Locations, ThreadBuilder } from "./test.ts";
import { numberOf } from "./tokens.ts";

/** The name under which herd prints a register, or undefined if it is none. */
export function aarch64Register(written: string): string | undefined {
  const number = /^[wxWX](\d|[12]\d|30)$/.exec(written)?.[1];
  return number && `X${number}`;
}

const isZero = (text: string): boolean => /^[wxWX][zZ][rR]$/.test(text);

const ARITHMETIC: { readonly [mnemonic: string]: { readonly op: BinaryOp; readonly flags: boolean } } = {
  ADD: { op: "+", flags: false },
  ADDS: { op: "+", flags: true },
  SUB: { op: "-", flags: false },
  SUBS: { op: "-", flags: true },
  AND: { op: "&", flags: false },
  ANDS: { op: "&", flags: true },
  ORR: { op: "|", flags: false },
  EOR: { op: "^", flags: false },
};

/** Of the flags register, which holds a difference or a result. */
const CONDITIONS: { readonly [name: string]: BinaryOp } = {
  EQ: "==",
  NE: "!=",
  LT: "<",
  LE: "<=",
  GT: ">",
  GE: ">=",
  MI: "<",
  PL: ">=",
};

/** What the atomic instructions store, given what was there. */
const ATOMICS: { readonly [name: string]: (old: Expr, operand: Expr) => Expr } = {
  SWP: (_, b) => b,
  LDADD: (a, b) => binary("+", a, b),
  LDEOR: (a, b) => binary("^", a, b),
  LDSET: (a, b) => binary("|", a, b),
  LDCLR: (a, b) => binary("-", a, binary("&", a, b)),
  LDSMAX: (a, b) => choice(binary(">=", a, b), a, b),
  LDUMAX: (a, b) => choice(binary(">=", a, b), a, b),
  LDSMIN: (a, b) => choice(binary("<=", a, b), a, b),
  LDUMIN: (a, b) => choice(binary("<=", a, b), a, b),
};

const ORDERS: { readonly [suffix: string]: RmwOrder } = { "": "relaxed", A: "acquire", L: "release", AL: "full" };
/** An instruction whose result nobody can read is no acquire. */
const UNREAD: { readonly [suffix: string]: RmwOrder } = { "": "relaxed", A: "relaxed", L: "release", AL: "release" };

/** By option. A DSB for stores differs from a DMB: whatever follows waits for it. */
const BARRIERS: { readonly [option: string]: FenceOrder } = { LD: "rmb", ST: "wmb", "": "mb" };

export class AArch64Translator {
  private readonly locations: Locations;
  private thread!: ThreadBuilder;
  private instruction!: Instruction;

  constructor(locations: Locations) {
    this.locations = locations;
  }

  translate(thread: ThreadBuilder, instruction: Instruction): void {
    this.thread = thread;
    this.instruction = instruction;
    const { mnemonic } = instruction;
    const simple = this.simple(mnemonic);
    if (simple) return simple();
    const arithmetic = ARITHMETIC[mnemonic];
    if (arithmetic) return this.arithmetic(arithmetic.op, arithmetic.flags);
    const condition = /^B\.?([A-Z]{2})$/.exec(mnemonic)?.[1];
    if (condition !== undefined) return this.thread.jump(this.condition(condition), this.operands(1)[0]);
    if (!this.atomic(mnemonic)) this.refuse();
  }

  private refuse(): never {
    return unsupported(this.instruction.offset, `the instruction '${this.instruction.text}'`);
  }

  private simple(mnemonic: string): (() => void) | undefined {
    switch (mnemonic) {
      case "NOP":
        return () => undefined;
      case "ISB":
        return () => this.thread.memory({ kind: "fence", order: "isb" });
      case "DMB":
      case "DSB":
        return () => this.barrier();
      case "MOV":
        return () => this.move();
      case "CMP":
        return () => this.compare("-");
      case "TST":
        return () => this.compare("&");
      case "CSEL":
        return () => this.select();
      case "CSET":
        return () => this.conditionalSet();
      case "B":
        return () => this.thread.jump(null, this.operands(1)[0]);
      case "CBZ":
      case "CBNZ":
        return () => this.compareAndBranch(mnemonic === "CBZ" ? "==" : "!=");
      case "LDR":
      case "LDUR":
        return () => this.load("once", false);
      case "LDAR":
        return () => this.load("acquire", false);
      case "LDAPR":
        return () => this.load("acquire_pc", false);
      case "LDXR":
        return () => this.load("once", true);
      case "LDAXR":
        return () => this.load("acquire", true);
      case "STR":
      case "STUR":
        return () => this.store("once");
      case "STLR":
        return () => this.store("release");
      case "STXR":
        return () => this.storeExclusive("once");
      case "STLXR":
        return () => this.storeExclusive("release");
      default:
        return undefined;
    }
  }

  // ---- operands -------------------------------------------------------------------------------------------------

  private operands<N extends 1 | 2 | 3 | 4>(count: N): Operands[N] {
    const { operands, text, offset } = this.instruction;
    if (operands.length !== count) syntax(offset, `'${text}': expected ${count} operand${count === 1 ? "" : "s"}`);
    return operands as readonly string[] as Operands[N];
  }

  private readRegister(text: string): Expr {
    if (isZero(text)) return ZERO;
    const name = aarch64Register(text);
    return name === undefined ? this.refuse() : local(this.thread.register(name));
  }

  /** A register that is written: what goes to WZR is gone. */
  private target(text: string): number {
    if (isZero(text)) return this.thread.temporary();
    const name = aarch64Register(text);
    return name === undefined ? this.refuse() : this.thread.register(name);
  }

  private immediate(text: string): Expr | undefined {
    const digits = /^#\s*(-?(?:0[xX][0-9a-fA-F]+|\d+))$/.exec(text)?.[1];
    if (digits === undefined) return undefined;
    const value = numberOf(digits, this.instruction.offset);
    return value < 0 ? unsupported(this.instruction.offset, `the number ${value}: negative`) : constant(value);
  }

  /** A register, or a number. */
  private value(text: string): Expr {
    return this.immediate(text) ?? this.readRegister(text);
  }

  /** What follows a register to extend or shift it must not change it. */
  private extension(text: string | undefined): void {
    if (text !== undefined && !/^([SU]XT[WX]|LSL)( ?#0)?$/i.test(text)) this.refuse();
  }

  /** [Xn], [Xn,#4] or [Xn,Wm,SXTW]. An access of 64 bits must not be one of two elements. */
  private address(text: string, accessed: string): Expr {
    const inner = /^\[(.*)\]$/.exec(text)?.[1];
    if (inner === undefined) this.refuse();
    if (this.locations.stride < 8 && /^x/i.test(accessed)) {
      unsupported(this.instruction.offset, `'${this.instruction.text}': 64 bits of an array of 32-bit elements`);
    }
    const [base, offset, extension] = inner.split(",").map((part) => part.trim());
    const address = this.readRegister(base ?? "");
    if (offset === undefined) return address;
    this.extension(extension);
    return binary("+", address, this.value(offset));
  }

  /** What comes behind the address: nothing, or how far to move the base register afterwards. */
  private afterwards(rest: readonly string[], address: string): void {
    const [by] = rest;
    if (by === undefined) return;
    const base = /^\[\s*(\w+)\s*\]$/.exec(address)?.[1];
    if (base === undefined || rest.length > 1) this.refuse();
    this.thread.set(this.target(base), binary("+", this.readRegister(base), this.immediate(by) ?? this.refuse()));
  }

  private condition(name: string): Expr {
    const op = CONDITIONS[name.toUpperCase()];
    return op === undefined ? this.refuse() : binary(op, local(this.thread.register("NZCV")), ZERO);
  }

  // ---- instructions ---------------------------------------------------------------------------------------------

  private barrier(): void {
    const { mnemonic, operands } = this.instruction;
    const option = /^(?:SY|(?:[INO]SH)?(LD|ST)?)$/i.exec(operands[0] ?? "SY");
    const order = option && BARRIERS[(option[1] ?? "").toUpperCase()];
    if (!order || operands.length > 1) this.refuse();
    const isDsb = mnemonic.toUpperCase() === "DSB" && order === "wmb";
    this.thread.memory({ kind: "fence", order: isDsb ? "dsb_ishst" : order });
  }

  private move(): void {
    const [to, from] = this.operands(2);
    this.thread.set(this.target(to), this.value(from));
  }

  private arithmetic(op: BinaryOp, flags: boolean): void {
    const { operands } = this.instruction;
    const [to, a, b, extension] = operands;
    if (to === undefined || a === undefined || b === undefined || operands.length > 4) return this.refuse();
    this.extension(extension);
    const result = binary(op, this.readRegister(a), this.value(b));
    const register = this.target(to);
    this.thread.set(register, result);
    if (flags) this.thread.set(this.thread.register("NZCV"), local(register));
  }

  private compare(op: BinaryOp): void {
    const [a, b] = this.operands(2);
    this.thread.set(this.thread.register("NZCV"), binary(op, this.readRegister(a), this.value(b)));
  }

  private select(): void {
    const [to, then, other, condition] = this.operands(4);
    const value = choice(this.condition(condition), this.readRegister(then), this.readRegister(other));
    this.thread.set(this.target(to), value);
  }

  private conditionalSet(): void {
    const [to, condition] = this.operands(2);
    this.thread.set(this.target(to), choice(this.condition(condition), ONE, ZERO));
  }

  private compareAndBranch(op: "==" | "!="): void {
    const [register, label] = this.operands(2);
    this.thread.jump(binary(op, this.readRegister(register), ZERO), label);
  }

  private load(order: "once" | "acquire" | "acquire_pc", exclusive: boolean): void {
    const [to, from, ...rest] = this.instruction.operands;
    if (to === undefined || from === undefined) return this.refuse();
    const address = this.address(from, to);
    this.thread.memory({ kind: "load", order, address, into: this.target(to), ...(exclusive && { exclusive }) });
    this.afterwards(rest, from);
  }

  private store(order: "once" | "release"): void {
    const [value, to, ...rest] = this.instruction.operands;
    if (value === undefined || to === undefined) return this.refuse();
    this.thread.memory({ kind: "store", order, address: this.address(to, value), value: this.readRegister(value) });
    this.afterwards(rest, to);
  }

  private storeExclusive(order: "once" | "release"): void {
    const [status, text, to] = this.operands(3);
    const address = this.address(to, text);
    const value = this.readRegister(text);
    this.thread.memory({ kind: "store_exclusive", order, address, value, failed: this.target(status) });
  }

  /** CAS, SWP, LD<op> and ST<op>, with A, L or AL. */
  private atomic(mnemonic: string): boolean {
    const compare = /^CAS(A?L?)$/.exec(mnemonic);
    if (compare) {
      this.compareAndSwap(compare[1] ?? "");
      return true;
    }
    const [, stem = "", suffix = ""] =
      /^(SWP|(?:LD|ST)(?:ADD|EOR|SET|CLR|[SU]MAX|[SU]MIN))(A?L?)$/.exec(mnemonic) ?? [];
    const result = ATOMICS[stem.replace(/^ST/, "LD")];
    if (result === undefined) return false;
    if (stem.startsWith("ST")) {
      const [operand, to] = this.operands(2);
      if (suffix.startsWith("A")) this.refuse();
      this.readModifyWrite(suffix, operand, "WZR", to, result);
    } else {
      const [operand, into, to] = this.operands(3);
      this.readModifyWrite(suffix, operand, into, to, result);
    }
    return true;
  }

  private readModifyWrite(
    suffix: string,
    operand: string,
    into: string,
    to: string,
    result: (old: Expr, operand: Expr) => Expr,
  ): void {
    const unread = isZero(into);
    const order = (unread ? UNREAD : ORDERS)[suffix] ?? this.refuse();
    const old = this.thread.temporary();
    const value = result(local(old), this.readRegister(operand));
    const address = this.address(to, operand);
    this.thread.memory({ kind: "rmw", order, address, old, when: null, value, ...(unread && { unread }) });
    if (!unread) this.thread.set(this.target(into), local(old));
  }

  private compareAndSwap(suffix: string): void {
    const [expected, text, to] = this.operands(3);
    const unread = isZero(expected);
    const order = (unread ? UNREAD : ORDERS)[suffix] ?? this.refuse();
    const old = this.thread.temporary();
    const when = binary("==", local(old), this.readRegister(expected));
    const value = this.readRegister(text);
    const address = this.address(to, text);
    this.thread.memory({ kind: "rmw", order, address, old, when, value, ...(unread && { unread }) });
    if (!unread) this.thread.set(this.target(expected), local(old));
  }
}

/** By how many there are. */
interface Operands {
  readonly 1: readonly [string];
  readonly 2: readonly [string, string];
  readonly 3: readonly [string, string, string];
  readonly 4: readonly [string, string, string, string];
}
