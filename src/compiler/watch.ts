// SPDX-License-Identifier: MIT
// What a run of the compiled code comes by, and what its statements do: for whoever asks what a change of the source
// could have made different there (jobs/conform-mutants.ts). Asked for, each place gets a `reach` of its own; the code
// computes what it did before.
import type * as t from "@babel/types";
import type { Access, Expr, Program, Stmt } from "../program/program.ts";
import type { Mark } from "./cfg.ts";
import type { FunctionDecl, Lowering } from "./lower/lowering.ts";
import type { Node } from "./source.ts";
import { keyOf } from "./types.ts";

/** What a statement does that somebody else could notice, its calls included. Waiting and ordering are not in it. */
export interface Effects {
  /** Names of cells that it writes, but for locks. */
  readonly writes: Set<string>;
  readonly events: Set<string>;
  /** It says what comes next in its function, or what a variable holds that outlives it. */
  readonly decides: boolean;
}

/** Collects what one compilation has met. */
export class Watch {
  /** Functions and statements that are part of the program. */
  readonly compiled = new Set<Node>();
  /** By function, as path#name: those that it calls, and its tracepoints. */
  readonly calls = new Map<string, Set<string>>();
  /** Statements, right operands of && and ||, functions of one expression: by number. */
  readonly passed = new Map<Node, number>();
  /** Comparisons whose two sides were equal. */
  readonly equal = new Map<Node, number>();
  readonly effects = new Map<Node, Effects>();
  /** Above 0: code in which nothing may be added. */
  quiet = 0;

  /** No constant leaves out a part of the statement: the effects are those of all of it. */
  isWhole(node: t.Statement): boolean {
    if (node.type === "BlockStatement") return node.body.every((one) => this.isWhole(one));
    if (node.type === "EmptyStatement") return true;
    if (!this.compiled.has(node)) return false;
    if (node.type === "IfStatement")
      return this.isWhole(node.consequent) && (!node.alternate || this.isWhole(node.alternate));
    const inside =
      node.type === "WhileStatement" || node.type.startsWith("For") ? (node as t.WhileStatement).body : null;
    return inside === null || this.isWhole(inside);
  }

  /** The numbers of what a run has come by: `reached` says it by witness of the program. */
  numbers({ witnesses }: Program, reached: ArrayLike<number>): Set<number> {
    return new Set(witnesses.flatMap(({ name }, witness) => (reached[witness] === 1 ? [Number(name)] : [])));
  }
}

function witnessFor(cx: Lowering, places: Map<Node, number>, node: Node): number {
  const { watch } = cx;
  const number = places.get(node) ?? (watch ? watch.passed.size + watch.equal.size : 0);
  places.set(node, number);
  const witness = cx.witnessId(`watch ${number}`, () => ({ name: `${number}`, test: null }));
  cx.marked.add(witness);
  return witness;
}

/** Predicates do nothing, and walkers have one step. */
function mayAdd(cx: Lowering): boolean {
  return !cx.pure && cx.mode !== "walker" && cx.watch?.quiet === 0;
}

/** The run comes to this place. */
export function watchPlace(cx: Lowering, node: Node): void {
  if (cx.watch === undefined || !mayAdd(cx)) return;
  cx.stmt({ kind: "reach", witness: witnessFor(cx, cx.watch.passed, node) });
}

/** The run compares two numbers. */
export function watchComparison(cx: Lowering, node: t.BinaryExpression, a: Expr, b: Expr): void {
  if (cx.watch === undefined || !mayAdd(cx)) return;
  const witness = witnessFor(cx, cx.watch.equal, node);
  const test: Expr = { kind: "binary", op: "==", a, b };
  cx.stmt({ kind: "if", test, then: [{ kind: "reach", witness }], else: [] });
}

/** Lowers what must leave no code behind. */
export function quietly<T>(cx: Lowering, lower: () => T): T {
  const { watch } = cx;
  if (watch === undefined) return lower();
  watch.quiet++;
  try {
    return lower();
  } finally {
    watch.quiet--;
  }
}

/** Of a function, or of a tracepoint by its name. */
export function watchCall(cx: Lowering, callee: FunctionDecl | string): void {
  const { watch } = cx;
  if (watch === undefined) return;
  if (typeof callee !== "string") watch.compiled.add(callee.node);
  const caller = keyOf(cx.frame.decl);
  const known = watch.calls.get(caller) ?? new Set();
  watch.calls.set(caller, known.add(typeof callee === "string" ? callee : keyOf(callee)));
}

/** Lowers a statement, and notes that a run comes by, and what it does. */
export function watchStatement<T>(cx: Lowering, node: t.Statement, lower: () => T): T {
  const { watch, code } = cx;
  if (watch === undefined) return lower();
  watch.compiled.add(node);
  watchPlace(cx, node);
  const before = code.mark();
  const blocks = code.blocks.length;
  const result = lower();
  const effects = watch.effects.get(node) ?? { writes: new Set(), events: new Set(), decides: decides(node) };
  watch.effects.set(node, effects);
  noteSince(cx, before, blocks, effects);
  return result;
}

function noteSince(cx: Lowering, { block, index }: Mark, blocks: number, effects: Effects): void {
  const instrs = [block.instrs.slice(index), ...cx.code.blocks.slice(blocks).map((b) => b.instrs)].flat();
  for (const instr of instrs) {
    if (instr.i === "stmt") noteStmt(cx, instr.stmt, effects);
    else noteAccess(cx, instr.access, effects);
  }
}

function noteWrite(cx: Lowering, cell: number, { writes }: Effects): void {
  const record = cx.cells[cell];
  if (record !== undefined && record.type.k !== "spinlock") writes.add(record.name);
}

function noteStmt(cx: Lowering, stmt: Stmt, effects: Effects): void {
  if (stmt.kind === "put") noteWrite(cx, stmt.cell, effects);
  else if (stmt.kind === "trace") effects.events.add(cx.events[stmt.event] ?? "");
  else if (stmt.kind === "if") for (const s of [...stmt.then, ...stmt.else]) noteStmt(cx, s, effects);
  else if (stmt.kind === "block") for (const s of stmt.body) noteStmt(cx, s, effects);
}

function noteAccess(cx: Lowering, access: Access, effects: Effects): void {
  if (access.kind === "instruction") for (const s of access.body) noteStmt(cx, s, effects);
  else if ("place" in access && access.kind !== "load" && access.kind !== "await")
    noteWrite(cx, access.place.cell, effects);
}

const LEAVING: readonly string[] = ["ReturnStatement", "BreakStatement", "ContinueStatement"];

function decides(statement: t.Statement): boolean {
  const own = new Set<string>();
  const assigned = new Set<string>();
  let leaves = statement.type === "VariableDeclaration";
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const one = node as t.Node;
    leaves ||= LEAVING.includes(one.type);
    if (one.type === "VariableDeclarator" && one.id.type === "Identifier") own.add(one.id.name);
    if (one.type === "AssignmentExpression" && one.left.type === "Identifier") assigned.add(one.left.name);
    if (one.type === "UpdateExpression" && one.argument.type === "Identifier") assigned.add(one.argument.name);
    for (const [key, child] of Object.entries(node)) if (key !== "loc") visit(child);
  };
  visit(statement);
  return leaves || [...assigned].some((name) => !own.has(name));
}
