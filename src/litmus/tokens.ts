// SPDX-License-Identifier: MIT
// Words, numbers and signs: what the initial state, the condition and C programs are made of.
import { syntax, unsupported } from "./problem.ts";

export interface Token {
  readonly kind: "name" | "number" | "sign" | "end";
  readonly text: string;
  readonly offset: number;
}

const NAME = /[A-Za-z_][\w.]*/u.source;
const NUMBER = /0[xX][0-9a-fA-F]+|\d+/u.source;
const SIGN = /\/\\|\\\/|=>|==|!=|<>|<=|>=|&&|\|\||<<|>>|->|\+\+|--|[-+*/%&|^]=|\S/u.source;
const TOKEN = new RegExp(`\\s*(?:(${NAME})|(${NUMBER})|(${SIGN}))`, "uy");

/** Numbers beyond this are not told apart from addresses (ADDRESS_BASE in test.ts). */
export const LARGEST_NUMBER = 2 ** 20 - 1;

export class Cursor {
  private readonly text: string;
  private readonly end: number;
  private at: number;
  private token: Token;

  /** Reads text[from … to). */
  constructor(text: string, from: number, to: number) {
    this.text = text;
    this.end = to;
    this.at = from;
    this.token = this.scan();
  }

  get offset(): number {
    return this.token.offset;
  }

  peek(): Token {
    return this.token;
  }

  next(): Token {
    const { token } = this;
    this.token = this.scan();
    return token;
  }

  is(text: string): boolean {
    return this.token.kind !== "end" && this.token.text === text;
  }

  /** Reads `text` if it comes next. */
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  expect(text: string, what = `'${text}'`): void {
    if (!this.take(text)) this.fail(what);
  }

  name(what: string): string {
    return this.token.kind === "name" ? this.next().text : this.fail(what);
  }

  fail(expected: string): never {
    const found = this.token.kind === "end" ? "the end" : `'${this.token.text}'`;
    return syntax(this.token.offset, `expected ${expected}, found ${found}`);
  }

  number(): number {
    if (this.token.kind !== "number") this.fail("a number");
    const { text, offset } = this.next();
    return numberOf(text, offset);
  }

  /** A number with an optional sign. */
  signed(): number {
    const negative = this.take("-");
    return negative ? -this.number() : this.number();
  }

  /** A position to come back to. */
  mark(): { readonly at: number; readonly token: Token } {
    return { at: this.at, token: this.token };
  }

  reset(mark: { readonly at: number; readonly token: Token }): void {
    this.at = mark.at;
    this.token = mark.token;
  }

  private scan(): Token {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (match === null || TOKEN.lastIndex > this.end) {
      const rest = this.text.slice(this.at, this.end);
      return { kind: "end", text: "", offset: this.at + rest.search(/\s*$/) };
    }
    this.at = TOKEN.lastIndex;
    const [, name, number, sign] = match;
    const text = name ?? number ?? sign ?? "";
    const kind = name !== undefined ? "name" : number !== undefined ? "number" : "sign";
    return { kind, text, offset: this.at - text.length };
  }
}

export function numberOf(text: string, offset: number): number {
  const value = Number(text);
  if (!Number.isInteger(value)) syntax(offset, `expected a number, found '${text}'`);
  if (Math.abs(value) > LARGEST_NUMBER) unsupported(offset, `the number ${text}: at most ${LARGEST_NUMBER}`);
  return value;
}
