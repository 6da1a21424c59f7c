// SPDX-License-Identifier: MIT
// What the commands print is what docs/schema describes: valid, nothing undescribed, and no description of a field
// that nothing prints.
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { root } from "../../tools/source-files.ts";
import { type Output, outputs, run } from "./outputs.ts";

type Schema = { readonly [keyword: string]: unknown };

const folder = `${root}/docs/schema`;
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

function read(file: string): Schema {
  return JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Schema;
}

/** As published: fields may be added. */
const open = new Ajv2020({ allowUnionTypes: true, allErrors: true });
for (const file of files) open.addSchema(read(file));

/** Which described fields were printed by some command. */
const printed = new Set<string>();
const described = new Set<string>();
const closed = new Ajv2020({ allowUnionTypes: true, allErrors: true, strictTypes: false });
closed.addKeyword({
  keyword: "printedField",
  validate: (field: string) => {
    printed.add(field);
    return true;
  },
});
for (const file of files) closed.addSchema(close(read(file), file) as Schema);

/** The schema again, but what it does not describe is an error, and what is printed is noticed. */
function close(schema: unknown, at: string): unknown {
  if (Array.isArray(schema)) return schema.map((item, i) => close(item, `${at}/${i}`));
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([keyword, value]) => {
    if (keyword === "properties") return [keyword, eachOf(value as Schema, at, closedField)];
    if (keyword === "items") return [keyword, closedObject(close(value, `${at}[]`) as Schema)];
    if (keyword === "$defs") return [keyword, eachOf(value as Schema, at, close)];
    // They say more about fields that are described elsewhere.
    return [keyword, value];
  });
  const copy = Object.fromEntries(entries) as Schema;
  return at.endsWith(".json") ? closedObject(copy) : copy;
}

function eachOf(map: Schema, at: string, change: (schema: unknown, at: string) => unknown): Schema {
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, change(schema, `${at} ${name}`)]));
}

function closedField(schema: unknown, at: string): Schema {
  described.add(at);
  return { ...closedObject(close(schema, at) as Schema), printedField: at };
}

/** Has no effect on what is not an object. */
function closedObject(schema: Schema): Schema {
  return "properties" in schema || "$ref" in schema ? { ...schema, unevaluatedProperties: false } : schema;
}

function problems(ajv: Ajv2020, { schema }: Pick<Output, "schema">, report: unknown): string[] {
  const validate = ajv.getSchema(`lazymm.${schema}-1.json`);
  if (validate === undefined) return [`there is no schema for ${schema}`];
  if (validate(report) === true) return [];
  return (validate.errors ?? []).map((e) => `${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`);
}

test.each(files)("%s is a schema, and says which", (file) => {
  const schema = read(file);
  expect(schema.$id).toBe(file);
  expect(open.validateSchema(schema)).toBe(true);
  open.getSchema(file);
});

const reports = new Map<Output, unknown>();

describe("what is printed is described", () => {
  test.each(outputs.map((output) => [output.schema, output.what, output] as const))(
    "%s: %s",
    (_schema, _what, output) => {
      const { status, report } = run(output);
      reports.set(output, report);
      expect(status).toBe(output.exit);
      expect(problems(open, output, report)).toEqual([]);
      expect(problems(closed, output, report)).toEqual([]);
    },
  );

  test("every command has a schema, and every schema a command", () => {
    const names = outputs.map(({ schema }) => `lazymm.${schema}-1.json`);
    expect(new Set([...names, "lazymm.common-1.json"])).toEqual(new Set(files));
  });

  test("nothing is described that no command prints", () => {
    expect(described.size).toBeGreaterThan(100);
    const silent = [...described].filter((field) => !printed.has(field) && !field.endsWith(" interrupted"));
    expect(silent).toEqual([]);
  });
});

describe("a report that breaks the contract is refused", () => {
  const broken: [what: string, schema: string, change: (text: string) => string, why: RegExp][] = [
    [
      "a verdict nobody knows",
      "compare",
      (t) => t.replace(/"(sc)":"[a-z]+"/, '"$1":"probably safe"'),
      /allowed values/,
    ],
    ["a rate above 1", "replay", (t) => t.replace(/"rate":[0-9.]+/, '"rate":1.5'), /must be <= 1/],
    ["no price", "replay", (t) => t.replace('"price"', '"prize"'), /required property 'price'/],
    ["a triple", "compare", (t) => t.replace(/"flush_calls":\d+/, '"flush_calls":[1,2,3]'), /fewer|more than 2/],
    [
      "a safe with a counterexample",
      "check",
      (t) => t.replace('"counterexample":null', '"counterexample":"x"'),
      /null/,
    ],
    ["another format", "list", (t) => t.replace("lazymm.list/1", "lazymm.list/2"), /constant/],
  ];
  test.each(broken)("%s", (_what, schema, change, why) => {
    const [, report] = [...reports].find(([output]) => output.schema === schema) ?? [];
    const text = JSON.stringify(report);
    expect(change(text)).not.toBe(text);
    expect(problems(open, { schema }, JSON.parse(change(text))).join("\n")).toMatch(why);
  });

  test("a field that nobody described is noticed here, and allowed outside", () => {
    const [output, report] = [...reports].find(([{ schema }]) => schema === "check") ?? [];
    const more = JSON.parse(JSON.stringify(report).replace('"depth":', '"height":1,"depth":')) as unknown;
    expect(problems(open, output!, more)).toEqual([]);
    expect(problems(closed, output!, more).join("\n")).toMatch(/height/);
  });
});
