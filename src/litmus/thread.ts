// SPDX-License-Identifier: MIT
// One thread -> the steps of a Code: a step per access, with the local computation behind it in its body.
import { defined } from "../base/assert.ts";
import type { Access, Expr, Local, SourceRef, Step, Stmt } from "../program/program.ts";
import { type Analysis, abstractValue, known, locationsOf, type State, type Value } from "./analysis.ts";
import { binary, constant, local, mentions, minus, not, ZERO } from "./expressions.ts";
import { type LineMap, unsupported } from "./problem.ts";
import { ADDRESS_BASE, type LitmusTest, type Op, type Thread } from "./test.ts";

/** Where what is observed of a thread goes at its end: a cell per register. */
export interface Copy {
  readonly register: number;
  readonly cell: number;
}

export interface ThreadContext {
  readonly test: LitmusTest;
  readonly analysis: Analysis;
  readonly lines: LineMap;
  readonly memory: number;
  /** At the end of the thread. */
  readonly copies: readonly Copy[];
}

/** What touches memory, as an instruction. */
type AccessOp = Exclude<Op, { kind: "set" | "jump" | "fence" }>;

/** More statements than this only come from a long row of branches, which are printed once per way to get there. */
const STATEMENTS_MAX = 5000;

export function lowerThread(cx: ThreadContext, index: number): { steps: Step[]; locals: Local[] } {
  return new Lowering(cx, index).run();
}

class Lowering {
  private readonly cx: ThreadContext;
  private readonly index: number;
  private readonly thread: Thread;
  private readonly states: readonly State[];
  /** Ops in which all constants are in place. */
  private readonly ops: readonly Op[];
  /** By op: registers whose value may still be read. */
  private readonly live: readonly ReadonlySet<number>[];
  /** Ops that start a step, in the order of the steps from `firstStep` on. */
  private readonly leaders: number[] = [];
  private readonly heads: ReadonlySet<number>;
  private firstStep = 1;
  private statements = 0;

  constructor(cx: ThreadContext, index: number) {
    this.cx = cx;
    this.index = index;
    this.thread = defined(cx.test.threads[index], "threads exist");
    this.states = defined(cx.analysis.states[index], "by thread");
    this.ops = this.thread.ops.map((op, i) => withConstants(op, this.states[i]));
    this.live = liveness(
      this.ops,
      cx.copies.map((c) => c.register),
    );
    this.heads = new Set(this.ops.flatMap((op, i) => (op.kind === "jump" && op.to <= i ? [op.to] : [])));
  }

  run(): { steps: Step[]; locals: Local[] } {
    const entry = defined(this.live[0], "there is an entry");
    const setUp: Stmt[] = [...entry].map((register) => ({
      kind: "set",
      local: register,
      value: constant(this.thread.initial[register] ?? 0),
    }));
    // A thread that computes before its first access, or has none, starts with a step that does only that.
    let first = this.behind(0);
    const straight = setUp.length === 0 && first.length === 1 && first[0]?.kind === "goto";
    if (!straight) {
      this.firstStep = 2;
      this.leaders.length = 0;
      first = this.behind(0);
    }
    const steps: Step[] = [this.idle()];
    if (!straight) steps.push({ ...this.idle(), access: { kind: "none" }, body: [...setUp, ...first] });
    for (let i = 0; i < this.leaders.length; i++) steps.push(this.step(defined(this.leaders[i], "just counted")));
    const locals = this.thread.registers.map((name) => ({ name, ...LOCAL }));
    return { steps, locals };
  }

  private idle(): Step {
    const at = this.ref(this.ops[0]);
    return { at, guard: null, before: [], access: { kind: "none" }, body: [], live: [], scope: [] };
  }

  private ref(op: Op | undefined): SourceRef {
    const place = this.cx.lines.place(op?.offset ?? 0);
    return { source: 0, ...place, func: `P${this.index}`, text: op?.text ?? "" };
  }

  private stepOf(op: number): number {
    const at = this.leaders.indexOf(op);
    return this.firstStep + (at >= 0 ? at : this.leaders.push(op) - 1);
  }

  /** Local computation from `at` on, up to the next access or the end. `inside`: `at` itself is where a step starts. */
  private behind(at: number, inside = false): Stmt[] {
    this.statements = 0;
    return this.tail(at, inside);
  }

  private tail(at: number, inside = false): Stmt[] {
    const list: Stmt[] = [];
    for (let i = at; ; i++) {
      if (++this.statements > STATEMENTS_MAX) unsupported(this.ops[at]?.offset ?? 0, "so many branches in a row");
      const op = this.ops[i];
      if (op === undefined) return [...list, ...this.copyOut(), { kind: "end" }];
      const leads = (op.kind !== "set" && op.kind !== "jump") || this.heads.has(i);
      if (leads && !(inside && i === at)) return [...list, { kind: "goto", step: this.stepOf(i) }];
      if (op.kind === "set") {
        if (this.live[i + 1]?.has(op.register)) list.push({ kind: "set", local: op.register, value: op.value });
      } else if (op.kind === "jump") {
        if (op.test === null || (op.test.kind === "const" && op.test.value !== 0))
          return [...list, ...this.tail(op.to)];
        if (op.test.kind === "const") continue;
        const [then, other] = [this.tail(op.to), this.tail(i + 1)];
        return [...list, { kind: "if", test: op.test, then, else: other }];
      }
    }
  }

  private copyOut(): Stmt[] {
    return this.cx.copies.map(({ register, cell }) => ({ kind: "put", cell, index: [], value: local(register) }));
  }

  private step(i: number): Step {
    const op = defined(this.ops[i], "a step starts at an op");
    const live = [...(this.live[i] ?? [])].sort((a, b) => a - b);
    const frame = { at: this.ref(op), guard: null, before: [], live, scope: live };
    // A jump backwards over nothing but local computation: a step by itself, or it would never end.
    if (op.kind === "set" || op.kind === "jump")
      return { ...frame, access: { kind: "none" }, body: this.behind(i, true) };
    const body = this.behind(i + 1);
    if (op.kind === "fence") {
      return { ...frame, access: { kind: "fence", primitive: op.text, order: op.order }, body };
    }
    const { index, before } = this.place(op, defined(this.states[i], "a step is reached"));
    const access = this.access(op, index);
    if (op.kind !== "rmw" || op.blocks !== true) return { ...frame, before, access, body };
    // A guard would not do: it looks at the newest value, and the operation may read another one.
    const held: Stmt = { kind: "if", test: local(op.old), then: [{ kind: "disabled" }], else: [] };
    return { ...frame, before, access, body: [held, ...body] };
  }

  private access(op: AccessOp, index: Expr): Access {
    const place = { cell: this.cx.memory, index: [index] };
    const name = { primitive: op.text, place };
    switch (op.kind) {
      case "load":
        return { kind: op.kind, ...name, order: op.order, into: op.into, ...(op.exclusive && { exclusive: true }) };
      case "store":
        return { kind: op.kind, ...name, order: op.order, value: op.value };
      case "store_exclusive":
        return { kind: op.kind, ...name, order: op.order, value: op.value, failed: op.failed };
      case "rmw": {
        const { kind, order, old, when, value } = op;
        return { kind, ...name, order, old, when, value, ...(op.unread && { unread: true }) };
      }
    }
  }

  /** The index of an address in memory, and the check that it is one. */
  private place(op: AccessOp, state: readonly Value[]): { index: Expr; before: Stmt[] } {
    const { locations } = this.cx.test;
    const { address } = op;
    const range = abstractValue(address, state);
    // One number, though it may depend on what was loaded: then it still mentions that.
    const [location] = range.min === range.max ? locationsOf(locations, range) : [];
    if (location !== undefined) return { index: minus(address, range.min - location), before: [] };
    const { stride } = locations;
    const distance = minus(address, ADDRESS_BASE);
    const last = stride * (locations.count - 1);
    const fine = [
      binary(">=", distance, ZERO),
      binary("<=", distance, constant(last)),
      binary("==", binary("%", distance, constant(stride)), ZERO),
      ...locations.names.flatMap((n, l) => (n === "" ? [binary("!=", distance, constant(l * stride))] : [])),
    ].reduce((a, b) => binary("&&", a, b));
    const limit: Stmt = { kind: "limit", what: `'${op.text}' may access what is no location` };
    const before: Stmt[] = [{ kind: "if", test: not(fine), then: [limit], else: [] }];
    return { index: stride === 1 ? distance : binary("/", distance, constant(stride)), before };
  }
}

const LOCAL = { min: -(2 ** 31), max: 2 ** 31 - 1, meaning: { kind: "int" } } as const;

function withConstants(op: Op, state: State): Op {
  if (state === undefined) return op;
  const put = (e: Expr): Expr => known(e, state);
  switch (op.kind) {
    case "set":
      return { ...op, value: put(op.value) };
    case "jump":
      return { ...op, test: op.test && put(op.test) };
    case "load":
      return { ...op, address: put(op.address) };
    case "store":
    case "store_exclusive":
      return { ...op, address: put(op.address), value: put(op.value) };
    case "rmw": {
      // What it reads is no constant, whatever the register held before.
      const inside = state.map((value, register) => (register === op.old ? { ...value, constant: false } : value));
      return {
        ...op,
        address: put(op.address),
        value: known(op.value, inside),
        when: op.when && known(op.when, inside),
      };
    }
    case "fence":
      return op;
  }
}

/** Which registers an op reads, and which one it sets. */
function usesOf(op: Op): { uses: Expr[]; sets: number | undefined; own: number | undefined } {
  switch (op.kind) {
    case "set":
      return { uses: [op.value], sets: op.register, own: undefined };
    case "jump":
      return { uses: op.test ? [op.test] : [], sets: undefined, own: undefined };
    case "load":
      return { uses: [op.address], sets: op.into, own: undefined };
    case "store":
      return { uses: [op.address, op.value], sets: undefined, own: undefined };
    case "store_exclusive":
      return { uses: [op.address, op.value], sets: op.failed, own: undefined };
    case "rmw":
      return { uses: [op.address, op.value, ...(op.when ? [op.when] : [])], sets: op.old, own: op.old };
    case "fence":
      return { uses: [], sets: undefined, own: undefined };
  }
}

function nextOf(op: Op, at: number): number[] {
  if (op.kind !== "jump") return [at + 1];
  if (op.test !== null && op.test.kind !== "const") return [at + 1, op.to];
  return [op.test === null || op.test.value !== 0 ? op.to : at + 1];
}

/** By op, and behind the last one: registers whose value may still be read. */
function liveness(ops: readonly Op[], atEnd: readonly number[]): Set<number>[] {
  const live = Array.from({ length: ops.length + 1 }, () => new Set<number>());
  live[ops.length] = new Set(atEnd);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = ops.length - 1; i >= 0; i--) {
      const op = defined(ops[i], "in range");
      const after = nextOf(op, i);
      const { uses, sets, own } = usesOf(op);
      const next = new Set<number>();
      for (const to of after) for (const register of live[to] ?? []) if (register !== sets) next.add(register);
      const dead = op.kind === "set" && !after.some((to) => live[to]?.has(op.register));
      if (!dead) for (const e of uses) mentions(e, (register) => register !== own && next.add(register));
      if (next.size !== live[i]?.size) {
        live[i] = next;
        changed = true;
      }
    }
  }
  return live;
}
