// SPDX-License-Identifier: MIT
// A counterexample as a drawing that needs nothing but itself: a column per CPU, arrows from a store to who sees or
// misses it. Colours are attributes, for whoever ignores style sheets, and a style sheet, for dark screens.
import { wrap } from "../../jobs/columns.ts";
import type { ExplainLink, ExplainReport, ExplainRow } from "../../jobs/explain-report.ts";

const FONT = 13;
/** Of a monospaced letter; a little more than most fonts need. */
const LETTER = 7.9;
const LINE = 19;
const MARGIN = 24;
/** Left of each column: where the arrows run. */
const LANE = 64;
const COLUMN_LETTERS = { min: 26, max: 48 };
const PROSE_LETTERS = 96;

interface Style {
  readonly property: "fill" | "stroke";
  readonly light: string;
  readonly dark: string;
}

const STYLES = {
  page: { property: "fill", light: "#ffffff", dark: "#16181d" },
  band: { property: "fill", light: "#f4f6f9", dark: "#1f232b" },
  wrong: { property: "fill", light: "#ffe1dd", dark: "#5b2320" },
  text: { property: "fill", light: "#1d2129", dark: "#e4e7ec" },
  faint: { property: "fill", light: "#667085", dark: "#98a2b3" },
  verdict: { property: "fill", light: "#b42318", dark: "#ff9c92" },
  interrupt: { property: "stroke", light: "#b54708", dark: "#fdb022" },
  reads: { property: "stroke", light: "#175cd3", dark: "#84adff" },
  misses: { property: "stroke", light: "#d92d20", dark: "#ff8a80" },
  translation: { property: "stroke", light: "#6941c6", dark: "#c4b0ff" },
} as const satisfies Record<string, Style>;

type StyleName = keyof typeof STYLES;

/** Patterns tell the arrows apart where colours do not. */
const LINKS: { readonly [kind in ExplainLink["kind"]]: { readonly dash: string; readonly legend: string } } = {
  interrupt: { dash: "none", legend: "takes the interrupt" },
  reads: { dash: "2 3", legend: "sees what was written" },
  misses: { dash: "7 4", legend: "misses a store that has not left its buffer" },
  translation: { dash: "10 3 2 3", legend: "uses a translation that a walk has cached" },
};

/** XML knows five characters by name, and has no place at all for most of the control characters. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 excludes
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
      .replace(/[&<>"']/g, (c) => `&${names[c]};`)
  );
}

function styled(name: StyleName): string {
  const { property, light } = STYLES[name];
  return `class="${name}" ${property}="${light}"`;
}

function sheet(): string {
  const rules = Object.entries(STYLES).map(([name, { property, dark }]) => `.${name}{${property}:${dark}}`);
  return `<style>@media (prefers-color-scheme:dark){${rules.join("")}}</style>`;
}

function printText(x: number, y: number, text: string, style: StyleName, more = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" ${styled(style)}${more}>${escapeXml(text)}</text>`;
}

function printBox(x: number, y: number, width: number, height: number, style: StyleName): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" ${styled(style)}/>`;
}

function round(n: number): string {
  return `${Math.round(n * 10) / 10}`;
}

const BOLD = ' font-weight="bold"';

/** Lines of prose below each other; returns what is drawn, and where the next line goes. */
function paragraph(text: string, y: number, style: StyleName, more = ""): { svg: string[]; y: number } {
  const lines = wrap(text, PROSE_LETTERS, 0);
  return {
    svg: lines.map((line, i) => printText(MARGIN, y + i * LINE, line, style, more)),
    y: y + lines.length * LINE,
  };
}

interface Grid {
  readonly cpus: readonly number[];
  /** Letters per column. */
  readonly letters: number;
  readonly width: number;
  /** Where the sources stand. */
  readonly sourceX: number;
}

function gridOf(rows: readonly ExplainRow[]): Grid {
  const cpus = [...new Set(rows.map((row) => row.cpu))].sort((a, b) => a - b);
  const longest = Math.max(0, ...rows.map((row) => row.text.length + row.indent));
  const letters = Math.min(COLUMN_LETTERS.max, Math.max(COLUMN_LETTERS.min, longest));
  const sourceX = MARGIN + cpus.length * (LANE + letters * LETTER) + LANE / 2;
  const places = Math.max(0, ...rows.map((row) => row.at.length));
  const prose = MARGIN * 2 + PROSE_LETTERS * LETTER;
  return { cpus, letters, sourceX, width: Math.max(prose, sourceX + places * LETTER + MARGIN) };
}

function columnX({ cpus, letters }: Grid, cpu: number): number {
  return MARGIN + cpus.indexOf(cpu) * (LANE + letters * LETTER) + LANE;
}

/** Where a step stands in the drawing. */
interface Spot {
  readonly column: number;
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

interface Drawn {
  readonly svg: string[];
  readonly spots: ReadonlyMap<number, Spot>;
  readonly y: number;
}

function drawRows(report: ExplainReport, grid: Grid, top: number): Drawn {
  const svg: string[] = [];
  const spots = new Map<number, Spot>();
  let y = top;
  for (const row of report.rows) {
    const x = columnX(grid, row.cpu);
    const lines = wrap(row.text, grid.letters, row.indent, row.indent + 4);
    const isEnd = row.step === null && row.kind !== "function";
    const isWrong = isEnd || (row.step !== null && row.step === report.violated_by);
    if (isWrong) svg.push(printBox(MARGIN / 2, y - FONT - 1, grid.width - MARGIN, lines.length * LINE, "wrong"));
    if (row.step !== null && !spots.has(row.step)) {
      const first = lines[0] ?? "";
      const column = grid.cpus.indexOf(row.cpu);
      const left = x + (first.length - first.trimStart().length) * LETTER;
      spots.set(row.step, { column, left, right: x + first.length * LETTER, y: y - FONT / 3 });
    }
    const style = row.kind === "detail" ? "faint" : "text";
    for (const [i, line] of lines.entries()) {
      const indent = line.length - line.trimStart().length;
      const more = row.kind === "function" ? BOLD : "";
      svg.push(printText(x + indent * LETTER, y + i * LINE, line.trimStart(), style, more));
    }
    if (row.at !== "") svg.push(printText(grid.sourceX, y, row.at, "faint"));
    y += lines.length * LINE;
  }
  return { svg, spots, y };
}

/** A curve that leaves and arrives level, with a head. Second and third point are where it would like to go. */
function arrow(kind: ExplainLink["kind"], what: string, points: readonly [number, number][]): string {
  const [a, b, c, d] = points.map(([x, y]) => `${round(x)},${round(y)}`);
  const [[bx], [tx, ty]] = [points[2] ?? [0, 0], points[3] ?? [0, 0]];
  const back = bx < tx ? -7 : 7;
  const head = `M${round(tx + back)},${round(ty - 4)} L${d} L${round(tx + back)},${round(ty + 4)}`;
  const dash = LINKS[kind].dash === "none" ? "" : ` stroke-dasharray="${LINKS[kind].dash}"`;
  const title = `<title>${escapeXml(`${LINKS[kind].legend}: ${what}`)}</title>`;
  const common = `${styled(kind)} fill="none" stroke-width="1.4"`;
  return `<g>${title}<path d="M${a} C${b} ${c} ${d}" ${common}${dash}/><path d="${head}" ${common}/></g>`;
}

function drawLink({ kind, what }: ExplainLink, from: Spot, to: Spot, nth: number): string {
  if (from.column === to.column) {
    // Beside the column, each one further out than the last.
    const out = Math.min(from.left, to.left) - 18 - (nth % 4) * 8;
    return arrow(kind, what, [
      [from.left - 4, from.y],
      [out, from.y],
      [out, to.y],
      [to.left - 4, to.y],
    ]);
  }
  const forward = from.column < to.column;
  const start = forward ? from.right + 6 : from.left - 6;
  const end = forward ? to.left - 6 : to.right + 6;
  const bend = (forward ? 1 : -1) * Math.max(40, Math.abs(end - start) / 2);
  return arrow(kind, what, [
    [start, from.y],
    [start + bend, from.y],
    [end - bend, to.y],
    [end, to.y],
  ]);
}

function drawLinks(
  { links }: ExplainReport,
  spots: ReadonlyMap<number, Spot>,
): { svg: string[]; kinds: Set<ExplainLink["kind"]> } {
  const kinds = new Set<ExplainLink["kind"]>();
  const svg = links.flatMap((link, nth) => {
    const [from, to] = [spots.get(link.from), spots.get(link.to)];
    if (!from || !to) return [];
    kinds.add(link.kind);
    return [drawLink(link, from, to, nth)];
  });
  return { svg, kinds };
}

function drawLegend(kinds: ReadonlySet<ExplainLink["kind"]>, top: number): { svg: string[]; y: number } {
  const svg = [...kinds].map((kind, i) => {
    const y = top + i * LINE;
    const line = arrow(kind, "", [
      [MARGIN, y - 4],
      [MARGIN + 12, y - 4],
      [MARGIN + 24, y - 4],
      [MARGIN + 36, y - 4],
    ]);
    return line + printText(MARGIN + 46, y, LINKS[kind].legend, "faint");
  });
  return { svg, y: top + kinds.size * LINE };
}

function drawFoot(report: ExplainReport, top: number): { svg: string[]; y: number } {
  const { property, why } = report;
  const reasons = why.length === 0 ? "" : `: ${why.join("; ")}`;
  const verdict = property === null ? "no violation on this path" : `"${property}" is violated${reasons}`;
  const first = paragraph(verdict, top, property === null ? "text" : "verdict");
  // Broken so that it can still be pasted into a shell.
  const lines = report.command.replace(/ (?=--path )/, " \\\n    ").split("\n");
  const command = lines.map((line, i) => {
    const indent = line.length - line.trimStart().length;
    return printText(MARGIN + indent * LETTER, first.y + i * LINE, line.trimStart(), "faint");
  });
  return { svg: [...first.svg, ...command], y: first.y + lines.length * LINE };
}

/** A whole SVG file. Rows that the report leaves out (private steps) are left out here, too. */
export function renderExplainSvg(report: ExplainReport): string {
  const { scenario, design, model, mutant, property, question } = report;
  const subject = `${scenario}, ${design}, ${model}${mutant === null ? "" : `, with "${mutant}"`}`;
  const claim = property === null ? "no violation on this path" : `violates "${property}"`;
  const grid = gridOf(report.rows);
  const title = paragraph(subject, MARGIN + FONT, "text", BOLD);
  const verdict = paragraph(claim, title.y, property === null ? "text" : "verdict", BOLD);
  const asked = paragraph(question, verdict.y + LINE / 2, "faint");
  const headY = asked.y + LINE;
  const heads = grid.cpus.map((cpu) => printText(columnX(grid, cpu), headY, `CPU ${cpu}`, "text", BOLD));
  const rows = drawRows(report, grid, headY + LINE * 1.5);
  const bands = grid.cpus.map((cpu) =>
    printBox(columnX(grid, cpu) - 8, headY - FONT - 6, grid.letters * LETTER + 16, rows.y - headY + LINE / 2, "band"),
  );
  const links = drawLinks(report, rows.spots);
  const foot = drawFoot(report, rows.y + LINE);
  const legend = drawLegend(links.kinds, foot.y + LINE / 2);
  const height = legend.y + MARGIN / 2;
  const parts = [title.svg, verdict.svg, asked.svg, heads, rows.svg, links.svg, foot.svg, legend.svg];
  const body = parts.flat().join("\n");
  const [w, h] = [round(grid.width), round(height)];
  const size = `width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"`;
  const font = `font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font}>\n<title>${escapeXml(`${subject}: ${claim}`)}</title>\n` +
    `<desc>${escapeXml(question)}</desc>\n${sheet()}\n${printBox(0, 0, grid.width, height, "page")}\n` +
    `${bands.join("\n")}\n${body}\n</svg>\n`
  );
}
