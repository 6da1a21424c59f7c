// SPDX-License-Identifier: MIT
// The drawing of a counterexample, and the formats of `explain -o`.
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { escapeXml, renderExplainSvg } from "../../src/cli/render/explain-svg.ts";
import { explain } from "../../src/jobs/explain.ts";
import type { ExplainReport } from "../../src/jobs/explain-report.ts";
import { quiet } from "../jobs/tiny.ts";
import { lazymm } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "lazymm-svg-"));
const WORDS = "explain unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --mutant 1".split(" ");

const explained = (...more: string[]) => lazymm(...WORDS, ...more);

async function report(): Promise<ExplainReport> {
  const none = { path: undefined, weaken: undefined, overlay: undefined, full: false };
  const options = { scenario: "unlazy_vs_munmap", design: "linux-6.12-x86", model: "x86_tso", mutant: "1", ...none };
  const told = await explain(options, quiet());
  if (!told.ok) throw new Error(JSON.stringify(told.error));
  return told.value;
}

const NAMES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, and that of its children. */
  text: string;
}

/** Reads XML as strictly as a browser does: what is not well-formed throws. */
function parse(xml: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const unescaped = (text: string): string =>
    text.replace(/&([^;]*);?/g, (whole, name: string) => {
      if (!whole.endsWith(";") || NAMES[name] === undefined) throw new Error(`a bare & in: ${text}`);
      return NAMES[name];
    });
  for (const [token] of xml.trim().matchAll(/<[^>]*>|[^<]+/g)) {
    if (!token.startsWith("<")) {
      if (token.includes(">")) throw new Error(`a bare > in: ${token}`);
      for (const element of open) element.text += unescaped(token);
    } else if (token.startsWith("</")) {
      if (open.pop()?.name !== token.slice(2, -1)) throw new Error(`${token} closes something else`);
    } else {
      const [, name, rest] = /^<([a-z]+)((?:\s+[a-zA-Z:-]+="[^"<]*")*)\s*\/?>$/.exec(token) ?? [];
      if (name === undefined) throw new Error(`not a tag: ${token}`);
      const attributes = [...rest!.matchAll(/([a-zA-Z:-]+)="([^"]*)"/g)].map(([, key, value]) => [
        key!,
        unescaped(value!),
      ]);
      const element = { name, attributes: Object.fromEntries(attributes), text: "" };
      elements.push(element);
      if (!token.endsWith("/>")) open.push(element);
    }
  }
  if (open.length > 0) throw new Error(`${open.length} elements are not closed`);
  return elements;
}

describe("a drawing", () => {
  test("is well-formed, and needs nothing from elsewhere", async () => {
    const svg = renderExplainSvg(await report());
    const [root, ...elements] = parse(svg);
    expect(root).toMatchObject({ name: "svg", attributes: { xmlns: "http://www.w3.org/2000/svg" } });
    const allowed = ["title", "desc", "style", "rect", "text", "g", "path"];
    for (const { name } of elements) expect(allowed).toContain(name);
    expect(svg).not.toMatch(/<script|href|@import|url\(|<image|<foreignObject/);
  });

  test("says what the text says: title, columns, steps, sources, command", async () => {
    const told = await report();
    const texts = parse(renderExplainSvg(told)).map(({ text }) => text);
    const all = texts.join("\n");
    expect(texts).toContain('violates "no user access through a translation to a freed page"');
    expect(texts).toContain("CPU 0");
    expect(texts).toContain("CPU 1");
    for (const { at } of told.rows) if (at !== "") expect(texts).toContain(at);
    for (const { text } of told.rows) expect(all).toContain(text.split(" ")[0]);
    expect(all).toContain(told.path.length > 0 ? "--path " : "");
  });

  test("marks the step that violates the property, and only that", async () => {
    const told = await report();
    const boxes = (of: ExplainReport) =>
      parse(renderExplainSvg(of)).filter(({ attributes }) => attributes.class === "wrong");
    const lines = told.rows.filter(({ step }) => step === told.violated_by).length;
    expect(boxes(told).length).toBe(lines);
    expect(boxes({ ...told, violated_by: null })).toEqual([]);
  });

  test("has an arrow for each link between shown steps, with a legend", async () => {
    const told = await report();
    const shown = new Set(told.rows.map(({ step }) => step));
    const visible = told.links.filter(({ from, to }) => shown.has(from) && shown.has(to));
    const kinds = new Set(visible.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(["reads", "misses", "translation"]));
    const groups = parse(renderExplainSvg(told)).filter(({ name }) => name === "g");
    expect(groups.length).toBe(visible.length + kinds.size);
    const none = parse(renderExplainSvg({ ...told, links: [] }));
    expect(none.filter(({ name }) => name === "g")).toEqual([]);
  });

  test("keeps everything inside of its frame", async () => {
    const [root, ...elements] = parse(renderExplainSvg(await report()));
    const size = { x: Number(root!.attributes.width), y: Number(root!.attributes.height) };
    for (const { attributes, name, text } of elements) {
      if (name !== "text") continue;
      expect(Number(attributes.y)).toBeLessThan(size.y);
      expect(Number(attributes.x) + text.length * 7.9).toBeLessThanOrEqual(size.x);
    }
  });

  test("escapes whatever a user calls things", async () => {
    const told = await report();
    const hostile = `</text><script>alert("1")</script>&amp;'\u0001`;
    const row = { ...told.rows[0]!, text: hostile, at: hostile };
    const svg = renderExplainSvg({
      ...told,
      scenario: hostile,
      question: hostile,
      property: hostile,
      command: hostile,
      rows: [row, ...told.rows],
      links: told.links.map((link) => ({ ...link, what: hostile })),
    });
    expect(svg).not.toContain("<script");
    expect(parse(svg).some(({ text }) => text.includes("<script>alert"))).toBe(true);
    expect(escapeXml("a\u0000b\ud800")).toBe("a\ufffdb\ufffd");
  });
});

describe("explain -o", () => {
  test("takes the format from the name of the file", async () => {
    const file = (name: string): string => join(folder, name);
    for (const name of ["a.svg", "b.json", "c.txt", "d", "E.SVG"]) {
      expect(await explained("-o", file(name))).toEqual({ exit: 0, out: "", err: "" });
    }
    expect(parse(readFileSync(file("a.svg"), "utf8"))[0]?.name).toBe("svg");
    expect(readFileSync(file("E.SVG"), "utf8")).toBe(readFileSync(file("a.svg"), "utf8"));
    expect(JSON.parse(readFileSync(file("b.json"), "utf8"))).toMatchObject({ schema: "lazymm.explain/1" });
    expect(readFileSync(file("c.txt"), "utf8")).toMatch(/^unlazy_vs_munmap, linux-6\.12-x86, x86_tso/);
    expect(readFileSync(file("d"), "utf8")).toBe(readFileSync(file("c.txt"), "utf8"));
  });

  test("refuses a format that there is not, before it searches", async () => {
    const { exit, err } = await explained("-o", join(folder, "a.pdf"));
    expect(exit).toBe(2);
    expect(err).toMatch(/cannot write .*a\.pdf: no format is called \.pdf; it is one of \.txt, \.svg, \.json/);
    expect(existsSync(join(folder, "a.pdf"))).toBe(false);
  });

  test("does not choose between --json and .svg", async () => {
    const { exit, err } = await explained("--json", "-o", join(folder, "f.svg"));
    expect(exit).toBe(2);
    expect(err).toMatch(/one of the two/);
  });
});
