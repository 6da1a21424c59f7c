// SPDX-License-Identifier: MIT
// docs/designs: every design of the library has a page, and what the pages and the glossary name exists.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openLibrary } from "../../src/jobs/library.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const FOLDER = "docs/designs";
const INDEX = `${FOLDER}/README.md`;
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const pages = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .map((name) => `${FOLDER}/${name}`);

const library = openLibrary(undefined);
if (!library.ok) throw new Error("the model does not compile");
const { designs, scenarios, ladder } = library.value;

/** Which page the index gives for each design. */
function pagesOfIndex(text: string): Map<string, string> {
  const rows = [...text.matchAll(/^\|(.*)\|[^|]*\|[^|]*\]\(([\w./-]+)\)[^|]*\|$/gm)];
  return new Map(rows.flatMap(([, names, page]) => quoted(names!).map((name) => [name, page!] as const)));
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read(`${folder}/${name}`));
}

/** Scenarios, and the identifiers of the model: a page quotes both. */
const known = new Set([
  ...[...scenarios, ...ladder].map(({ info }) => info.name),
  ...["model/kernel", "model/hw"].flatMap(sourcesIn).flatMap((text) => text.match(/\w+/g) ?? []),
]);

/** Words in snake_case that are neither. */
function unknownNames(text: string): string[] {
  return quoted(text).filter((word) => /^[a-z0-9]+(_[a-z0-9]+)+$/.test(word) && !known.has(word));
}

/** Paths and links that lead nowhere. */
function brokenPaths(page: string): string[] {
  const text = read(page);
  const paths = quoted(text).filter((word) => /^(model|src|test|docs)\//.test(word));
  const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map((match) => join(dirname(page), match[1]!));
  return [...paths, ...links].filter((path) => !existsSync(join(ROOT, path)));
}

describe("the index of designs", () => {
  const indexed = pagesOfIndex(read(INDEX));
  const names = designs.map(({ info }) => info.name);

  test("names every design of the library, and no other", () => {
    expect([...indexed.keys()].sort()).toEqual([...names].sort());
  });

  test("links every page, and pages that exist", () => {
    const linked = [...new Set([...indexed.values()].map((page) => `${FOLDER}/${page}`))];
    expect(linked.sort()).toEqual([...pages].sort());
  });

  test.each([...indexed])("%s is named on %s", (design, page) => {
    expect(read(`${FOLDER}/${page}`)).toContain(design);
  });
});

describe.each([...pages, INDEX, "docs/glossary.md"])("%s", (page) => {
  test("names scenarios and identifiers that exist", () => {
    expect(unknownNames(read(page))).toEqual([]);
  });

  test("leads somewhere", () => {
    expect(brokenPaths(page)).toEqual([]);
  });
});

test.each(pages)("%s is short", (page) => {
  expect(read(page).trimEnd().split("\n").length).toBeLessThanOrEqual(60);
});

test("a page that names a scenario that is no more is found", () => {
  expect(unknownNames("`lazy_vs_exit` and `no_such_scenario`, `active_mm`")).toEqual(["no_such_scenario"]);
  expect(pagesOfIndex("| `a`, `b` | what | [page](c.md) |")).toEqual(new Map(Object.entries({ a: "c.md", b: "c.md" })));
});
