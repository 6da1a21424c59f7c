// SPDX-License-Identifier: MIT
// Expressions and statements as JavaScript. The layouts (packed, wide) say only where a cell and a local are; all else
// is printed here, once. What is printed holds names that we generate and integer literals, nothing of the source.
import { unreachable } from "../base/assert.ts";
import type { BinaryOp, Expr, Stmt, UnaryOp } from "../program/program.ts";
import type { MaskPrinter } from "./masks.ts";

/** What a layout provides. Arguments and results are JavaScript expressions. */
export interface Layout {
  readCell(cell: number, index: readonly Expr[]): string;
  /** One or more statements. */
  writeCell(cell: number, index: readonly Expr[], value: Expr): string;
  setLocal(local: number, value: Expr): string;
  /** Where locals are not variables. */
  readLocal?(local: number): string;
  readonly cpu: string;
  readonly cpus: number;
  /** Of a block's label: what is printed into the middle of another step has labels of its own. */
  label(id: number): string;
  readonly masks: MaskPrinter;
  /** For the statements that finish a step, and for the events in between. */
  raise(property: number): string;
  reach(witness: number): string;
  trace(event: number, args: readonly string[]): string;
  limit(what: string): string;
  disabled(): string;
  /** `atOnce`: the step is taken with this one. */
  goto(step: number, atOnce: boolean): string;
  end(): string;
  /** What deciding the branch does, in front of it. */
  branch?(test: Expr): string;
}

const COMPARE: { readonly [op: string]: string } = {
  "==": "===",
  "!=": "!==",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

export const local = (id: number): string => `l${id}`;

/** A number. Truth values are 0 and 1. */
export function value(layout: Layout, e: Expr): string {
  switch (e.kind) {
    case "const":
      return e.value < 0 ? `(${e.value})` : `${e.value}`;
    case "local":
      return layout.readLocal?.(e.local) ?? local(e.local);
    case "cpu":
      return layout.cpu;
    case "cell":
      return layout.readCell(e.cell, e.index);
    case "cond":
      return `(${truth(layout, e.test)}?${value(layout, e.then)}:${value(layout, e.else)})`;
    case "unary":
      return unaryValue(layout, e.op, e.a);
    case "binary":
      return isTruth(e.op)
        ? `(${truth(layout, e)}?1:0)`
        : arithmetic(layout, e.op, value(layout, e.a), value(layout, e.b));
  }
}

/** A JavaScript condition. */
export function truth(layout: Layout, e: Expr): string {
  if (e.kind === "const") return e.value ? "true" : "false";
  if (e.kind === "unary" && e.op === "!") return `!(${truth(layout, e.a)})`;
  if (e.kind === "unary" && e.op === "mask_empty") return layout.masks.empty(value(layout, e.a));
  if (e.kind === "binary") {
    if (e.op === "&&" || e.op === "||") return `(${truth(layout, e.a)}${e.op}${truth(layout, e.b)})`;
    const compare = COMPARE[e.op];
    if (compare) return `${value(layout, e.a)}${compare}${value(layout, e.b)}`;
    if (e.op === "mask_test") return layout.masks.test(value(layout, e.a), value(layout, e.b));
  }
  return `${value(layout, e)}!==0`;
}

function isTruth(op: BinaryOp): boolean {
  return op in COMPARE || op === "&&" || op === "||" || op === "mask_test";
}

function unaryValue(layout: Layout, op: UnaryOp, a: Expr): string {
  switch (op) {
    case "!":
    case "mask_empty":
      return `(${truth(layout, { kind: "unary", op, a })}?1:0)`;
    case "-":
      return `(-${value(layout, a)})`;
    case "mask_weight":
      return layout.masks.weight(value(layout, a));
    case "mask_of":
      return layout.masks.all(value(layout, a));
    default:
      return unreachable(op);
  }
}

function arithmetic(layout: Layout, op: BinaryOp, a: string, b: string): string {
  const { masks } = layout;
  switch (op) {
    // Not << and >>: a value that leaves 32 bits must be seen to leave its range.
    case "<<":
      return `Math.floor(${a}*${powerOfTwo(b)})`;
    case ">>":
      return `Math.floor(${a}/${powerOfTwo(b)})`;
    case "/":
      return `Math.trunc(${a}/${b})`;
    case "mask_add":
      return masks.add(a, b);
    case "mask_del":
      return masks.del(a, b);
    case "mask_and":
      return masks.and(a, b);
    case "mask_or":
      return masks.or(a, b);
    case "mask_andnot":
      return masks.andnot(a, b);
    case "mask_next":
      return masks.next(a, b, layout.cpus);
    default:
      return `(${a}${op}${b})`;
  }
}

function powerOfTwo(exponent: string): string {
  return /^\d{1,2}$/.test(exponent) ? `${2 ** Number(exponent)}` : `pow2(${exponent})`;
}

/** Functions that printed code may call. Powers are looked up: to shift is common, and Math.pow() slow. */
export const RUNTIME = `
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};`;

export function statements(layout: Layout, list: readonly Stmt[]): string {
  let text = "";
  for (const s of list) {
    const printed = statement(layout, s);
    text += printed;
    if (printed !== "" && leaves(s)) break;
  }
  return text;
}

/** Whether what follows is never reached. (A layout that does not look at properties prints nothing for `raise`.) */
function leaves(s: Stmt): boolean {
  return ["break", "raise", "limit", "disabled", "goto", "end"].includes(s.kind);
}

/** Without the jumps to where the end of the list leads anyway: inlined code is full of them. */
function fallingThrough(list: readonly Stmt[], ends: readonly number[]): readonly Stmt[] {
  const last = list.at(-1);
  const rest = list.slice(0, -1);
  switch (last?.kind) {
    case "break":
      return ends.includes(last.label) ? fallingThrough(rest, ends) : list;
    case "block":
      return last.again ? list : [...rest, { ...last, body: fallingThrough(last.body, [...ends, last.label]) }];
    case "if": {
      const [then, other] = [fallingThrough(last.then, ends), fallingThrough(last.else, ends)];
      return [...rest, { ...last, then, else: other }];
    }
    default:
      return list;
  }
}

function statement(layout: Layout, s: Stmt): string {
  switch (s.kind) {
    case "set":
      return layout.setLocal(s.local, s.value);
    case "put":
      return layout.writeCell(s.cell, s.index, s.value);
    case "if": {
      const front = layout.branch?.(s.test) ?? "";
      const other = s.else.length > 0 ? `else{${statements(layout, s.else)}}` : "";
      if (s.then.length === 0 && s.else.length === 0) return front;
      if (s.then.length === 0) return `${front}if(!(${truth(layout, s.test)})){${statements(layout, s.else)}}`;
      return `${front}if(${truth(layout, s.test)}){${statements(layout, s.then)}}${other}`;
    }
    case "block":
      // In a loop, a jump to its end is one out of it.
      if (s.again) return `${layout.label(s.label)}:for(;;){${statements(layout, s.body)}}`;
      return `${layout.label(s.label)}:{${statements(layout, fallingThrough(s.body, [s.label]))}}`;
    case "break":
      return `break ${layout.label(s.label)};`;
    case "raise":
      return layout.raise(s.property);
    case "reach":
      return layout.reach(s.witness);
    case "trace":
      return layout.trace(
        s.event,
        s.args.map((a) => value(layout, a)),
      );
    case "limit":
      return layout.limit(s.what);
    case "disabled":
      return layout.disabled();
    case "goto":
      return layout.goto(s.step, s.atOnce === true);
    case "end":
      return layout.end();
  }
}
