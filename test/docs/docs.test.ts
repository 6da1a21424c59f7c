// SPDX-License-Identifier: MIT
// Pages that follow from the code must follow it. UPDATE=1 writes what can be generated.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { messages } from "../../src/compiler/messages.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

function errorsPage(): string {
  const filled = (text: string): string => text.replaceAll("%what%", "…");
  const entries = Object.entries(messages).map(
    ([code, { text, fix, why }]) => `## ${code}\n\n> ${filled(text)}\n\n${why}\n\n*Way out:* ${filled(fix)}\n`,
  );
  const head = "# Messages of the dialect\n\nGenerated from `src/compiler/messages.ts`; exit code 3.\n";
  return [head, ...entries].join("\n");
}

test("docs/dialect-errors.md follows src/compiler/messages.ts", () => {
  if (process.env.UPDATE) writeFileSync(join(ROOT, "docs/dialect-errors.md"), errorsPage());
  expect(read("docs/dialect-errors.md")).toBe(errorsPage());
});

test("docs/dialect.md names everything that a dialect file may name", () => {
  const declared = [...read("model/dialect/lib.d.ts").matchAll(/^declare (?:function|const) (\w+)/gm)].map(
    (m) => m[1]!,
  );
  const page = read("docs/dialect.md");
  expect(declared.length).toBeGreaterThan(60);
  expect(declared.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
});

describe("paths that the documents name exist", () => {
  const pages = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(ROOT, "docs")).map((f) => `docs/${f}`),
  ];
  test.each(pages.filter((page) => page.endsWith(".md")))("%s", (page) => {
    const text = read(page);
    const quoted = [...text.matchAll(/`((?:model|src|test|docs|tools|bench|fixtures)\/[\w./-]*)`/g)].map((m) => m[1]!);
    const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map((m) => join(dirname(page), m[1]!));
    expect([...quoted, ...linked].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
