// SPDX-License-Identifier: MIT
// The state of checking one file: the names in scope, and how deep it is nested.
import type { MessageCode } from "../messages.ts";
import type { Modules } from "../modules.ts";
import { dialectFunctions, dialectValues } from "../names.ts";
import type { Node, SourceFile } from "../source.ts";
import { fail } from "../source.ts";
import { wordFor } from "../words.ts";

/** Nobody nests deeper by hand, and everything behind the parser is recursive. */
const DEPTH_MAX = 200;

export class Check {
  readonly modules: Modules;
  readonly file: SourceFile;
  /** In a function's body. Outside of one, texts, lists and functions describe designs and scenarios. */
  code = false;
  private readonly scopes: Set<string>[] = [];
  private depth = 0;

  constructor(modules: Modules, file: SourceFile) {
    this.modules = modules;
    this.file = file;
  }

  fail(code: MessageCode, node: Node, what: string): never {
    return fail(code, this.file, node, what);
  }

  reject(node: Node): never {
    return this.fail("LZ103", node, wordFor(node));
  }

  declare(name: string, node?: Node): void {
    if (node && (dialectFunctions.has(name) || dialectValues.has(name))) this.taken(name, node);
    this.scopes.at(-1)?.add(name);
  }

  /** The compiler tells some names of the dialect by their spelling. */
  taken(name: string, node: Node): never {
    return this.fail("LZ103", node, `another ${name} beside the dialect's own`);
  }

  isLocal(name: string): boolean {
    return this.scopes.some((scope) => scope.has(name));
  }

  scoped(body: () => void): void {
    this.scopes.push(new Set());
    body();
    this.scopes.pop();
  }

  /** Runs `body` as code of a function. */
  inCode(body: () => void): void {
    const outer = this.code;
    this.code = true;
    this.scoped(body);
    this.code = outer;
  }

  /** Runs `body` one level deeper. */
  nested(node: Node, body: () => void): void {
    if (++this.depth > DEPTH_MAX) this.fail("LZ117", node, `a nesting of more than ${DEPTH_MAX} levels`);
    body();
    this.depth--;
  }
}
