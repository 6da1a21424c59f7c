// SPDX-License-Identifier: MIT
// The state of checking one file: the names in scope, and how deep it is nested.
import type { MessageCode } from "../messages.ts";
import type { Modules } from "../modules.ts";
import { dialectFunctions, dialectValues } from "../names.ts";
import type { Node, SourceFile } from "../source.ts";
import { fail } from "../source.ts";

/** Nobody nests deeper by hand, and everything behind the parser is recursive. */
const DEPTH_MAX = 200;

/** In words, for messages; the others keep the parser's name. */
const WORDS: { readonly [type: string]: string } = {
  ArrayExpression: "a list",
  ArrayPattern: "destructuring",
  ArrowFunctionExpression: "an arrow function here",
  AssignmentExpression: "an assignment as a value",
  AssignmentPattern: "a default value",
  AwaitExpression: "await",
  BigIntLiteral: "a bigint",
  ClassDeclaration: "a class",
  ClassExpression: "a class",
  DebuggerStatement: "debugger",
  DoWhileStatement: "do … while",
  ForInStatement: "for … in",
  FunctionDeclaration: "a function inside a function",
  FunctionExpression: "a function as a value",
  Import: "import()",
  ImportExpression: "import()",
  LabeledStatement: "a label",
  MetaProperty: "import.meta",
  NewExpression: "new",
  ObjectPattern: "destructuring",
  OptionalCallExpression: "optional chaining",
  OptionalMemberExpression: "optional chaining",
  PrivateName: "a private name",
  RegExpLiteral: "a regular expression",
  RestElement: "a rest parameter",
  SequenceExpression: "the comma operator",
  SpreadElement: "a spread",
  StringLiteral: "a text",
  Super: "super",
  SwitchStatement: "switch",
  TaggedTemplateExpression: "a tagged template",
  TemplateLiteral: "a template string",
  ThisExpression: "this",
  ThrowStatement: "throw",
  TryStatement: "try",
  TSAnyKeyword: "the type any",
  TSEnumDeclaration: "an enum",
  TSInstantiationExpression: "a function with type arguments as a value",
  TSInterfaceDeclaration: "a type inside a function",
  TSModuleDeclaration: "a namespace",
  TSSatisfiesExpression: "satisfies",
  TSTypeAliasDeclaration: "a type inside a function",
  TSTypeAssertion: "a cast with <…>",
  UpdateExpression: "an update as a value",
  WithStatement: "with",
  YieldExpression: "yield",
};

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
    return this.fail("LZ103", node, WORDS[node.type] ?? `a ${node.type}`);
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
