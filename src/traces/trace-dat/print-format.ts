// SPDX-License-Identifier: MIT
// Reads `"a=%d b=%s", REC->a, __get_str(b)`: the text that the kernel prints, and where its values come from.

import { type Expression, evaluate } from "./expression.ts";
import type { Field } from "./format.ts";

/** Stands for a conversion in `PrintFormat.text`. */
export const HOLE = "\ue000";
/** Brackets within brackets, and operators in a row: evaluating goes as deep as both together. */
const MAX_DEPTH = 60;
const MAX_ROW = 32;
const MAX_NAMES = 1024;

/** `%#06lx` is {flags: "#0", width: "6", bits: 64, letter: "x"}. */
export interface Conversion {
  readonly flags: string;
  readonly width: number;
  /** Of the number that is printed. */
  readonly bits: number;
  readonly letter: string;
  /** %pS, %ps: the letter after p. */
  readonly pointer: string;
}

export interface PrintFormat {
  readonly text: string;
  /** One for each hole. */
  readonly conversions: readonly Conversion[];
  readonly values: readonly Expression[];
}

/** C that is not understood here. */
class Unsupported extends Error {}

const TOKEN = new RegExp(
  [
    String.raw`\s*(?:"((?:[^"\\]|\\.)*)"`,
    String.raw`(0[xX][0-9a-fA-F]+|\d+)[uUlL]*`,
    String.raw`([A-Za-z_]\w*)`,
    String.raw`(->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()?:,{}[\].]))`,
  ].join("|"),
  "y",
);
const CONVERSION = /%(?:%|([-+ #0]*)(\d{0,3})(?:\.\d+)?(hh|h|ll|l|L|q|z|t|j)?([diuxXcsp])([A-Za-z]*))/g;
const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
  "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}; // biome-ignore format: a table
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
const TYPE_WORD = /^(?:unsigned|signed|long|int|short|char|void|const|bool|struct|enum|_*[us](?:8|16|32|64)|\w+_t)$/;

/** undefined if it is not understood. `longBits` is the kernel's. */
export function parsePrintFormat(source: string, fields: readonly Field[], longBits: number): PrintFormat | undefined {
  try {
    return new Parser(source, fields, longBits).parse();
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

interface Token {
  readonly kind: "string" | "number" | "word" | "sign";
  readonly text: string;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) {
    const [, string, number, word, sign] = match;
    if (string !== undefined) tokens.push({ kind: "string", text: unescaped(string) });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "sign", text: sign! });
    if (TOKEN.lastIndex >= source.length) return tokens;
  }
  throw new Unsupported();
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #longBits: number;
  #at = 0;
  #depth = 0;

  constructor(source: string, fields: readonly Field[], longBits: number) {
    this.#tokens = tokenize(source);
    this.#fields = new Map(fields.map((field) => [field.name, field]));
    this.#longBits = longBits;
  }

  parse(): PrintFormat {
    let text = this.#string();
    while (this.#tokens[this.#at]?.kind === "string") text += this.#string();
    const values: Expression[] = [];
    while (this.#take(",")) values.push(this.#expression(0));
    if (this.#at < this.#tokens.length) throw new Unsupported();
    const conversions: Conversion[] = [];
    const withHoles = text.replace(CONVERSION, (all, flags: string, width: string, length, letter, after) => {
      if (all === "%%") return "%";
      // Letters after p are part of the conversion; after anything else they are text.
      const pointer = letter === "p" ? after : "";
      conversions.push({ flags, width: Number(width), bits: this.#bits(length ?? "", letter), letter, pointer });
      return HOLE + (letter === "p" ? "" : after);
    });
    if (conversions.length !== values.length) throw new Unsupported();
    return { text: withHoles, conversions, values };
  }

  #bits(length: string, letter: string): number {
    if (length === "hh") return 8;
    if (length === "h") return 16;
    if (length === "l" || length === "z" || length === "t" || letter === "p") return this.#longBits;
    return length === "" ? 32 : 64;
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Unsupported();
    return token;
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new Unsupported();
  }

  #string(): string {
    const token = this.#next();
    if (token.kind !== "string") throw new Unsupported();
    return token.text;
  }

  /** Operators that bind at least as `least`, and at the top the ternary. */
  #expression(least: number): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Unsupported();
    let left = this.#unary();
    for (let row = 0; row < MAX_ROW; row++) {
      const token = this.#tokens[this.#at];
      const precedence = token?.kind === "sign" ? PRECEDENCE[token.text] : undefined;
      if (precedence === undefined || precedence < least) break;
      this.#at++;
      left = { op: "binary", sign: token!.text, left, right: this.#expression(precedence + 1) };
    }
    if (least === 0 && this.#take("?")) {
      const then = this.#expression(0);
      this.#expect(":");
      left = { op: "choice", if: left, then, else: this.#expression(0) };
    }
    this.#depth--;
    return left;
  }

  #unary(): Expression {
    for (const sign of ["-", "~", "!", "+"]) {
      if (this.#take(sign)) return { op: "unary", sign, of: this.#nested() };
    }
    if (!this.#take("(")) return this.#primary();
    const cast = this.#cast();
    if (cast !== undefined) return { op: "cast", ...cast, of: this.#nested() };
    const inner = this.#expression(0);
    this.#expect(")");
    return inner;
  }

  #nested(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new Unsupported();
    const inner = this.#unary();
    this.#depth--;
    return inner;
  }

  /** `unsigned long)`, after the bracket; nothing is taken if it is no type. */
  #cast(): { readonly bits: number; readonly signed: boolean } | undefined {
    const words: string[] = [];
    let at = this.#at;
    for (; this.#tokens[at]?.kind === "word" && TYPE_WORD.test(this.#tokens[at]!.text); at++) {
      words.push(this.#tokens[at]!.text);
      if (/^(?:struct|enum)$/.test(this.#tokens[at]!.text)) at++;
    }
    if (words.length === 0) return undefined;
    let pointer = false;
    for (; this.#tokens[at]?.text === "*"; at++) pointer = true;
    if (this.#tokens[at]?.text !== ")") return undefined;
    this.#at = at + 1;
    return pointer ? { bits: this.#longBits, signed: false } : this.#typeOf(words);
  }

  #typeOf(words: readonly string[]): { readonly bits: number; readonly signed: boolean } {
    const all = words.join(" ");
    const sized = /[us](8|16|32|64)\b/.exec(all);
    const signed = !/unsigned|\bbool\b|_*u(?:8|16|32|64)\b|^(?:size|dma_addr|sector|gfp|dev|umode|uid|gid)_t/.test(all);
    if (sized !== null) return { bits: Number(sized[1]), signed };
    if (/\blong\b.*\blong\b|^(?:loff|sector|dma_addr|resource_size|phys_addr)_t/.test(all)) return { bits: 64, signed };
    if (/\blong\b|^s?size_t/.test(all)) return { bits: this.#longBits, signed };
    return { bits: /\bshort\b/.test(all) ? 16 : /\b(?:char|bool)\b/.test(all) ? 8 : 32, signed };
  }

  #primary(): Expression {
    const token = this.#next();
    if (token.kind === "number") return { op: "number", value: BigInt(token.text) };
    if (token.kind === "string") return { op: "text", value: token.text };
    if (token.kind !== "word") throw new Unsupported();
    if (token.text === "REC") return this.#field();
    this.#expect("(");
    if (token.text === "__print_flags" || token.text === "__print_symbolic") return this.#names(token.text);
    const field = this.#fields.get(this.#next().text);
    this.#expect(")");
    if (field === undefined || field.located === "no") throw new Unsupported();
    if (/^__get(?:_rel)?_str$/.test(token.text)) return { op: "string", field };
    if (/^__get(?:_rel)?_(?:bitmask|cpumask)$/.test(token.text)) return { op: "bitmask", field };
    throw new Unsupported();
  }

  #field(): Expression {
    this.#expect("->");
    const field = this.#fields.get(this.#next().text);
    if (field === undefined || field.located !== "no") throw new Unsupported();
    if (!this.#take("[")) return { op: "field", field, index: field.array ? -1 : 0 };
    const index = this.#next();
    this.#expect("]");
    const element = index.kind === "number" ? Number(index.text) : Number.NaN;
    if (!field.array || !((element + 1) * field.elementSize <= field.size)) throw new Unsupported();
    return { op: "field", field, index: element };
  }

  /** `value, "|", { 1, "S" }, { 2, "D" } )` */
  #names(function_: string): Expression {
    const of = this.#expression(0);
    this.#expect(",");
    const flags = function_ === "__print_flags";
    const delimiter = flags ? this.#string() : "";
    if (flags) this.#expect(",");
    const names = [];
    do {
      this.#expect("{");
      const value = evaluate(this.#expression(0), { number: () => 0n, text: () => "", bitmask: () => "" });
      this.#expect(",");
      names.push({ value: typeof value === "bigint" ? value : 0n, name: this.#string() });
      this.#expect("}");
    } while (this.#take(",") && names.length < MAX_NAMES);
    this.#expect(")");
    return { op: flags ? "flags" : "symbolic", of, delimiter, names };
  }
}
