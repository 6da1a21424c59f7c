// SPDX-License-Identifier: MIT
// Marks in a Program that say which statement of the source was executed, and how its conditions came out. Only a
// coverage run asks for them: then each mark is a `reach`, and the Program's witnesses are the marks.
//
// A mark never changes what is computed: it is only put where the statement has left code, behind that code.
import type * as t from "@babel/types";
import type { Lowering } from "./lower/lowering.ts";
import type { Node } from "./source.ts";
import { textOf } from "./source.ts";

export interface Mark {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly func: string;
  /** Of the statement, or of the condition that was true or false. */
  readonly text: string;
  readonly kind: "done" | "true" | "false";
}

/** Collects what one compilation, or several, have put marks on. */
export class Marks {
  /** By number, which is the name of the mark's witness. */
  readonly list: Mark[] = [];
  /** Functions and statements that were compiled, whether they left code or not; nobody looked at the others. */
  readonly compiled = new Set<Node>();
  private readonly ids = new Map<string, number>();

  idOf(mark: Mark): number {
    const key = `${mark.file}:${mark.line}:${mark.column}:${mark.kind}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.list.push(mark) - 1;
    this.ids.set(key, id);
    return id;
  }
}

/** The run that comes by here has done `node`, or has found it to be true or false. */
export function putMark(cx: Lowering, node: Node, kind: Mark["kind"]): void {
  const { marks } = cx;
  if (marks === undefined) return;
  const { line, column } = node.loc?.start ?? { line: 0, column: -1 };
  const { file } = cx;
  const id = marks.idOf({
    file: file.path,
    line,
    column: column + 1,
    func: cx.frame.decl.name.replace(/^entry of /, ""),
    text: textOf(file, node),
    kind,
  });
  const witness = cx.witnessId(`mark ${id}`, () => ({ name: `${id}`, test: null }));
  cx.marked.add(witness);
  cx.stmt({ kind: "reach", witness });
}

/** Lowers a statement, with a mark behind it if it has left code. */
export function withMarkBehind<T>(cx: Lowering, node: t.Statement, lower: () => T): T {
  cx.marks?.compiled.add(node);
  const before = cx.code.mark();
  const result = lower();
  if (cx.code.movedSince(before)) putMark(cx, node, "done");
  return result;
}

/** They are marked where they jump, or have marks inside. */
const MARKED_INSIDE: readonly string[] = [
  "BlockStatement",
  "IfStatement",
  "ReturnStatement",
  "BreakStatement",
  "ContinueStatement",
];

/** The same for any statement that is not the last of its function; a loop has it in front, as it need not end. */
export function withMark(cx: Lowering, node: t.Statement, lower: () => void): void {
  const isLoop = node.type === "WhileStatement" || node.type.startsWith("For");
  if (!isLoop && !MARKED_INSIDE.includes(node.type)) return withMarkBehind(cx, node, lower);
  cx.marks?.compiled.add(node);
  if (isLoop) putMark(cx, node, "done");
  lower();
}
