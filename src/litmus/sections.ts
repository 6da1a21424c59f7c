// SPDX-License-Identifier: MIT
// A litmus file is a head line, metadata, an initial state in braces, a program, and a condition. Finds the parts;
// comments become blanks, so that every offset stays what it was.
import { syntax, unsupported } from "./problem.ts";
import type { Arch } from "./test.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Sections {
  readonly arch: Arch;
  readonly name: string;
  /** The file without its comments: all spans refer to it. */
  readonly text: string;
  readonly init: Span;
  readonly program: Span;
  readonly condition: Span;
}

const ARCHITECTURES: readonly string[] = ["X86", "X86_64", "AArch64", "C"] satisfies Arch[];
/** Known to be architectures of other tools' tests: not a damaged file. */
const OTHERS = ["PPC", "ARM", "RISCV", "MIPS", "LISA", "BPF", "CPP", "PTX", "ASL", "JAVA", "Bell"];
const HEAD = /^\s*(\w+)[ \t]+([^\s(;"]+)/;
const CONDITION = /(?:~\s*exists|\bnot\s+exists|\bexists|\bforall|\bfinal|\blocations|\bfilter|\b[oO]bserved)\b/g;

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** Blanks (* comments *), which nest. */
function withoutComments(text: string, from: number, to: number): string {
  let start = text.indexOf("(*", from);
  if (start < 0 || start >= to) return text;
  let result = text.slice(0, from);
  let kept = from;
  while (start >= 0 && start < to) {
    const end = endOfComment(text, start, to);
    result += text.slice(kept, start) + blank(text.slice(start, end));
    kept = end;
    start = text.indexOf("(*", end);
  }
  return result + text.slice(kept);
}

function endOfComment(text: string, start: number, to: number): number {
  const mark = /\(\*|\*\)/g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(text); match !== null && match.index < to; match = mark.exec(text)) {
    depth += match[0] === "(*" ? 1 : -1;
    if (depth === 0) return match.index + 2;
  }
  return syntax(start, "this comment has no end: expected '*)'");
}

/** C: in code "(*" is an expression, and comments are C's. */
function withoutCComments(text: string, from: number): string {
  const body = text.slice(from).replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, blank);
  const open = body.indexOf("/*");
  if (open >= 0) syntax(from + open, "this comment has no end: expected '*/'");
  return text.slice(0, from) + body;
}

function readHead(text: string): { arch: Arch; name: string; end: number } {
  const [all, arch, name] = HEAD.exec(text) ?? [];
  if (all === undefined || arch === undefined || name === undefined) {
    return syntax(0, `expected an architecture (${ARCHITECTURES.join(", ")}) and the name of the test`);
  }
  if (!ARCHITECTURES.includes(arch)) {
    const offset = text.indexOf(arch);
    if (OTHERS.includes(arch)) unsupported(offset, `the architecture ${arch}: known are ${ARCHITECTURES.join(", ")}`);
    syntax(offset, `expected an architecture (${ARCHITECTURES.join(", ")}), found '${arch}'`);
  }
  return { arch: arch as Arch, name: name.replace(/\.litmus$/, ""), end: all.length };
}

/** What the first line says, as far as it can be read: the file may be damaged. */
export function headOf(text: string): { readonly arch: string; readonly name: string } | undefined {
  const [, arch, name] = HEAD.exec(text) ?? [];
  return arch === undefined || name === undefined ? undefined : { arch, name: name.replace(/\.litmus$/, "") };
}

/** From the first brace behind the metadata to the one that closes it. */
function findInit(text: string, from: number): Span {
  const line = /"[^"]*"|^[ \t]*\w+[ \t]*=[^\n]*$|\{/gm;
  line.lastIndex = from;
  let match = line.exec(text);
  while (match !== null && match[0] !== "{") {
    // Virtual memory, self-modifying code, tags: what else the machine is to be.
    const variant = /^\s*Variant\s*=\s*(.*?)\s*$/.exec(match[0])?.[1];
    if (variant !== undefined) unsupported(match.index, `the variant '${variant}'`);
    match = line.exec(text);
  }
  if (match === null) return syntax(from, "expected the initial state: '{', what it sets, '}'");
  let depth = 0;
  for (let at = match.index; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return { from: match.index + 1, to: at };
  }
  return syntax(match.index, "the initial state has no end: expected '}'");
}

export function splitSections(file: string): Sections {
  const { arch, name, end } = readHead(file);
  const isC = arch === "C";
  let text = isC ? file : withoutComments(file, end, file.length);
  if (isC) {
    // Only the head may hold comments of this form: the rest waits until it is known where the code ends.
    const brace = /^[ \t]*\{/m.exec(file.slice(end));
    const code = brace === null ? file.length : end + brace.index;
    text = withoutComments(file, end, code);
  }
  const init = findInit(text, end);
  if (isC) text = withoutCComments(text, init.to);
  CONDITION.lastIndex = init.to;
  const start = CONDITION.exec(text)?.index ?? text.length;
  if (isC) text = withoutComments(withoutComments(text, init.from, init.to), start, text.length);
  const stop = text.indexOf("<<", start);
  return {
    arch,
    name,
    text,
    init,
    program: { from: init.to + 1, to: start },
    condition: { from: start, to: stop < 0 ? text.length : stop },
  };
}
