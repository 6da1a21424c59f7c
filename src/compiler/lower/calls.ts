// SPDX-License-Identifier: MIT
// Calls are expanded in place. A call of a part's hook goes to the variant that the design has chosen; a function that
// starts with instruction() becomes one atomic step.
import type * as t from "@babel/types";
import { defined } from "../../base/assert.ts";
import type { Expr, Stmt } from "../../program/program.ts";
import { lookup, lookupExport, namespaceFile } from "../modules.ts";
import type { Node } from "../source.ts";
import { fail } from "../source.ts";
import { Cutter } from "../steps.ts";
import { type DType, resolveType } from "../types.ts";
import { watchCall, watchPlace } from "../watch.ts";
import { topLevel } from "./constants.ts";
import { evaluate, rvalueOf } from "./expressions.ts";
import type { Binding, Frame, FunctionDecl, Lowering, Mode } from "./lowering.ts";
import { narrows } from "./lowering.ts";
import { rvalue, sameKind } from "./places.ts";
import { primitives } from "./primitives.ts";
import { assignedNames, block } from "./statements.ts";
import type { Val } from "./values.ts";
import { binary, constant, VOID_VAL } from "./values.ts";

export function call(cx: Lowering, node: t.CallExpression): Val {
  const { callee } = node;
  if (callee.type === "Identifier") {
    const local = cx.frame.names.some((scope) => scope.has(callee.name));
    const declared = local ? undefined : lookup(cx.types.modules, cx.file, callee.name);
    if (declared?.kind === "external" && callee.name.startsWith("trace_")) return trace(cx, callee.name, node);
    const primitive = local || declared ? undefined : primitives.get(callee.name);
    if (primitive) return primitive(cx, node, callee.name);
  }
  const target =
    callee.type === "V8IntrinsicIdentifier" || callee.type === "Super" || callee.type === "Import"
      ? cx.fail("LZ103", callee)
      : calledFunction(cx, callee);
  return expand(cx, target, evaluateArguments(cx, node), node);
}

/** Left to right: what one argument reads, a later one may change. */
function evaluateArguments(cx: Lowering, node: t.CallExpression): Val[] {
  const args = node.arguments.map((a) => ({ val: argument(cx, a), mark: cx.code.mark() }));
  return args
    .reverse()
    .map(({ val, mark }) => (val.v === "expr" ? cx.before(mark, val) : val))
    .reverse();
}

/** What is called: a function by name, a hook of a part, or a function parameter. */
function calledFunction(cx: Lowering, callee: t.Expression): FunctionDecl {
  if (callee.type === "MemberExpression" && !callee.computed && callee.property.type === "Identifier") {
    const file = moduleOf(cx, callee.object);
    if (file) {
      const declared = lookupExport(cx.types.modules, file, callee.property.name);
      if (!declared) cx.fail("LZ101", callee, `hook ${callee.property.name} in ${file.path}`);
      const val = topLevel(cx, declared, callee);
      if (val.v === "function") return val.decl;
    }
  }
  const val = evaluate(cx, callee);
  return val.v === "function"
    ? val.decl
    : cx.fail("LZ109", callee, "not a function that is known when the model is compiled");
}

/** `parts.lifetime`, `parts.broadcast!` (not every design has it), or an imported namespace. */
function moduleOf(cx: Lowering, node: t.Expression | t.Super): ReturnType<typeof namespaceFile> | undefined {
  if (node.type === "TSNonNullExpression") return moduleOf(cx, node.expression);
  if (node.type === "Identifier") {
    const declared = lookup(cx.types.modules, cx.file, node.name);
    return declared?.kind === "namespace" ? namespaceFile(cx.types.modules, declared) : undefined;
  }
  if (node.type !== "MemberExpression" || node.object.type !== "Identifier" || node.property.type !== "Identifier")
    return undefined;
  const declared = lookup(cx.types.modules, cx.file, node.object.name);
  if (declared?.name !== "parts") return undefined;
  return cx.parts.variants.get(node.property.name) ?? cx.fail("LZ111", node, `parts.${node.property.name}`);
}

function argument(cx: Lowering, node: t.CallExpression["arguments"][number]): Val {
  if (node.type === "SpreadElement" || node.type === "ArgumentPlaceholder") return cx.fail("LZ103", node);
  const val = evaluate(cx, node);
  const isPlace = val.v === "place" && ["cpumask", "atomic", "spinlock"].includes(val.type.k);
  if (val.v === "place" && !isPlace) return { v: "expr", ...rvalue(cx, val, node) };
  return val;
}

function trace(cx: Lowering, name: string, node: t.CallExpression): Val {
  const args = node.arguments.map((a) => rvalueOf(cx, a).e);
  watchCall(cx, name);
  traceEvent(cx, name.slice("trace_".length), args, node);
  return VOID_VAL;
}

/** With probes, an event is a step of its own: whoever runs the code stops there and looks. */
function traceEvent(cx: Lowering, name: string, args: readonly Expr[], node: Node): void {
  if (cx.probes.size > 0 && cx.mode === "normal")
    cx.code.access({ access: { kind: "none" }, guard: null, before: [], at: cx.at(node) });
  cx.stmt({ kind: "trace", event: cx.eventId(name), args });
}

/** A call of a function that has a probe on its entry and its return. */
function probed(cx: Lowering, decl: FunctionDecl, args: readonly Val[], node: Node, call: () => Val): Val {
  const values = args.map((arg, i) => {
    // A function is told by its name, which is numbered as events are, but from 1 on: NULL is 0 or, as void *, -1.
    if (arg.v === "function") return constant(cx.eventId(arg.decl.name) + 1);
    if (arg.v !== "expr") return constant(0);
    return cx.freeze(passed(arg, declaredType(cx, decl, decl.node.params[i])), arg.type, "argument");
  });
  traceEvent(cx, `p:${decl.name}`, values, node);
  const result = call();
  const value = result.v === "expr" ? cx.freeze(result.e, result.type, "result") : constant(0);
  traceEvent(cx, `r:${decl.name}`, [value], node);
  return result.v === "expr" ? { ...result, e: value } : result;
}

/** Expands a call of `decl`. */
export function expand(cx: Lowering, decl: FunctionDecl, args: readonly Val[], node: Node): Val {
  const body = cx.rewrittenOf(decl);
  if (cx.stack.some((f) => f.decl === decl)) cx.fail("LZ106", node, decl.name);
  if (args.length !== body.params.length) cx.fail("LZ110", node, `${decl.name}() takes ${body.params.length}`);
  cx.writeOut(node, 1);
  cx.marks?.compiled.add(decl.node);
  watchCall(cx, decl);
  if (cx.probes.has(decl.name) && cx.mode === "normal")
    return probed(cx, decl, args, node, () => expandBody(cx, decl, body, args, node));
  return expandBody(cx, decl, body, args, node);
}

function expandBody(
  cx: Lowering,
  decl: FunctionDecl,
  body: FunctionDecl["node"],
  args: readonly Val[],
  node: Node,
): Val {
  const marker = instructionMarker(body);
  if (marker && cx.mode === "normal")
    return instruction(cx, decl, body, args, node, marker === "serialising_instruction");
  return inline(cx, decl, body, args, node);
}

export function instructionMarker(node: t.FunctionDeclaration): string | undefined {
  const first = node.body.body[0];
  if (first?.type !== "ExpressionStatement" || first.expression.type !== "CallExpression") return undefined;
  const { callee } = first.expression;
  const name = callee.type === "Identifier" ? callee.name : "";
  return name === "instruction" || name === "serialising_instruction" ? name : undefined;
}

type Declaration = FunctionDecl["node"]["params"][number] | undefined;

function declaredType(cx: Lowering, decl: FunctionDecl, param: Declaration): DType | undefined {
  const annotation = param?.type === "Identifier" ? param.typeAnnotation : undefined;
  return annotation?.type === "TSTypeAnnotation"
    ? resolveType(cx.types, decl.file, annotation.typeAnnotation)
    : undefined;
}

/** An argument as the parameter has it: of a frame that came as void *, what as_void() made of it. */
function passed(arg: { readonly e: Expr; readonly type: DType }, type: DType | undefined): Expr {
  return arg.type.k === "voidstar" && type?.k === "frameref" ? binary("-", arg.e, constant(1)) : arg.e;
}

function bindParameters(
  cx: Lowering,
  decl: FunctionDecl,
  node: t.FunctionDeclaration,
  args: readonly Val[],
  at: Node,
): Map<string, Binding> {
  const names = new Map<string, Binding>();
  const assigned = assignedNames(node);
  for (const [i, param] of node.params.entries()) {
    if (param.type !== "Identifier") cx.fail("LZ103", param, "this parameter");
    const arg = defined(args[i], "arity is checked");
    if (arg.v !== "expr") {
      const kind = (arg.v === "place" ? declaredType(cx, decl, param)?.k : undefined) ?? "voidstar";
      if (arg.v === "place" && kind !== "voidstar" && kind !== arg.type.k)
        cx.fail(
          "LZ109",
          at,
          `${decl.name}(${param.name}): not ${arg.type.k === "atomic" ? "an atomic" : `a ${arg.type.k}`}`,
        );
      names.set(param.name, { b: "val", val: arg });
      continue;
    }
    const meant = declaredType(cx, decl, param) ?? arg.type;
    // The caller's range is the better one, unless the parameter gives an untyped value its meaning (info, null).
    const opaque = meant.k === "voidstar" || meant.k === "int";
    const type = opaque && arg.type.k !== "voidstar" && !narrows(cx, meant, arg.type) ? arg.type : meant;
    sameKind(cx, type, arg.type, at);
    const e = passed(arg, type);
    if (assigned.has(param.name)) {
      const local = cx.local(param.name, type);
      cx.mutable.add(local);
      cx.stmt({ kind: "set", local, value: e });
      names.set(param.name, { b: "let", local, type });
    } else names.set(param.name, { b: "val", val: { v: "expr", e: cx.limited(e, arg.type, type, param.name), type } });
  }
  return names;
}

function inline(cx: Lowering, decl: FunctionDecl, node: t.FunctionDeclaration, args: readonly Val[], at: Node): Val {
  return cx.code.scoped(() => {
    const names = bindParameters(cx, decl, node, args, at);
    const only = node.body.body[0];
    if (node.body.body.length === 1 && only?.type === "ReturnStatement" && only.argument) {
      return inlineExpression(cx, decl, names, only.argument);
    }
    let result: Val = VOID_VAL;
    cx.region((exit) => {
      const frame: Frame = { decl, file: decl.file, exit, names: [names], result: undefined, loops: [] };
      cx.stack.push(frame);
      const tail = block(cx, node.body.body, true);
      result = tail ?? frame.result ?? VOID_VAL;
      if (frame.result && !tail && !cx.code.unreachable)
        fail("LZ109", decl.file, node, `${decl.name}() may end without a value`);
      cx.stack.pop();
    });
    return result;
  });
}

/** A function that is one expression: it may denote a place (mm_cpumask), and stays pure in predicates. */
function inlineExpression(
  cx: Lowering,
  decl: FunctionDecl,
  names: Map<string, Binding>,
  expression: t.Expression,
): Val {
  cx.stack.push({ decl, file: decl.file, exit: cx.code.current, names: [names], result: undefined, loops: [] });
  watchPlace(cx, decl.node);
  const val = evaluate(cx, expression);
  cx.stack.pop();
  return val;
}

/** One atomic step: the body runs in it as a whole. */
function instruction(
  cx: Lowering,
  decl: FunctionDecl,
  node: t.FunctionDeclaration,
  args: readonly Val[],
  at: Node,
  serialising: boolean,
): Val {
  const frozen = args.map((a) => (a.v === "expr" ? { ...a, e: cx.freeze(a.e, a.type, "argument") } : a));
  const mode = cx.replaying ? "atomic" : "instruction";
  const { entry, exit, result } = inMode(cx, mode, () => inline(cx, decl, node, frozen, at));
  const body = new Cutter(cx.code).instruction(entry, exit);
  if (waitsAfterChange(body))
    cx.fail("LZ115", at, `${decl.name}(): when() after the instruction has changed something`);
  const access = { kind: "instruction", primitive: decl.name, serialising, body } as const;
  cx.code.access({ access, guard: null, before: [], at: cx.at(at) });
  return result;
}

/** An instruction either happens or does not: a run to completion (emit/wide) tries it again from its start. */
function waitsAfterChange(body: readonly Stmt[]): boolean {
  let changed = false;
  const visit = (list: readonly Stmt[]): boolean =>
    list.some((s) => {
      if (s.kind === "put" || s.kind === "trace") changed = true;
      if (s.kind === "if") return visit(s.then) || visit(s.else);
      return s.kind === "block" ? visit(s.body) : s.kind === "disabled" && changed;
    });
  return visit(body);
}

/** Lowers `build` apart from the current code; its result must not depend on cells any more. */
export function inMode(
  cx: Lowering,
  mode: Mode,
  build: () => Val,
): { entry: ReturnType<Lowering["code"]["block"]>; exit: typeof entry; result: Val } {
  const { current } = cx.code;
  const saved = cx.mode;
  const depth = cx.code.open.length;
  const entry = cx.code.block();
  cx.mode = mode;
  cx.code.current = entry;
  let result = build();
  if (result.v === "expr") result = { ...result, e: cx.freeze(result.e, result.type, "result") };
  const exit = cx.code.block();
  cx.code.finish({ t: "jump", to: exit }, exit);
  exit.term = { t: "end" };
  cx.code.current = current;
  cx.mode = saved;
  cx.code.open.length = depth;
  if (result.v === "expr" && result.e.kind === "local" && result.e.local >= depth) cx.code.open.push(result.e.local);
  return { entry, exit, result };
}

/** call_func(func, info): whichever of the functions that are ever stored as a callback. */
export function callIndirect(cx: Lowering, func: Expr, info: Expr, node: Node): void {
  const join = cx.code.block();
  for (let id = 1; id <= cx.callbacks.length; id++) {
    const decl = defined(cx.callbacks[id - 1], "in range");
    const then = cx.code.block();
    const next = cx.code.block();
    cx.code.finish({ t: "branch", test: binary("==", func, constant(id)), then, else: next, join }, then);
    expand(cx, decl, [{ v: "expr", e: info, type: { k: "voidstar" } }], node);
    cx.code.finish({ t: "jump", to: join }, next);
  }
  cx.seeCallbacks();
  cx.code.finish({ t: "jump", to: join }, join);
}
