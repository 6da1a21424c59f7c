// SPDX-License-Identifier: MIT
// The packed layout for those who only look: properties, witnesses, data races. The words of the state are n0, n1, …
import { defined } from "../base/assert.ts";
import type { Range } from "../program/intervals.ts";
import type { Cell, Expr, Program } from "../program/program.ts";
import { boundsTest } from "./bounds.ts";
import type { PackedLayout } from "./layout.ts";
import { intMasks } from "./masks.ts";
import { flat, readElement } from "./packed-cells.ts";
import { type Layout, value } from "./printer.ts";

/** Where somebody looks from: the locals are those of the running code, whose CPU `cpu` is. */
export interface Outlook {
  readonly cpu: number;
  readonly locals: readonly Range[];
}

/** From outside: no code, no locals. */
export const OUTSIDE: Outlook = { cpu: 0, locals: [] };

/** Prints expressions, and statements of which only `raise` means anything: it leaves the block `S`. */
export function observer(program: Program, layout: PackedLayout, { cpu, locals }: Outlook): Layout {
  const unused = (): string => "";
  const view: Layout = {
    readCell: (id, index) => {
      const cell = defined(program.cells[id], "cells exist");
      const print = (e: Expr): string => value(view, e);
      const inside = boundsTest({ program, locals }, cell.dims, index, print);
      const read = newest(layout, id, cell, index.map(print), readElement(program, layout, id, index.map(print)));
      return inside === "" ? read : `(${inside}?${read}:${cell.min})`;
    },
    cpu: `${cpu}`,
    cpus: program.cpus,
    masks: intMasks,
    label: (id) => `B${id}`,
    writeCell: unused,
    setLocal: unused,
    raise: () => "break S;",
    reach: unused,
    trace: unused,
    limit: unused,
    disabled: unused,
    goto: unused,
    end: unused,
  };
  return view;
}

/** Under a model of views: the last one in the order of all stores so far, or the cell's own. */
function newest({ views }: PackedLayout, id: number, { dims, min }: Cell, index: string[], own: string): string {
  const first = views?.addresses.first.get(id);
  return first === undefined ? own : `(vload(S,a),vnow(${first}+${flat(dims, index)},${min},${own}))`;
}

/** The declaration of n0, n1, … */
export function stateWords({ words }: PackedLayout): string {
  return `const ${Array.from({ length: words }, (_, i) => `n${i}=S[a+${i}]`).join(",")};`;
}
