// SPDX-License-Identifier: MIT
// The C of the kernel's litmus tests: functions P0, P1, … with pointers to shared variables as parameters, locals, if,
// while, and the kernel's primitives. A plain access to what a pointer points to is a plain load or store.
import type { BinaryOp, Expr } from "../program/program.ts";
import { findPrimitive, type Parameter, type Primitive } from "./c-primitives.ts";
import { binary, constant, local, not, ZERO } from "./expressions.ts";
import { syntax, unsupported } from "./problem.ts";
import type { Span } from "./sections.ts";
import { type Locations, ThreadBuilder } from "./test.ts";
import { Cursor } from "./tokens.ts";

const TYPE_WORDS = new Set([
  ...["int", "long", "short", "char", "void", "unsigned", "signed", "bool", "_Bool", "const", "volatile", "struct"],
  ...["spinlock_t", "atomic_t", "atomic64_t", "atomic_long_t", "size_t", "intptr_t", "uintptr_t", "_Atomic"],
  ...["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"],
]);
const isType = (word: string): boolean => TYPE_WORDS.has(word) || /^u?int\d+_t$/.test(word);

/** Binding strengths, loosest first. */
const OPERATORS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];
/** More than any test nests; a damaged file must not exhaust the stack. */
const DEPTH_MAX = 100;

export function readC(text: string, { from, to }: Span, locations: Locations): ThreadBuilder[] {
  const cursor = new Cursor(text, from, to);
  const threads: ThreadBuilder[] = [];
  while (cursor.peek().kind !== "end") threads.push(new CThread(cursor, text, locations, threads.length).read());
  if (threads.length === 0) cursor.fail("a thread: P0(int *x) { ... }");
  return threads;
}

class CThread {
  private readonly cursor: Cursor;
  private readonly text: string;
  private readonly locations: Locations;
  private readonly index: number;
  private readonly thread = new ThreadBuilder();
  /** The shared variables that it knows. */
  private readonly shared = new Set<string>();
  private labels = 0;
  private depth = 0;

  constructor(cursor: Cursor, text: string, locations: Locations, index: number) {
    this.cursor = cursor;
    this.text = text;
    this.locations = locations;
    this.index = index;
  }

  read(): ThreadBuilder {
    const { cursor } = this;
    cursor.take("static");
    cursor.take("void");
    cursor.expect(`P${this.index}`, `the thread P${this.index}`);
    cursor.expect("(");
    while (!cursor.take(")")) {
      const { offset } = cursor;
      if (!this.takeType() && !cursor.is("*")) cursor.fail("a parameter, such as int *x");
      while (cursor.take("*"));
      if (cursor.peek().kind === "name") {
        const name = cursor.name("a parameter");
        this.locations.find(name, undefined, offset);
        this.shared.add(name);
        if (cursor.take("[")) cursor.expect("]");
      }
      if (!cursor.take(",") && !cursor.is(")")) cursor.fail("',' or ')'");
    }
    cursor.expect("{");
    while (!cursor.take("}")) this.statement();
    return this.thread;
  }

  // ---- statements -----------------------------------------------------------------------------------------------

  private statement(): void {
    const { cursor } = this;
    this.nested(() => {
      const { offset } = cursor;
      if (cursor.take(";")) return;
      if (cursor.take("{")) {
        while (!cursor.take("}")) this.statement();
        return;
      }
      this.thread.begin(offset, this.textFrom(offset));
      if (cursor.take("if")) return this.branch();
      if (cursor.take("while")) return this.loop();
      if (this.takeType()) this.declaration();
      else if (cursor.is("*")) this.plainStore();
      else this.assignmentOrCall();
      cursor.expect(";");
    });
  }

  /** The statement as written, up to where its parts start. */
  private textFrom(offset: number): string {
    const end = this.text.slice(offset).search(/[;{}\n]/);
    return this.text
      .slice(offset, end < 0 ? undefined : offset + end)
      .replace(/\s+/g, " ")
      .trim();
  }

  private nested<T>(work: () => T): T {
    if (++this.depth > DEPTH_MAX) unsupported(this.cursor.offset, `nesting deeper than ${DEPTH_MAX}`);
    const result = work();
    this.depth--;
    return result;
  }

  private takeType(): boolean {
    const { cursor } = this;
    let found = false;
    while (cursor.peek().kind === "name" && isType(cursor.peek().text)) {
      if (cursor.next().text === "struct") cursor.name("the name of a struct");
      found = true;
    }
    return found;
  }

  private declaration(): void {
    const { cursor } = this;
    do {
      while (cursor.take("*"));
      const register = this.variable(cursor.offset, cursor.name("a variable"));
      if (cursor.take("=")) this.thread.set(register, this.expression());
    } while (cursor.take(","));
  }

  private variable(offset: number, name: string): number {
    if (this.shared.has(name)) unsupported(offset, `assigning to the parameter ${name}`);
    return this.thread.register(name);
  }

  private plainStore(): void {
    const address = this.place();
    this.cursor.expect("=");
    this.thread.memory({ kind: "store", order: "plain", address, value: this.expression() });
  }

  private assignmentOrCall(): void {
    const { cursor } = this;
    const { offset } = cursor;
    const name = cursor.name("a statement");
    if (cursor.is("(")) {
      this.call(name, offset);
      return;
    }
    if (this.shared.has(name) && cursor.is("[")) {
      const address = this.element(name, offset);
      cursor.expect("=");
      return this.thread.memory({ kind: "store", order: "plain", address, value: this.expression() });
    }
    const register = this.variable(offset, name);
    cursor.expect("=");
    this.thread.set(register, this.expression());
  }

  private newLabel(): string {
    return `.${this.labels++}`;
  }

  private branch(): void {
    const { cursor, thread } = this;
    cursor.expect("(");
    const test = this.expression();
    cursor.expect(")");
    const [other, end] = [this.newLabel(), this.newLabel()];
    thread.jump(not(test), other);
    this.statement();
    if (!cursor.take("else")) return thread.label(other, cursor.offset);
    thread.jump(null, end);
    thread.label(other, cursor.offset);
    this.statement();
    thread.label(end, cursor.offset);
  }

  private loop(): void {
    const { cursor, thread } = this;
    const [again, end] = [this.newLabel(), this.newLabel()];
    thread.label(again, cursor.offset);
    cursor.expect("(");
    const test = this.expression();
    cursor.expect(")");
    thread.jump(not(test), end);
    this.statement();
    thread.jump(null, again);
    thread.label(end, cursor.offset);
  }

  // ---- expressions ----------------------------------------------------------------------------------------------

  private expression(): Expr {
    return this.nested(() => this.operation(0));
  }

  private operation(level: number): Expr {
    const { cursor, thread } = this;
    const operators = OPERATORS[level];
    if (operators === undefined) return this.unary();
    let a = this.operation(level + 1);
    while (cursor.peek().kind === "sign" && operators.includes(cursor.peek().text)) {
      const { text, offset } = cursor.next();
      const before = thread.ops.length;
      const b = this.operation(level + 1);
      if ((text === "&&" || text === "||") && thread.ops.length > before) {
        unsupported(offset, `an access to memory behind '${text}', which may skip it`);
      }
      a = binary(text as BinaryOp, a, b);
    }
    return a;
  }

  private unary(): Expr {
    const { cursor } = this;
    return this.nested(() => {
      const { offset } = cursor;
      if (cursor.take("!")) return not(this.unary());
      if (cursor.take("-")) return binary("-", ZERO, this.unary());
      if (cursor.take("&")) return this.addressOf();
      if (cursor.is("*")) {
        const into = this.thread.temporary();
        this.thread.memory({ kind: "load", order: "plain", address: this.place(), into });
        return local(into);
      }
      if (cursor.peek().kind === "number") return constant(cursor.number());
      if (!cursor.take("(")) return this.named(cursor.name("a value"), offset);
      if (this.takeType()) {
        while (cursor.take("*"));
        cursor.expect(")");
        return this.unary();
      }
      const inner = this.expression();
      cursor.expect(")");
      return inner;
    });
  }

  private named(name: string, offset: number): Expr {
    const { cursor, thread } = this;
    if (cursor.is("(")) {
      return this.call(name, offset) ?? syntax(offset, `${name}() has no value`);
    }
    if (this.shared.has(name)) {
      if (!cursor.is("[")) return constant(this.locations.address(this.locations.find(name, undefined, offset)));
      const into = thread.temporary();
      thread.memory({ kind: "load", order: "plain", address: this.element(name, offset), into });
      return local(into);
    }
    if (!thread.has(name)) syntax(offset, `P${this.index} has no variable ${name}`);
    return local(thread.register(name));
  }

  /** The address of x[1], of which the name is already read. */
  private element(name: string, offset: number): Expr {
    this.cursor.expect("[");
    const location = this.locations.find(name, this.cursor.number(), offset);
    this.cursor.expect("]");
    return constant(this.locations.address(location));
  }

  private addressOf(): Expr {
    const { cursor } = this;
    const { offset } = cursor;
    if (cursor.is("*")) return this.place();
    const name = cursor.name("a shared variable");
    if (!this.shared.has(name)) unsupported(offset, `the address of ${name}`);
    return cursor.is("[") ? this.element(name, offset) : this.named(name, offset);
  }

  /** `*p` or x[1], as something to access: its address. */
  private place(): Expr {
    const { cursor } = this;
    return this.nested(() => {
      const { offset } = cursor;
      if (cursor.take("*")) return this.unary();
      if (cursor.take("(")) {
        const inner = this.place();
        cursor.expect(")");
        return inner;
      }
      const name = cursor.name("what to access, such as *x");
      if (this.shared.has(name) && cursor.is("[")) return this.element(name, offset);
      return unsupported(offset, `${name} as something in memory: expected *${name}`);
    });
  }

  private call(name: string, offset: number): Expr | undefined {
    const { cursor } = this;
    const primitive: Primitive | undefined = findPrimitive(name);
    if (!primitive) return unsupported(offset, `${name}()`);
    cursor.expect("(");
    const read = (parameter: Parameter): Expr => (parameter === "place" ? this.place() : this.expression());
    const args = primitive.parameters.map((parameter, i) => {
      if (i > 0) cursor.expect(",");
      return read(parameter);
    });
    cursor.expect(")");
    return primitive.lower(this.thread, args);
  }
}
