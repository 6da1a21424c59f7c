// SPDX-License-Identifier: MIT
// Designs and scenarios as their files describe them: object literals, read as data.
import type * as t from "@babel/types";
import { defined } from "../base/assert.ts";
import type { Modules } from "./modules.ts";
import { load, lookup, lookupType, namespaceFile } from "./modules.ts";
import type { Declared, Node, SourceFile } from "./source.ts";
import { fail } from "./source.ts";

type ConstDecl = Extract<Declared, { kind: "const" }>;
export type FunctionNode = t.FunctionDeclaration;

export interface DesignInfo {
  readonly name: string;
  readonly arch: string;
  /** Part -> the variant's file, and its name as `list` shows it. */
  readonly parts: ReadonlyMap<string, SourceFile>;
  readonly variants: ReadonlyMap<string, string>;
  readonly config: ReadonlyMap<string, number>;
  readonly source: string;
  readonly status: string;
  /** Another design that it is like, and topics or names of scenarios that it is asked all the same; undefined: all. */
  readonly base: string | undefined;
  readonly asked: readonly string[] | undefined;
  readonly file: SourceFile;
}

/** `safe`, or the property that is violated. */
export type ExpectedVerdict =
  | { readonly verdict: "safe" }
  | { readonly verdict: "violates"; readonly property: string };
/** By memory model. */
export type Expectation = ReadonlyMap<string, ExpectedVerdict>;

/** One of each list; undefined, or not in the map: whatever it is. */
export interface Needs {
  readonly arch: readonly string[] | undefined;
  readonly parts: ReadonlyMap<string, readonly string[]>;
  readonly config: ReadonlyMap<string, readonly number[]>;
}

export interface MutantInfo {
  readonly name: string;
  readonly node: t.Expression;
  readonly needs: Needs;
  readonly expect: Expectation;
  readonly expectOf: ReadonlyMap<string, Expectation>;
}

export interface ScenarioInfo {
  readonly name: string;
  readonly question: string;
  readonly needs: Needs;
  /** Where it is asked under some models only unless somebody names another: which, and why. */
  readonly models: { readonly asked: readonly string[]; readonly because: string } | undefined;
  readonly machine: ReadonlyMap<string, number>;
  readonly config: ReadonlyMap<string, number>;
  readonly init: FunctionNode;
  readonly threads: readonly { readonly name: string; readonly cpu: number; readonly node: FunctionNode }[];
  readonly preempt: readonly { readonly name: string; readonly cpu: number; readonly node: FunctionNode }[];
  readonly check: readonly t.Expression[];
  readonly witness: readonly t.Expression[];
  readonly expect: Expectation;
  readonly expectOf: ReadonlyMap<string, Expectation>;
  readonly mutants: readonly MutantInfo[];
  readonly file: SourceFile;
}

/** The exported designs and scenarios of a file, as calls of `design` and `scenario`. */
export function described(
  file: SourceFile,
  callee: "design" | "scenario",
): { decl: ConstDecl; literal: t.ObjectExpression }[] {
  const found: { decl: ConstDecl; literal: t.ObjectExpression }[] = [];
  for (const local of file.exported.values()) {
    const decl = file.declared.get(local);
    const init = decl?.kind === "const" ? decl.node.init : undefined;
    if (decl?.kind !== "const" || init?.type !== "CallExpression") continue;
    if (init.callee.type !== "Identifier" || init.callee.name !== callee) continue;
    const literal = init.arguments[0];
    if (literal?.type !== "ObjectExpression") return fail("LZ114", file, init, `${callee}({…})`);
    found.push({ decl, literal });
  }
  return found;
}

/** check/ lets no other keys through. */
function nameOfKey(key: Node): string {
  return key.type === "Identifier" ? key.name : key.type === "StringLiteral" ? key.value : "";
}

/** Reads one object literal: fields by name, spreads of constant objects included. */
class Reader {
  readonly modules: Modules;
  readonly file: SourceFile;

  /** The constants that are being spread. */
  private readonly spreading: readonly Declared[];

  constructor(modules: Modules, file: SourceFile, spreading: readonly Declared[] = []) {
    this.modules = modules;
    this.file = file;
    this.spreading = spreading;
  }

  fail(node: Node, what: string): never {
    return fail("LZ114", this.file, node, what);
  }

  /** `known`: the names that there can be. */
  fields(node: Node | undefined, known?: readonly string[]): Map<string, t.Expression | t.ObjectMethod> {
    const fields = new Map<string, t.Expression | t.ObjectMethod>();
    if (!node) return fields;
    if (node.type !== "ObjectExpression") return this.fail(node, "an object literal is needed");
    for (const p of node.properties) {
      if (p.type !== "SpreadElement" && known && !known.includes(nameOfKey(p.key)))
        this.fail(p, `${nameOfKey(p.key)} is none of ${known.join(", ")}`);
      if (p.type === "SpreadElement") {
        for (const [name, value] of this.spread(p.argument, known)) fields.set(name, value);
        continue;
      }
      const name = nameOfKey(p.key);
      if (p.type === "ObjectMethod") fields.set(name, p);
      else fields.set(name, p.value as t.Expression);
    }
    return fields;
  }

  private spread(node: t.Expression, known?: readonly string[]): Map<string, t.Expression | t.ObjectMethod> {
    const decl = node.type === "Identifier" ? lookup(this.modules, this.file, node.name) : undefined;
    if (decl?.kind !== "const" || !decl.node.init) return this.fail(node, "only a constant object can be spread");
    if (this.spreading.includes(decl)) return fail("LZ106", decl.file, decl.node, decl.name);
    return new Reader(this.modules, decl.file, [...this.spreading, decl]).fields(decl.node.init, known);
  }

  text(fields: Map<string, Node>, name: string, at: Node): string {
    return this.textOf(fields.get(name), name, at);
  }

  private textOf(node: Node | undefined, name: string, at: Node): string {
    const text =
      node?.type === "StringLiteral"
        ? node.value
        : node?.type === "TemplateLiteral" && node.quasis.length === 1
          ? node.quasis[0]?.value.cooked
          : undefined;
    return text?.replace(/\s+/g, " ").trim() ?? this.fail(node ?? at, `${name}: a text is needed`);
  }

  /** A text, or a list of some: each must be one of `known`, where there is such a list. */
  texts(node: Node, name: string, known?: readonly string[]): string[] {
    return this.some(node, (one) => {
      const text = this.textOf(one, name, one);
      if (known && !known.includes(text)) this.fail(one, `${name} is one of ${known.join(", ")}`);
      return text;
    });
  }

  /** A value, or a list of at least one. */
  private some<T>(node: Node, read: (node: Node) => T): T[] {
    if (node.type !== "ArrayExpression") return [read(node)];
    const all = this.list(node);
    return all.length > 0 ? all.map(read) : this.fail(node, "a list of nothing fits nothing");
  }

  number(node: Node): number {
    if (node.type === "NumericLiteral" && Number.isSafeInteger(node.value)) return node.value;
    if (node.type === "BooleanLiteral") return Number(node.value);
    if (node.type === "UnaryExpression" && node.operator === "-") return -this.number(node.argument);
    return this.fail(node, "a number or true or false is needed");
  }

  numbers(node: Node | undefined): Map<string, number> {
    return new Map([...this.fields(node)].map(([name, value]) => [name, this.number(value)]));
  }

  list(node: Node | undefined): t.Expression[] {
    if (!node) return [];
    if (node.type !== "ArrayExpression") return this.fail(node, "a list is needed");
    return node.elements.map((e) => (e && e.type !== "SpreadElement" ? e : this.fail(node, "a plain list is needed")));
  }

  names(node: Node | undefined): string[] {
    return this.list(node).map((one) =>
      one.type === "StringLiteral" ? one.value : this.fail(one, "a name in quotes"),
    );
  }

  needs(node: Node | undefined): Needs {
    const fields = this.fields(node, ["arch", "parts", "config"]);
    const arch = fields.get("arch");
    const parts = [...this.fields(fields.get("parts"))];
    const config = [...this.fields(fields.get("config"))];
    return {
      arch: arch && this.texts(arch, "arch", ARCHITECTURES),
      parts: new Map(parts.map(([part, variants]) => [part, this.texts(variants, `parts.${part}`)])),
      config: new Map(config.map(([name, values]) => [name, this.some(values, (one) => this.number(one))])),
    };
  }

  models(node: Node | undefined): ScenarioInfo["models"] {
    if (!node) return undefined;
    const fields = this.fields(node, ["asked", "because"]);
    const asked = fields.get("asked") ?? this.fail(node, "asked: a list of memory models is needed");
    return { asked: this.texts(asked, "a memory model", MODELS), because: this.text(fields, "because", node) };
  }

  /** Absent: nothing is expected. */
  expectation(node: Node | undefined): Expectation {
    const verdicts = new Map<string, ExpectedVerdict>();
    for (const [model, verdict] of this.fields(node, MODELS)) {
      if (verdict.type === "Identifier" && verdict.name === "safe") verdicts.set(model, { verdict: "safe" });
      else verdicts.set(model, { verdict: "violates", property: this.violated(verdict) });
    }
    return verdicts;
  }

  private violated(node: Node): string {
    const isViolates =
      node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "violates";
    const arg = isViolates ? node.arguments[0] : undefined;
    return arg?.type === "Identifier"
      ? propertyName(this.modules, this.file, arg)
      : this.fail(node, "safe or violates(property)");
  }

  expectations(node: Node | undefined): Map<string, Expectation> {
    return new Map([...this.fields(node)].map(([design, value]) => [design, this.expectation(value)]));
  }

  code(fields: Map<string, Node>, name: string, at: Node): FunctionNode {
    const node = fields.get(name);
    const isCode =
      node?.type === "ObjectMethod" || node?.type === "FunctionExpression" || node?.type === "ArrowFunctionExpression";
    if (!isCode || node.body.type !== "BlockStatement") return this.fail(node ?? at, `${name}() {…} is needed`);
    if (node.params.length > 0) return this.fail(node, `${name}() takes nothing`);
    return node as unknown as FunctionNode; // The compiler looks at parameters, body and return type only.
  }

  threads(node: Node | undefined): { name: string; cpu: number; node: FunctionNode }[] {
    const fields = this.fields(node);
    return [...fields.keys()].map((name) => {
      const cpu =
        /^CPU(0|[1-9]\d*)$/.exec(name)?.[1] ??
        this.fail(defined(node, "it has fields"), `${name}: threads are called CPU0, CPU1, …`);
      return { name, cpu: Number(cpu), node: this.code(fields, name, defined(node, "it has fields")) };
    });
  }
}

const BUILTIN_PROPERTIES: readonly string[] = [
  "no_use_after_free",
  "no_bug",
  "no_data_race",
  "no_deadlock",
  "no_endless_wait",
  "no_warning",
];

/** The text a property declares, or a built-in's name in words. */
export function propertyName(modules: Modules, file: SourceFile, node: t.Identifier): string {
  const decl = lookup(modules, file, node.name);
  const init = decl?.kind === "const" ? decl.node.init : undefined;
  const callee = init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";
  const first = init?.type === "CallExpression" ? init.arguments[0] : undefined;
  if (first?.type === "StringLiteral" && ["always", "never", "at_end"].includes(callee)) return first.value;
  if (!decl && BUILTIN_PROPERTIES.includes(node.name)) return node.name.replaceAll("_", " ");
  return fail("LZ114", file, node, `${node.name} is not a property`);
}

const ARCHITECTURES: readonly string[] = ["x86", "arm64", "powerpc", "riscv"];
/** What `expect` may name; what they are is none of the compiler's business. */
const MODELS: readonly string[] = ["sc", "x86_tso", "armv8"];

/** Where the parts, their hooks, and the config are declared. */
const PARTS_FILE = "model/kernel/parts.ts";

/** Parts that only the code of x86 calls. */
const X86_PARTS: readonly string[] = ["backend", "attributes"];

/** The members of `export declare const NAME: {…}`. */
function declaredMembers(file: SourceFile, name: string): t.TSPropertySignature[] {
  const decl = file.declared.get(name);
  const node = decl?.kind === "external" && decl.node.type === "VariableDeclarator" ? decl.node.id : undefined;
  const annotation = node?.type === "Identifier" ? node.typeAnnotation : undefined;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  const members = type?.type === "TSTypeLiteral" ? type.members : [];
  return members.filter((m) => m.type === "TSPropertySignature");
}

const keyName = (m: t.TSPropertySignature): string => (m.key.type === "Identifier" ? m.key.name : "");

/** A mistake in a design is reported in the design, not where the model first stumbles over it. */
function checkDesign(read: Reader, literal: t.ObjectExpression, design: DesignInfo): void {
  const file = load(read.modules, PARTS_FILE);
  // Without parts it is no kernel: scenarios of its own may still be checked.
  if (!file || design.parts.size === 0) return;
  const parts = declaredMembers(file, "parts");
  for (const part of parts) {
    const variant = design.parts.get(keyName(part));
    if (!variant && mayBeMissing(part)) continue;
    if (!variant && design.arch !== "x86" && X86_PARTS.includes(keyName(part))) continue;
    if (!variant) read.fail(literal, `design ${design.name} has no part ${keyName(part)}`);
    for (const hook of hooksOf(read.modules, file, part)) {
      if (variant.exported.has(hook)) continue;
      read.fail(literal, `parts.${keyName(part)}: ${variant.path} does not export the hook ${hook}`);
    }
  }
  const known = [parts, declaredMembers(file, "config")].map((members) => members.map(keyName));
  for (const [i, names] of [[...design.parts.keys()], [...design.config.keys()]].entries()) {
    const odd = names.find((name) => !known[i]?.includes(name) && name !== "DEBUG_VM");
    if (odd !== undefined) read.fail(literal, `unknown ${i === 0 ? "part" : "config"} ${odd}: ${known[i]?.join(", ")}`);
  }
  const missing = known[1]?.find((name) => !design.config.has(name));
  if (missing !== undefined)
    read.fail(literal, `config.${missing} is missing: spread that of its architecture, x86_6_12 for instance`);
}

/** A part that is declared `Part | null` is one that only some designs have. */
function mayBeMissing(part: t.TSPropertySignature): boolean {
  const type = part.typeAnnotation?.typeAnnotation;
  return type?.type === "TSUnionType" && type.types.some((member) => member.type === "TSNullKeyword");
}

/** The hooks that a part's interface lists. */
function hooksOf(modules: Modules, file: SourceFile, part: t.TSPropertySignature): string[] {
  const declared = part.typeAnnotation?.typeAnnotation;
  const type = declared?.type === "TSUnionType" ? declared.types[0] : declared;
  const name = type?.type === "TSTypeReference" && type.typeName.type === "Identifier" ? type.typeName.name : "";
  const decl = lookupType(modules, file, name);
  if (decl?.kind !== "type" || decl.node.type !== "TSInterfaceDeclaration") return [];
  return decl.node.body.body.flatMap((m) => (m.type === "TSPropertySignature" ? [keyName(m)] : []));
}

export function readDesign(modules: Modules, file: SourceFile, literal: t.ObjectExpression): DesignInfo {
  const read = new Reader(modules, file);
  const fields = read.fields(literal, [...["name", "arch", "parts", "config", "source", "status"], "base", "asked"]);
  const parts = new Map<string, SourceFile>();
  const variants = new Map<string, string>();
  for (const [part, node] of read.fields(fields.get("parts"))) {
    const decl = node.type === "Identifier" ? file.declared.get(node.name) : undefined;
    if (decl?.kind !== "namespace")
      return read.fail(node, `parts.${part}: an imported module (import * as …) is needed`);
    const variant = namespaceFile(modules, decl);
    parts.set(part, variant);
    variants.set(part, variantName(variant.path));
  }
  const text = (name: string): string => read.text(fields, name, literal);
  if (!ARCHITECTURES.includes(text("arch")))
    read.fail(fields.get("arch") ?? literal, `arch is one of ${ARCHITECTURES.join(", ")}`);
  const design: DesignInfo = {
    name: text("name"),
    arch: text("arch"),
    parts,
    variants,
    config: read.numbers(fields.get("config")),
    source: text("source"),
    status: text("status"),
    base: fields.has("base") ? text("base") : undefined,
    asked: fields.has("asked") ? read.names(fields.get("asked")) : undefined,
    file,
  };
  checkDesign(read, literal, design);
  return design;
}

/** model/kernel/lifetime/hazard_pointers.ts -> hazard_pointers */
function variantName(path: string): string {
  return path.split("/").at(-1)?.replace(/\.ts$/, "") ?? path;
}

const SCENARIO_FIELDS: readonly string[] = [
  ...["question", "needs", "models", "machine", "config", "init", "threads", "preempt"],
  ...["check", "witness", "expect", "expect_of", "mutants"],
];
/** A cpumask is one integer of the state; and what is shown for many CPUs is rarely more than what is for three. */
const CPUS_MAX = 31;

export function readScenario(modules: Modules, decl: ConstDecl, literal: t.ObjectExpression): ScenarioInfo {
  const { file } = decl;
  const read = new Reader(modules, file);
  const fields = read.fields(literal, SCENARIO_FIELDS);
  const machine = read.numbers(fields.get("machine"));
  const cpus = machine.get("cpus") ?? 1;
  if (cpus < 1 || cpus > CPUS_MAX) read.fail(fields.get("machine") ?? literal, `machine.cpus is 1 … ${CPUS_MAX}`);
  const needs = read.needs(fields.get("needs"));
  const mutants = read.list(fields.get("mutants")).map((node) => readMutant(read, node, needs));
  return {
    name: decl.name,
    question: read.text(fields, "question", literal),
    needs,
    models: read.models(fields.get("models")),
    machine,
    config: read.numbers(fields.get("config")),
    init: read.code(fields, "init", literal),
    threads: read.threads(fields.get("threads")),
    preempt: read.threads(fields.get("preempt")),
    check: read.list(fields.get("check")),
    witness: read.list(fields.get("witness")),
    expect: read.expectation(fields.get("expect")),
    expectOf: read.expectations(fields.get("expect_of")),
    mutants,
    file,
  };
}

function readMutant(read: Reader, node: t.Expression, inherited: Needs): MutantInfo {
  const fields = read.fields(node, ["name", "mutant", "needs", "expect", "expect_of"]);
  const mutant = fields.get("mutant");
  if (!mutant || mutant.type === "ObjectMethod")
    return read.fail(node, "mutant: drop(…), omit(…), weaken(…), move_before(…) or replace(…)");
  const own = read.needs(fields.get("needs"));
  const needs: Needs = {
    arch: own.arch ?? inherited.arch,
    parts: new Map([...inherited.parts, ...own.parts]),
    config: new Map([...inherited.config, ...own.config]),
  };
  return {
    name: read.text(fields, "name", node),
    node: mutant,
    needs,
    expect: read.expectation(fields.get("expect")),
    expectOf: read.expectations(fields.get("expect_of")),
  };
}

/** Whether a design has what is needed. */
export function applies(needs: Needs, design: DesignInfo): boolean {
  const has = <T>(wanted: readonly T[], value: T | undefined): boolean => value !== undefined && wanted.includes(value);
  return (
    has(needs.arch ?? [design.arch], design.arch) &&
    [...needs.parts].every(([part, variants]) => has(variants, design.variants.get(part))) &&
    [...needs.config].every(([name, values]) => has(values, design.config.get(name)))
  );
}
