// SPDX-License-Identifier: MIT
// What a dialect file may consist of: every statement, expression and type is one that is named here, in every
// function, whether a scenario ever calls it or not. Says nothing about meaning; the lowering does.
import type * as t from "@babel/types";
import type { MessageCode } from "./messages.ts";
import { lookup, lookupType, type Modules } from "./modules.ts";
import { dialectFunctions, dialectTypes, dialectValues } from "./names.ts";
import type { Node, SourceFile } from "./source.ts";
import { fail, typeKey } from "./source.ts";

/** Nobody writes this by hand, and everything behind the parser is recursive. */
const DEPTH_MAX = 200;

/** In words, for messages; the others keep the parser's name. */
const WORDS: { readonly [type: string]: string } = {
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
  RegExpLiteral: "a regular expression",
  RestElement: "a rest parameter",
  SequenceExpression: "the comma operator",
  SpreadElement: "a spread",
  StringLiteral: "a text",
  SwitchStatement: "switch",
  TaggedTemplateExpression: "a tagged template",
  TemplateLiteral: "a template string",
  ThisExpression: "this",
  ThrowStatement: "throw",
  TryStatement: "try",
  TSAnyKeyword: "the type any",
  TSEnumDeclaration: "an enum",
  TSInterfaceDeclaration: "a type inside a function",
  TSModuleDeclaration: "a namespace",
  TSSatisfiesExpression: "satisfies",
  TSTypeAliasDeclaration: "a type inside a function",
  TSTypeAssertion: "a <T> cast (write `as T`)",
  UpdateExpression: "an update as a value",
  WithStatement: "with",
  YieldExpression: "yield",
};

const OPERATORS: ReadonlySet<string> = new Set(
  "=== !== == != < <= > >= + - * / % << >> & | ^ && || = += -= |= &= ++ -- !".split(" "),
);
/** Functions of the dialect whose last argument is an arrow function. */
const QUANTIFIERS: ReadonlySet<string> = new Set(["any_such", "every", "some", "count", "always", "at_end", "sometimes"]);

/** Types without parts. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([
  "TSBooleanKeyword",
  "TSNumberKeyword",
  "TSVoidKeyword",
  "TSNeverKeyword",
  "TSUnknownKeyword",
  "TSNullKeyword",
]);

export function checkFile(modules: Modules, file: SourceFile): void {
  new Checker(modules, file).run();
}

class Checker {
  private readonly modules: Modules;
  private readonly file: SourceFile;
  /** Values and types in scope, innermost last. */
  private readonly scopes: Set<string>[] = [];
  private depth = 0;
  /** In a function's body; outside of one, texts, lists and functions describe designs and scenarios. */
  private code = false;

  constructor(modules: Modules, file: SourceFile) {
    this.modules = modules;
    this.file = file;
  }

  private fail(code: MessageCode, node: Node, what: string): never {
    return fail(code, this.file, node, what);
  }

  private reject(node: Node): never {
    return this.fail("LZ103", node, WORDS[node.type] ?? `a ${node.type}`);
  }

  run(): void {
    for (const declared of this.file.declared.values()) {
      const isDialect = dialectFunctions.has(declared.name) || dialectValues.has(declared.name);
      if (isDialect || dialectTypes.has(declared.name))
        this.fail("LZ103", declared.node, `another ${declared.name}, which the dialect has already,`);
    }
    for (const statement of this.file.body) this.topLevel(statement);
    for (const local of this.file.exported.values()) {
      const node = this.file.body.find((s) => s.type === "ExportNamedDeclaration") ?? this.file.body[0];
      if (!this.file.declared.has(local) && !this.file.declared.has(typeKey(local)) && node)
        this.fail("LZ101", node, `"${local}", which is exported,`);
    }
  }

  private topLevel(node: t.Statement): void {
    switch (node.type) {
      case "ImportDeclaration":
        return this.importDeclaration(node);
      case "ExportNamedDeclaration":
        if (node.declaration) this.topLevel(node.declaration);
        return;
      case "FunctionDeclaration":
        return this.functionDeclaration(node);
      case "VariableDeclaration":
        for (const { id, init } of node.declarations) {
          if (id.type === "Identifier" && id.typeAnnotation?.type === "TSTypeAnnotation")
            this.type(id.typeAnnotation.typeAnnotation);
          if (init) this.expression(init);
        }
        return;
      case "TSInterfaceDeclaration":
        if (node.extends?.length) this.fail("LZ103", node, "extends");
        if (node.typeParameters) this.fail("LZ103", node, "a type with parameters");
        return this.members(node.body.body);
      case "TSTypeAliasDeclaration":
        if (node.typeParameters) this.fail("LZ103", node, "a type with parameters");
        return this.type(node.typeAnnotation);
      default:
        return; // declare function: its name is all that counts. What else there is, source.ts rejects.
    }
  }

  private importDeclaration(node: t.ImportDeclaration): void {
    if (node.attributes?.length || node.phase) this.fail("LZ103", node, "an import with attributes");
    for (const specifier of node.specifiers) {
      const { name } = specifier.local;
      if (specifier.type !== "ImportSpecifier") continue;
      if (!lookupType(this.modules, this.file, name)) lookup(this.modules, this.file, name);
    }
  }

  // ---- functions ----------------------------------------------------------------------------------------------------

  private functionDeclaration(node: t.FunctionDeclaration | t.ObjectMethod): void {
    if (node.async || node.generator) this.fail("LZ103", node, node.async ? "an async function" : "a generator");
    const parameters = node.typeParameters?.type === "TSTypeParameterDeclaration" ? node.typeParameters.params : [];
    this.scoped(() => {
      for (const parameter of parameters) this.declare(typeKey(parameter.name as string));
      for (const param of node.params) this.parameter(param as Node);
      if (node.returnType?.type === "TSTypeAnnotation") this.type(node.returnType.typeAnnotation);
      const outer = this.code;
      this.code = true;
      this.block(node.body);
      this.code = outer;
    });
  }

  private parameter(param: Node): void {
    if (param.type !== "Identifier") return this.reject(param);
    if (param.optional) this.fail("LZ103", param, "an optional parameter");
    if (param.name === "this") this.fail("LZ103", param, "this");
    if (param.typeAnnotation?.type !== "TSTypeAnnotation") this.fail("LZ109", param, `${param.name} has no type`);
    this.type(param.typeAnnotation.typeAnnotation);
    this.declare(param.name, param);
  }

  private declare(name: string, node?: Node): void {
    if (node && (dialectFunctions.has(name) || dialectValues.has(name)))
      this.fail("LZ103", node, `another ${name}, which the dialect has already,`);
    this.scopes.at(-1)?.add(name);
  }

  private scoped(body: () => void): void {
    this.scopes.push(new Set());
    body();
    this.scopes.pop();
  }

  /** Runs `body` one level deeper. */
  private nested(node: Node, body: () => void): void {
    if (++this.depth > DEPTH_MAX) this.fail("LZ117", node, `a nesting of ${DEPTH_MAX} levels`);
    body();
    this.depth--;
  }

  // ---- statements -----------------------------------------------------------------------------------------------------

  private block(node: t.BlockStatement): void {
    const [directive] = node.directives;
    if (directive) this.fail("LZ103", directive, "a directive");
    this.scoped(() => node.body.forEach((s) => this.statement(s)));
  }

  private statement(node: t.Statement): void {
    this.nested(node, () => this.statementOf(node));
  }

  private statementOf(node: t.Statement): void {
    switch (node.type) {
      case "BlockStatement":
        return this.block(node);
      case "EmptyStatement":
        return;
      case "ExpressionStatement":
        return this.effect(node.expression);
      case "VariableDeclaration":
        return this.declaration(node);
      case "ReturnStatement":
        if (node.argument) this.expression(node.argument);
        return;
      case "IfStatement":
        this.expression(node.test);
        this.statement(node.consequent);
        if (node.alternate) this.statement(node.alternate);
        return;
      case "WhileStatement":
        this.expression(node.test);
        return this.statement(node.body);
      case "ForStatement":
        return this.scoped(() => {
          if (node.init?.type === "VariableDeclaration") this.declaration(node.init);
          else if (node.init) this.effect(node.init);
          if (node.test) this.expression(node.test);
          if (node.update) this.effect(node.update);
          this.statement(node.body);
        });
      case "ForOfStatement":
        return this.forOf(node);
      case "BreakStatement":
      case "ContinueStatement":
        if (node.label) this.fail("LZ103", node, "a label");
        return;
      default:
        return this.reject(node);
    }
  }

  private forOf(node: t.ForOfStatement): void {
    if (node.await) this.fail("LZ103", node, "for await");
    if (node.left.type !== "VariableDeclaration") this.fail("LZ105", node, "write for (const cpu of for_each_cpu(mask))");
    this.expression(node.right);
    this.scoped(() => {
      for (const { id } of (node.left as t.VariableDeclaration).declarations) {
        if (id.type !== "Identifier") return this.reject(id);
        this.declare(id.name, id);
      }
      this.statement(node.body);
    });
  }

  private declaration(node: t.VariableDeclaration): void {
    if (node.kind !== "const" && node.kind !== "let") this.fail("LZ103", node, `a ${node.kind} declaration`);
    for (const { id, init } of node.declarations) {
      if (id.type !== "Identifier") return this.reject(id);
      if (!init) this.fail("LZ103", node, "a declaration without a value");
      if (id.typeAnnotation?.type === "TSTypeAnnotation") this.type(id.typeAnnotation.typeAnnotation);
      this.expression(init);
      this.declare(id.name, id);
    }
  }

  /** A call, or an assignment: all that an expression statement can be. */
  private effect(node: t.Expression): void {
    if (node.type === "AssignmentExpression") {
      this.operator(node, node.operator);
      if (node.left.type !== "Identifier" && node.left.type !== "MemberExpression") return this.reject(node.left);
      this.expression(node.left);
      return this.expression(node.right);
    }
    if (node.type === "UpdateExpression") return this.expression(node.argument);
    this.expression(node);
    if (node.type !== "CallExpression") this.fail("LZ103", node, "an expression without effect");
  }

  // ---- expressions ----------------------------------------------------------------------------------------------------

  private expression(node: Node): void {
    this.nested(node, () => (this.code || !this.description(node)) && this.expressionOf(node));
  }

  /** What only designs and scenarios consist of. */
  private description(node: Node): boolean {
    switch (node.type) {
      case "StringLiteral":
        return true;
      case "TemplateLiteral":
        return node.expressions.length === 0;
      case "ArrayExpression":
        for (const element of node.elements) {
          if (!element || element.type === "SpreadElement") this.fail("LZ103", node, "a list with gaps or spreads");
          this.expression(element);
        }
        return true;
      default:
        return false;
    }
  }

  private expressionOf(node: Node): void {
    switch (node.type) {
      case "NumericLiteral":
        if (!Number.isSafeInteger(node.value)) this.fail("LZ103", node, `the number ${node.value}`);
        return;
      case "BooleanLiteral":
      case "NullLiteral":
        return;
      case "Identifier":
        return this.identifier(node);
      case "ParenthesizedExpression":
      case "TSNonNullExpression":
        return this.expression(node.expression);
      case "TSAsExpression":
        this.type(node.typeAnnotation);
        return this.expression(node.expression);
      case "MemberExpression":
        if (!node.computed && node.property.type !== "Identifier") return this.reject(node.property);
        this.expression(node.object);
        if (node.computed) this.expression(node.property);
        return;
      case "UnaryExpression":
        this.operator(node, node.operator);
        return this.expression(node.argument);
      case "BinaryExpression":
      case "LogicalExpression":
        this.operator(node, node.operator);
        this.expression(node.left);
        return this.expression(node.right);
      case "ConditionalExpression":
        this.expression(node.test);
        this.expression(node.consequent);
        return this.expression(node.alternate);
      case "CallExpression":
        return this.call(node);
      case "ObjectExpression":
        return this.object(node);
      default:
        return this.reject(node);
    }
  }

  private operator(node: Node, operator: string): void {
    if (!OPERATORS.has(operator)) this.fail("LZ103", node, `the operator ${operator}`);
  }

  private isLocal(name: string): boolean {
    return this.scopes.some((scope) => scope.has(name));
  }

  private identifier({ name, ...node }: t.Identifier): void {
    const known = this.isLocal(name) || this.file.declared.has(name) || name === "undefined";
    if (!known && !dialectFunctions.has(name) && !dialectValues.has(name))
      this.fail("LZ101", node as Node, `"${name}"`);
  }

  private call(node: t.CallExpression): void {
    const { callee } = node;
    this.expression(callee);
    const name = callee.type === "Identifier" ? callee.name : "";
    const arity = dialectFunctions.get(name);
    const n = node.arguments.length;
    if (arity && (n < arity.min || n > arity.max))
      this.fail("LZ110", node, `${name}() takes ${arity.min === arity.max ? arity.min : `${arity.min} or ${arity.max}`}`);
    for (const type of node.typeParameters?.type === "TSTypeParameterInstantiation" ? node.typeParameters.params : [])
      this.type(type);
    for (const argument of node.arguments) {
      if (argument.type === "ArrowFunctionExpression" && QUANTIFIERS.has(name)) this.arrow(argument);
      else if (argument.type !== "StringLiteral") this.expression(argument);
    }
  }

  /** A predicate: (i) => expression. */
  private arrow(node: t.ArrowFunctionExpression): void {
    if (node.async) this.fail("LZ103", node, "an async function");
    const { body } = node;
    if (body.type === "BlockStatement") return this.fail("LZ103", node, "an arrow function with statements");
    this.scoped(() => {
      for (const param of node.params) {
        if (param.type !== "Identifier" || param.optional) return this.reject(param as Node);
        this.declare(param.name, param);
      }
      const outer = this.code;
      this.code = true;
      this.expression(body);
      this.code = outer;
    });
  }

  private object(node: t.ObjectExpression): void {
    const names = new Set<string>();
    for (const property of node.properties) {
      if (property.type === "SpreadElement") {
        if (this.code) this.reject(property);
        this.expression(property.argument);
        continue;
      }
      const { key } = property;
      const name = key.type === "Identifier" ? key.name : key.type === "StringLiteral" && !this.code ? key.value : "";
      if (property.computed || name === "") this.fail("LZ103", property, "a computed name");
      if (names.has(name)) this.fail("LZ103", property, `a second ${name}`);
      names.add(name);
      if (property.type === "ObjectProperty") this.fieldValue(property.value as Node);
      else if (this.code || property.kind !== "method") this.fail("LZ103", property, "a method");
      else this.functionDeclaration(property);
    }
  }

  private fieldValue(node: Node): void {
    if (this.code || node.type !== "ArrowFunctionExpression" || node.body.type !== "BlockStatement")
      return this.expression(node);
    this.functionDeclaration({ ...node, body: node.body } as unknown as t.ObjectMethod);
  }

  // ---- types ------------------------------------------------------------------------------------------------------------

  private members(members: readonly t.TSTypeElement[]): void {
    const names = new Set<string>();
    for (const member of members) {
      const plain = member.type === "TSPropertySignature" && !member.computed && member.key.type === "Identifier";
      if (!plain || !member.typeAnnotation) this.fail("LZ103", member, "this member");
      if (member.optional) this.fail("LZ103", member, "an optional field");
      const { name } = member.key as t.Identifier;
      if (names.has(name)) this.fail("LZ103", member, `a second ${name}`);
      names.add(name);
      this.type(member.typeAnnotation.typeAnnotation);
    }
  }

  private type(node: t.TSType): void {
    this.nested(node, () => this.typeOf(node));
  }

  private typeOf(node: t.TSType): void {
    switch (node.type) {
      case "TSParenthesizedType":
        return this.type(node.typeAnnotation);
      case "TSUnionType":
        return node.types.forEach((member) => this.type(member));
      case "TSTypeLiteral":
        return this.members(node.members);
      case "TSLiteralType":
        return;
      case "TSFunctionType":
        for (const param of node.parameters) {
          if (param.type !== "Identifier" || param.typeAnnotation?.type !== "TSTypeAnnotation")
            return this.reject(param as Node);
          this.type(param.typeAnnotation.typeAnnotation);
        }
        return node.typeAnnotation && this.type(node.typeAnnotation.typeAnnotation);
      case "TSTypeReference":
        return this.reference(node);
      default:
        if (!PLAIN_TYPES.has(node.type))
          this.fail("LZ103", node, WORDS[node.type] ?? `the type ${this.file.text.slice(node.start ?? 0, node.end ?? 0)}`);
    }
  }

  private reference(node: t.TSTypeReference): void {
    const name = node.typeName.type === "Identifier" ? node.typeName.name : this.reject(node);
    const args = node.typeParameters?.params ?? [];
    const wanted = dialectTypes.get(name);
    const known = this.isLocal(typeKey(name)) || this.file.declared.has(typeKey(name)) || this.imported(name);
    if (wanted === undefined && !known) this.fail("LZ101", node, `the type ${name}`);
    if (args.length !== (wanted ?? 0)) this.fail("LZ110", node, `${name} takes ${wanted ?? 0}`);
    for (const arg of args) this.type(arg);
  }

  private imported(name: string): boolean {
    return this.file.declared.get(name)?.kind === "import";
  }
}
