// SPDX-License-Identifier: MIT
// How cells and values are written in a counterexample: as the kernel's source would name them. A Program knows cells
// by struct and field; whether the first index is a CPU or an object of a pool shows in how its code computes it.
import { defined } from "../base/assert.ts";
import type { Cell, Expr, Meaning, Program } from "../program/program.ts";
import type { Element } from "./decode.ts";

/** What the first index of a root ("mm_struct", "cpu_tlbstate") stands for. */
type FirstIndex = { readonly kind: "cpu" } | { readonly kind: "object"; readonly names: readonly string[] };

export interface Naming {
  readonly program: Program;
  readonly roots: ReadonlyMap<string, FirstIndex>;
  /** By cell: the path below the root, `[]` where an index goes. */
  readonly paths: readonly string[];
}

const ALLOCATED = ".allocated";

function rootOf(cell: Cell): string {
  return cell.name.split(".", 1)[0] ?? cell.name;
}

/** Calls `visit` with every index that some code uses. */
function eachIndex(program: Program, visit: (cell: number, index: readonly Expr[], code: number) => void): void {
  const walk = (x: unknown, code: number): void => {
    if (typeof x !== "object" || x === null) return;
    const { cell, index } = x as { cell?: unknown; index?: unknown };
    if (typeof cell === "number" && Array.isArray(index)) visit(cell, index as Expr[], code);
    for (const child of Object.values(x)) walk(child, code);
  };
  program.codes.forEach((code, id) => {
    for (const { guard, before, access, body } of code.steps) walk([guard, before, access, body], id);
  });
}

/** The names of the objects that `pointer - 1` numbers. */
function objectNames(program: Program, code: number, index: Expr | undefined): readonly string[] | undefined {
  if (index?.kind !== "binary" || index.op !== "-" || index.b.kind !== "const") return undefined;
  const { a } = index;
  const of =
    a.kind === "local" ? program.codes[code]?.locals[a.local] : a.kind === "cell" ? program.cells[a.cell] : undefined;
  return of?.meaning.kind === "ref" ? of.meaning.names : undefined;
}

function findRoots(program: Program): Map<string, FirstIndex> {
  const roots = new Map<string, FirstIndex>();
  eachIndex(program, (id, [first], code) => {
    const cell = defined(program.cells[id], "cells exist");
    const root = rootOf(cell);
    const names = objectNames(program, code, first);
    if (names !== undefined) roots.set(root, { kind: "object", names });
    else if (first?.kind === "cpu" && cell.dims[0] === program.cpus && !roots.has(root))
      roots.set(root, { kind: "cpu" });
  });
  return roots;
}

/** Where in `ctxs.tlb_gen` the index goes: the sources say `ctxs[prev_asid].tlb_gen`. Behind it if they are silent. */
function pathOf(cell: Cell, inner: number, texts: readonly string[], isUnique: (field: string) => boolean): string {
  const fields = cell.name.split(".").slice(1);
  const last = fields.at(-1) ?? rootOf(cell);
  const plain = isUnique(last) ? last : fields.join(".");
  if (inner === 0) return plain;
  const index = String.raw`((?:\[[^\]]*\])*)`;
  const pattern = new RegExp(String.raw`\b${fields.map((field) => field + index).join(String.raw`\.`)}`);
  for (const text of fields.length > 1 ? texts : []) {
    const match = pattern.exec(text);
    const counts = match?.slice(1).map((brackets) => brackets.split("]").length - 1) ?? [];
    if (counts.reduce((a, b) => a + b, 0) !== inner) continue;
    return fields.map((field, i) => field + "[]".repeat(counts[i] ?? 0)).join(".");
  }
  return plain + "[]".repeat(inner);
}

export function namesOf(program: Program): Naming {
  const roots = findRoots(program);
  const texts = program.codes.flatMap((code) => code.steps.map((step) => step.at.text));
  const paths = program.cells.map((cell) => {
    const root = rootOf(cell);
    // mm.context.tlb_gen is the only tlb_gen of an mm.
    const isUnique = (field: string): boolean =>
      program.cells.filter((other) => rootOf(other) === root && other.name.endsWith(`.${field}`)).length < 2;
    // A scalar next to an array of its struct has no index to lose.
    return pathOf(cell, Math.max(0, cell.dims.length - (roots.has(root) ? 1 : 0)), texts, isUnique);
  });
  return { program, roots, paths };
}

/** Element `at` of a cell, as one index per dimension. */
function indices(cell: Cell, at: number): number[] {
  let rest = at;
  const found: number[] = [];
  for (const extent of [...cell.dims].reverse()) {
    found.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return found;
}

/** The CPU whose copy of a per-CPU variable this is. */
export function cpuOf({ program, roots }: Naming, { cell: id, at }: Element): number | undefined {
  const cell = defined(program.cells[id], "cells exist");
  return roots.get(rootOf(cell))?.kind === "cpu" ? indices(cell, at)[0] : undefined;
}

/** The object of which this cell says whether it is in use: page_tables[0]. */
export function lifeOf({ program, roots }: Naming, { cell: id, at }: Element): string | undefined {
  const cell = defined(program.cells[id], "cells exist");
  if (!cell.name.endsWith(ALLOCATED)) return undefined;
  const first = roots.get(rootOf(cell));
  return first?.kind === "object" ? (first.names[at + 1] ?? `${rootOf(cell)}[${at}]`) : `${rootOf(cell)}[${at}]`;
}

/** An element as code on `cpu` names it: `loaded_mm`, `loaded_mm of CPU 1`, `mms[1].tlb_gen`, `ctxs[1].tlb_gen`. */
export function nameOf(naming: Naming, element: Element, cpu: number): string {
  const { program, roots, paths } = naming;
  const cell = defined(program.cells[element.cell], "cells exist");
  const index = indices(cell, element.at);
  const root = rootOf(cell);
  const first = roots.get(root);
  const rest = first ? index.slice(1) : index;
  let i = 0;
  const path = (paths[element.cell] ?? cell.name).replace(/\[\]/g, () => `[${rest[i++]}]`);
  if (first?.kind === "object") return `${first.names[(index[0] ?? 0) + 1] ?? `${root}[${index[0]}]`}.${path}`;
  // A call slot or a request block is known by its variable, not by its field.
  const named = cell.storage === "frame" && path !== root ? `${root}.${path}` : path;
  if (first?.kind === "cpu") return index[0] === cpu ? named : `${named} of CPU ${index[0]}`;
  return cell.dims.length > 0 && !path.startsWith(root) ? `${root}.${path}` : named;
}

export function valueText(meaning: Meaning, value: number): string {
  switch (meaning.kind) {
    case "bool":
      return value === 0 ? "false" : "true";
    case "ref":
      return meaning.names[value] ?? `${value}`;
    case "cpu":
      return `CPU ${value}`;
    case "mask": {
      const members = [...value.toString(2)].reverse().flatMap((bit, cpu) => (bit === "1" ? [cpu] : []));
      return `{${members.join(",")}}`;
    }
    default:
      return `${value}`;
  }
}

/** The value of a cell, in words. */
export function cellValue({ program }: Naming, { cell }: Element, value: number): string {
  return valueText(defined(program.cells[cell], "cells exist").meaning, value);
}
