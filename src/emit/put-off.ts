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
  /** Statements that set D (bits of CPUs) and W (bits of walks), from the state and whether contexts can move. */
  readonly decide: string;
  /** The condition under which a CPU publishes its oldest store. */
  readonly publish: (cpu: number) => string;
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
  const triggered = held.map((_, cpu) => {
    const others = or(looks.filter((l) => l.cpu !== cpu).map((l) => l.text));
    const own = or(waits.filter((w) => w.cpu === cpu).map((w) => w.text));
    return `if((b${cpu}&(${others}))!==0||b${cpu}!==0&&(${own})!==0){D|=${bit(cpu)};G|=b${cpu};}`;
  });
  const walked = plan.walked.reduce((mask, cell) => mask | bitOf(cell), 0);
  // Two buffers with stores to one cell, or a buffer and a walk: where the one matters, so does the other.
  const related = held.map((_, cpu) => `if((b${cpu}&G)!==0){D|=${bit(cpu)};G|=b${cpu};}`).join("");
  const anyHeld = or(held.map((_, cpu) => `(D&${bit(cpu)})!==0&&(b${cpu}&${walked})!==0`)).replaceAll("|(", "||(");
  const walksToo = walked === 0 ? "" : `if(${anyHeld}){W=${all};G|=${walked};${related}}`;
  return {
    declarations: `${tables.join("\n")}const AC=[${addresses.join(",")}];\n`,
    decide:
      `const ${pcs.join(",")};let W=${or(walks)},D=0,G=0;` +
      held.map((text, cpu) => `const b${cpu}=${text};`).join("") +
      triggered.join("") +
      (walked === 0 ? "" : `if(W!==0)G|=${walked};`) +
      held.map(() => related).join("") +
      walksToo +
      `if(k===b){W=${all};D=${held.reduce((mask, _, cpu) => mask | bit(cpu), 0)};}`,
    publish: (cpu) => `(D&${bit(cpu)})!==0`,
    walk: (i) => `(W&${bit(i)})!==0`,
  };
}
