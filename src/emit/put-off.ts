// SPDX-License-Identifier: MIT
// The tests that say whether what hardware does by itself can matter in a state (src/reductions/put-off.ts). Which
// cells a store buffer holds is one bit per delayed cell, and which walks can matter one bit per walk; too many of them
// share bits, which only puts off less.
import { defined } from "../base/assert.ts";
import type { PutOff } from "../program/hardware-moves.ts";
import { elements, type Program } from "../program/program.ts";
import type { PackedLayout } from "./layout.ts";
import { fieldOf } from "./memory/store-buffer.ts";

const BITS = 31;
const bit = (i: number): number => 1 << (i % BITS);

export interface PutOffCode {
  readonly declarations: string;
  /** Statements that set D (publish), and W (bits of walks), from the state at S[a] and whether contexts can move. */
  readonly decide: string;
  /** The condition under which walk i is taken. */
  readonly walk: (i: number) => string;
}

export function printPutOff(program: Program, layout: PackedLayout, plan: PutOff): PutOffCode {
  const cells = [...layout.addresses.keys()];
  const bitOf = (cell: number): number => bit(cells.indexOf(cell));
  const addresses = [0];
  for (const cell of cells) {
    for (let n = 0; n < elements(defined(program.cells[cell], "cells exist")); n++) addresses.push(bitOf(cell));
  }
  const all = plan.walks.reduce((mask, _, i) => mask | bit(i), 0);
  const tables: string[] = [];
  const pcs: string[] = [];
  const table = (name: string, values: readonly number[]): boolean => {
    if (values.every((v) => v === 0)) return false;
    tables.push(`const ${name}=[${values.join(",")}];`);
    return true;
  };
  const walks: string[] = [];
  const looks: { cpu: number; text: string }[] = [];
  const waits: { cpu: number; text: string }[] = [];
  for (const [x, { code, cpu, pc }] of layout.contexts.entries()) {
    const { steps } = defined(program.codes[code], "codes exist");
    const sees = steps.map((_, step) => plan.sees(code, cpu, step));
    pcs.push(`c${x}=${fieldOf(pc)}`);
    if (
      table(
        `LW${x}`,
        sees.map((s) => s.walks.reduce((m, i) => m | bit(i), 0)),
      )
    )
      walks.push(`LW${x}[c${x}]`);
    if (
      table(
        `LR${x}`,
        sees.map((s) => s.cells.reduce((m, cell) => m | bitOf(cell), 0)),
      )
    )
      looks.push({ cpu, text: `LR${x}[c${x}]` });
    if (
      table(
        `LF${x}`,
        sees.map((s) => Number(s.waits)),
      )
    )
      waits.push({ cpu, text: `LF${x}[c${x}]` });
  }
  const held = layout.buffers.map((buffer) => buffer.map((b) => `AC[${fieldOf(b.address)}]`).join("|") || "0");
  const or = (list: readonly string[]): string => list.join("|") || "0";
  const published = held.map((_, cpu) => {
    const others = or(looks.filter((l) => l.cpu !== cpu).map((l) => l.text));
    const own = or(waits.filter((w) => w.cpu === cpu).map((w) => w.text));
    return `(b${cpu}&(${others}))!==0||b${cpu}!==0&&(${own})!==0`;
  });
  const walked = plan.walked.reduce((mask, cell) => mask | bitOf(cell), 0);
  return {
    declarations: `${tables.join("\n")}const AC=[${addresses.join(",")}];\n`,
    decide:
      `const ${pcs.join(",")};let W=${or(walks)};` +
      `${held.map((text, cpu) => `const b${cpu}=${text};`).join("")}let D=k===b${published.map((t) => `||${t}`).join("")};` +
      `if(((${or(held.map((_, cpu) => `b${cpu}`))})&${walked})!==0&&(W!==0||D)){W=${all};D=true;}if(k===b)W=${all};`,
    walk: (i) => `(W&${bit(i)})!==0`,
  };
}
