// SPDX-License-Identifier: MIT
// Loops: written out where their rounds are few and known, else a jump backwards.
import type * as t from "@babel/types";
import { defined } from "../../base/assert.ts";
import type { Expr } from "../../program/program.ts";
import type { Node } from "../source.ts";
import { CPU, NUMBER_MAX } from "../types.ts";
import { quietly } from "../watch.ts";
import { condition, rvalueOf } from "./expressions.ts";
import type { Binding, Lowering } from "./lowering.ts";
import { assignedNames, block, expressionStatement } from "./statements.ts";
import type { Val } from "./values.ts";
import { binary, constant, constOf } from "./values.ts";

/** A loop of an instruction, or one with a few rounds, is written out. */
const UNROLL_MAX = 8;
/** In calls that follow a recording, an instruction may loop: what is longer than this does. */
const UNROLL_IN_REPLAY_MAX = 64;
/** More than any machine has of anything, little enough to be written out where it must be. */
export const ROUNDS_MAX = 4096;

export function whileLoop(cx: Lowering, node: t.WhileStatement): void {
  if (cx.mode !== "normal") return cx.fail("LZ115", node, "while");
  const start = cx.code.block();
  if (node.test.type === "BooleanLiteral" && node.test.value) return forever(cx, node, start);
  cx.region((exit) => {
    cx.code.finish({ t: "jump", to: start }, start);
    const before = start.instrs.length;
    const test = condition(cx, node.test);
    const waits = cx.code.current !== start || start.instrs.slice(before).some((i) => i.i === "access");
    if (!waits) cx.fail("LZ105", node.test, `while (${cx.at(node.test).text})`);
    loopBody(cx, test, () => block(cx, [node.body]), start, start, exit);
  });
}

/** while (true): what a client does. Its exit is a break. */
function forever(cx: Lowering, node: t.WhileStatement, start: Lowering["code"]["current"]): void {
  const { body, test } = node;
  cx.region((exit) => {
    const before = cx.code.blocks.length;
    cx.code.finish({ t: "jump", to: start }, start);
    cx.frame.loops.push({ onBreak: exit, onContinue: start });
    block(cx, [body]);
    cx.frame.loops.pop();
    const inside = [start, ...cx.code.blocks.slice(before)];
    if (!inside.some(({ instrs }) => instrs.some(({ i }) => i === "access"))) {
      cx.fail("LZ105", test, `while (${cx.at(test).text})`);
    }
    cx.code.finish({ t: "jump", to: start }, cx.code.block());
  });
}

function loopBody(
  cx: Lowering,
  test: Expr,
  body: () => void,
  start: Lowering["code"]["current"],
  onContinue: typeof start,
  exit: typeof start,
): void {
  const inside = cx.code.block();
  cx.code.finish({ t: "branch", test, then: inside, else: exit, join: exit }, inside);
  cx.frame.loops.push({ onBreak: exit, onContinue });
  body();
  cx.frame.loops.pop();
  cx.code.finish({ t: "jump", to: onContinue }, onContinue);
  if (onContinue === start) cx.code.current = cx.code.block();
}

interface Counted {
  readonly name: string;
  readonly init: t.Expression;
  readonly test: t.Expression;
  readonly update: t.Expression;
}

/** for (let i = a; i < b; i++ or i += c), where the body leaves i alone: that much is always bounded. */
function countedLoop(cx: Lowering, node: t.ForStatement): Counted {
  const { init, test, update } = node;
  const text = "write for (let i = a; i < b; i++)";
  if (init?.type !== "VariableDeclaration" || !test || !update) return cx.fail("LZ105", node, text);
  const [declarator] = init.declarations;
  if (declarator?.id.type !== "Identifier" || !declarator.init || init.declarations.length > 1 || init.kind !== "let")
    return cx.fail("LZ105", node, text);
  const { name } = declarator.id;
  const tested = test.type === "BinaryExpression" && test.left.type === "Identifier" && test.left.name === name;
  const forward = tested && (test.operator === "<" || test.operator === "<=");
  const updated =
    update.type === "UpdateExpression" ? update.argument : update.type === "AssignmentExpression" && update.left;
  const operator = "operator" in update ? update.operator : "";
  const steps = updated && updated.type === "Identifier" && updated.name === name && STEPS.includes(operator);
  const assigned = assignedNames(node.body);
  if (!forward || !steps || assigned.has(name)) return cx.fail("LZ105", node, text);
  // Whatever the body assigns must not be what the variable is compared with, or added.
  const compared = namesIn([test.right, update.type === "AssignmentExpression" ? update.right : null]);
  if (compared.has(name) || [...compared].some((n) => assigned.has(n))) return cx.fail("LZ105", node, text);
  return { name, init: declarator.init, test, update };
}

const STEPS: readonly string[] = ["++", "+="];

/** All names that a piece of syntax mentions. */
function namesIn(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (n: unknown): void => {
    if (typeof n !== "object" || n === null) return;
    if ("type" in n && n.type === "Identifier" && "name" in n) names.add(String(n.name));
    for (const [key, child] of Object.entries(n)) if (key !== "loc") visit(child);
  };
  visit(node);
  return names;
}

export function forLoop(cx: Lowering, node: t.ForStatement): void {
  const loop = countedLoop(cx, node);
  const rounds = constantRounds(cx, loop);
  const loops = cx.mode === "atomic" && cx.replaying;
  const few = loops ? UNROLL_IN_REPLAY_MAX : cx.mode === "normal" ? UNROLL_MAX : ROUNDS_MAX;
  if (rounds && rounds.length <= few) return unroll(cx, node, loop.name, rounds);
  if (cx.mode !== "normal" && !loops)
    return cx.fail("LZ112", node.test ?? node, `the number of rounds, at most ${ROUNDS_MAX},`);
  cx.code.scoped(() => {
    cx.frame.names.push(new Map());
    bindLoopVariable(cx, loop);
    const start = cx.code.block();
    if (loops) start.loops = true;
    const update = cx.code.block();
    cx.region((exit) => {
      cx.code.finish({ t: "jump", to: start }, start);
      loopBody(cx, condition(cx, loop.test), () => block(cx, [node.body]), start, update, exit);
      cx.code.current = update;
      expressionStatement(cx, loop.update);
      cx.code.finish({ t: "jump", to: start }, cx.code.block());
    });
    cx.frame.names.pop();
  });
}

/** Within a round the variable does not change, so that what is computed from it need not be copied. */
function bindLoopVariable(cx: Lowering, loop: Counted): void {
  const { e, type } = rvalueOf(cx, loop.init);
  const wide = type.k === "int" ? ({ k: "int", min: type.min, max: NUMBER_MAX } as const) : type;
  const local = cx.local(loop.name, wide);
  cx.stmt({ kind: "set", local, value: e });
  defined(cx.frame.names.at(-1), "a scope is open").set(loop.name, { b: "let", local, type: wide });
}

/** The values that the variable takes, if they are known now. */
function constantRounds(cx: Lowering, loop: Counted): number[] | undefined {
  // Only looked at: what takes a step to evaluate is evaluated where it stands, and is not known now.
  const known = (e: Node): number | undefined => {
    const typed = cx.code.pure(() => quietly(cx, () => rvalueOf(cx, e)));
    return typed && constOf(typed.e);
  };
  const first = known(loop.init);
  const limit = loop.test.type === "BinaryExpression" ? known(loop.test.right) : undefined;
  if (first === undefined || limit === undefined) return undefined;
  const step = loop.update.type === "AssignmentExpression" ? known(loop.update.right) : 1;
  if (step === undefined) return undefined;
  if (step <= 0) return cx.fail("LZ105", loop.update, "the variable does not grow");
  const inclusive = loop.test.type === "BinaryExpression" && loop.test.operator === "<=";
  const rounds = Math.max(0, Math.ceil((limit + (inclusive ? 1 : 0) - first) / step));
  if (rounds > ROUNDS_MAX) return undefined;
  return Array.from({ length: rounds }, (_, i) => first + i * step);
}

function unroll(cx: Lowering, node: t.ForStatement | t.ForOfStatement, name: string, values: readonly number[]): void {
  cx.writeOut(node, values.length);
  cx.region((exit) => {
    for (const value of values) {
      if (cx.code.unreachable) return;
      cx.region((next) => {
        const val: Val = { v: "expr", e: constant(value), type: { k: "int", min: 0, max: Math.max(value, 0) } };
        cx.frame.names.push(new Map<string, Binding>([[name, { b: "val", val }]]));
        cx.frame.loops.push({ onBreak: exit, onContinue: next });
        block(cx, [node.body]);
        cx.frame.loops.pop();
        cx.frame.names.pop();
      });
    }
  });
}

function maskOf(cx: Lowering, node: Node): Expr {
  const { e, type } = rvalueOf(cx, node);
  return type.k === "mask" ? e : cx.fail("LZ109", node, "not a copy of a cpumask");
}

/** for (const cpu of for_each_cpu(mask)): ascending; or, so that CPUs can be exchanged, any of the rest is next. */
export function forOf(cx: Lowering, node: t.ForOfStatement): void {
  const { left, right } = node;
  const variable = left.type === "VariableDeclaration" ? left.declarations[0]?.id : undefined;
  const callee = right.type === "CallExpression" && right.callee.type === "Identifier" ? right.callee.name : "";
  const isConst = left.type === "VariableDeclaration" && left.kind === "const" && !node.await;
  const iterates = callee === "for_each_cpu" || callee === "for_each_possible_cpu";
  if (!isConst || variable?.type !== "Identifier" || right.type !== "CallExpression" || !iterates) {
    return cx.fail("LZ105", node, "write for (const cpu of for_each_cpu(mask))");
  }
  if (right.arguments.length !== (callee === "for_each_cpu" ? 1 : 0)) return cx.fail("LZ110", right, callee);
  if (cx.mode === "atomic" && callee === "for_each_possible_cpu") {
    return unroll(
      cx,
      node,
      variable.name,
      Array.from({ length: cx.cpus }, (_, cpu) => cpu),
    );
  }
  if (cx.mode !== "normal") return cx.fail("LZ115", node, callee);
  cx.code.scoped(() => {
    const all: Expr = { kind: "unary", op: "mask_of", a: constant(cx.cpus) };
    const masks = right.arguments.map((a) =>
      a.type === "SpreadElement" || a.type === "ArgumentPlaceholder" ? cx.fail("LZ103", a) : a,
    );
    const mask =
      callee === "for_each_cpu"
        ? cx.freeze(maskOf(cx, defined(masks[0], "for_each_cpu(mask)")), { k: "mask" }, "mask")
        : all;
    const loop = { at: right, name: variable.name, mask, body: node.body };
    if (cx.unordered) inAnyOrder(cx, loop);
    else ascending(cx, loop);
  });
}

interface CpuLoop {
  readonly at: Node;
  /** Of the variable. */
  readonly name: string;
  readonly mask: Expr;
  readonly body: t.Statement;
}

/** The body, in which the variable is the local. */
function cpuBody(cx: Lowering, { name, body }: CpuLoop, e: Expr): void {
  cx.frame.names.push(new Map<string, Binding>([[name, { b: "val", val: { v: "expr", e, type: CPU } }]]));
  block(cx, [body]);
  cx.frame.names.pop();
}

function ascending(cx: Lowering, loop: CpuLoop): void {
  const local = cx.local(loop.name, { k: "int", min: 0, max: cx.cpus });
  const e: Expr = { kind: "local", local };
  const next = (after: Expr): void =>
    cx.stmt({ kind: "set", local, value: { kind: "binary", op: "mask_next", a: loop.mask, b: after } });
  next(constant(-1));
  const start = cx.code.block();
  const update = cx.code.block();
  cx.region((exit) => {
    cx.code.finish({ t: "jump", to: start }, start);
    loopBody(cx, binary("<", e, constant(cx.cpus)), () => cpuBody(cx, loop, e), start, update, exit);
    cx.code.current = update;
    next(e);
    cx.code.finish({ t: "jump", to: start }, cx.code.block());
  });
}

function inAnyOrder(cx: Lowering, loop: CpuLoop): void {
  const left = cx.local("left", { k: "mask" });
  const rest: Expr = { kind: "local", local: left };
  const into = cx.local(loop.name, CPU);
  const e: Expr = { kind: "local", local: into };
  cx.stmt({ kind: "set", local: left, value: loop.mask });
  const start = cx.code.block();
  cx.region((exit) => {
    cx.code.finish({ t: "jump", to: start }, start);
    const some: Expr = { kind: "unary", op: "!", a: { kind: "unary", op: "mask_empty", a: rest } };
    const body = (): void => {
      const such: Expr = { kind: "binary", op: "mask_test", a: rest, b: e };
      const access = { kind: "choose", primitive: "for_each_cpu", into, count: cx.cpus, such } as const;
      cx.code.access({ access, guard: null, before: [], at: cx.at(loop.at) });
      cx.stmt({ kind: "set", local: left, value: { kind: "binary", op: "mask_del", a: rest, b: e } });
      cpuBody(cx, loop, e);
    };
    loopBody(cx, some, body, start, start, exit);
  });
}
