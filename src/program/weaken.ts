// SPDX-License-Identifier: MIT
// What orders the accesses of a Program, place by place in its source, and the same Program with less order at one of
// them. Calls are expanded in place, so that one place may be many steps: they are weakened together.
import { defined } from "../base/assert.ts";
import type { Access, Code, Program, SourceRef, Step } from "./program.ts";

/** What is left of an ordering access. */
export type Form = "dropped" | "once" | "not serialising" | "relaxed" | "acquire" | "release";

/** A place in the source that orders accesses, as written there. */
export interface Barrier extends Pick<SourceRef, "line" | "column" | "func" | "text"> {
  readonly file: string;
  /** The kernel's name: `smp_mb`. */
  readonly primitive: string;
  /** `fence mb`, `rmw full`, `instruction serialising`, …: kind and order of the access. */
  readonly order: string;
  /** What it can be weakened to, from weakest on; never empty. */
  readonly forms: readonly Form[];
}

/** Where a Program is weakened. `access` stands where `codes[code].steps[step].access` was. */
export interface Edit {
  readonly code: number;
  readonly step: number;
  readonly access: Access;
}

/** The weaker forms of an access, from weakest on (of two that cannot be compared, either); none: it orders nothing. */
function formsOf(access: Access): readonly Form[] {
  switch (access.kind) {
    case "fence":
      return ["dropped"];
    case "load":
    case "await":
      return access.order === "acquire" || access.order === "acquire_pc" ? ["once"] : [];
    case "store":
    case "store_exclusive":
      return access.order === "release" ? ["once"] : [];
    case "rmw":
      if (access.order === "full") return ["relaxed", "acquire", "release"];
      return access.order === "relaxed" ? [] : ["relaxed"];
    case "instruction":
      return access.serialising ? ["not serialising"] : [];
    default:
      return [];
  }
}

/** The access in a weaker form, or undefined if that is none of its forms. */
function weakenedAccess(access: Access, form: Form): Access | undefined {
  if (!formsOf(access).includes(form)) return undefined;
  switch (access.kind) {
    case "fence":
      return { kind: "none" };
    case "load":
    case "await":
    case "store":
    case "store_exclusive":
      return { ...access, order: "once" };
    case "rmw":
      return form === "acquire" || form === "release" || form === "relaxed" ? { ...access, order: form } : undefined;
    case "instruction":
      return { ...access, serialising: false };
    default:
      return undefined;
  }
}

function orderOf(access: Access): string {
  if (access.kind === "instruction") return "instruction serialising";
  return "order" in access ? `${access.kind} ${access.order}` : access.kind;
}

function barrierOf(sources: Program["sources"], { at, access }: Step): Barrier | undefined {
  const forms = formsOf(access);
  if (forms.length === 0 || !("primitive" in access)) return undefined;
  const { line, column, func, text } = at;
  const file = defined(sources[at.source], "sources are listed");
  return { file, line, column, func, text, primitive: access.primitive, order: orderOf(access), forms };
}

/** Two barriers are one if this is the same. */
export function barrierKey({ file, line, column, primitive, order }: Barrier): string {
  return `${file}:${line}:${column} ${primitive} ${order}`;
}

export function compareBarriers(a: Barrier, b: Barrier): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.order < b.order ? -1 : Number(a.order > b.order));
}

/** All barriers and ordering accesses of some code, each once, in the order of the source. */
export function barriersOf({ sources, codes }: Pick<Program, "sources" | "codes">): Barrier[] {
  const found = new Map<string, Barrier>();
  for (const step of codes.flatMap((code) => code.steps)) {
    const barrier = barrierOf(sources, step);
    if (barrier) found.set(barrierKey(barrier), barrier);
  }
  return [...found.values()].sort(compareBarriers);
}

/** What is to be changed to weaken one barrier: nothing if the Program has no such place. */
export function editsOf(program: Program, barrier: Barrier, form: Form): Edit[] {
  const key = barrierKey(barrier);
  return program.codes.flatMap((code, c) =>
    code.steps.flatMap((step, s): Edit[] => {
      const own = barrierOf(program.sources, step);
      const access = own && barrierKey(own) === key ? weakenedAccess(step.access, form) : undefined;
      return access ? [{ code: c, step: s, access }] : [];
    }),
  );
}

/** The Program with these steps changed; each says so in its text. */
export function withEdits(program: Program, edits: readonly Edit[], form: Form): Program {
  const codes = [...program.codes];
  for (const { code: c, step: s, access } of edits) {
    const code = defined(codes[c], "edits name codes");
    const step = defined(code.steps[s], "edits name steps");
    const at = { ...step.at, text: `${step.at.text} [${form}]` };
    codes[c] = { ...code, steps: code.steps.with(s, { ...step, at, access }) };
  }
  return { ...program, codes };
}

/** The Program with a witness for each barrier, behind its own: reached where a step of the barrier has been taken. */
export function withMarks(program: Program, barriers: readonly Barrier[]): Program {
  const first = program.witnesses.length;
  const marks = new Map(barriers.map((barrier, i) => [barrierKey(barrier), first + i]));
  const marked = (step: Step): Step => {
    const barrier = barrierOf(program.sources, step);
    const witness = barrier && marks.get(barrierKey(barrier));
    return witness === undefined ? step : { ...step, body: [{ kind: "reach", witness }, ...step.body] };
  };
  const codes = program.codes.map((code): Code => ({ ...code, steps: code.steps.map(marked) }));
  const witnesses = [...program.witnesses, ...barriers.map((b) => ({ name: barrierKey(b), test: null }))];
  return { ...program, codes, witnesses };
}
