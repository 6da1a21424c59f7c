// SPDX-License-Identifier: MIT
// The part of a view-based model's code that depends on the program: how its part of the state is unpacked and packed,
// and what is known of each address.
import { defined } from "../../base/assert.ts";
import type { Program } from "../../program/program.ts";
import { elements } from "../../program/program.ts";
import type { PackedLayout, Slot } from "../layout.ts";
import { maskOf } from "../packed-cells.ts";
import type { ViewsLayout } from "./views-layout.ts";
import { ROOM, VIEW_FUNCTIONS } from "./views-runtime.ts";

/** Reads a field of the state at S[a] or O[k]. */
function fieldAt({ word, shift, width }: Slot, array: string, start: string): string {
  const text = `${array}[${start}+${word}]`;
  if (width === 32) return `${text}>>>0`;
  return shift === 0 ? `${text}&${maskOf({ width })}` : `${text}>>>${shift}&${maskOf({ width })}`;
}

function printLoad(views: ViewsLayout): string {
  const fields = views.packed.map(({ name, slot }) => `${name}=${fieldAt(slot, "S", "a")};`).join("");
  // What takes no bits is 0, but may have been raised on the way to a successor.
  const packed = new Set(views.packed.map(({ name }) => name));
  const unused = Array.from({ length: views.size }, (_, i) => `T[${i}]`).filter((name) => !packed.has(name));
  const zeros = unused.length > 0 ? `${unused.join("=")}=0;` : "";
  return `function vload(S,a){${zeros}${fields}N=0;while(N<M&&MA[N+1]!==0)N++;return N;}\n`;
}

function printPack(views: ViewsLayout, layout: PackedLayout): string {
  const words = new Map<number, string[]>();
  for (const { name, slot } of views.packed) {
    const of = words.get(slot.word) ?? [];
    words.set(slot.word, of);
    of.push(slot.shift === 0 ? name : `${name}<<${slot.shift}`);
  }
  const clear = "for(let t=N+1;t<=M;t++){MA[t]=0;MV[t]=0;MR[t]=0;MS[t]=0;MB[t]=0;MF[t]=0;MP[t]=0;MX[t]=0;MG[t]=0;}";
  const stores = [...words].map(([word, parts]) => `O[k+${word}]=${parts.join("|")};`).join("");
  return `function vpack(O,k){${clear}${stores}return k+${layout.words};}\n`;
}

/** By CPU, the field of its thread's program counter in S at a; undefined: it has no thread. */
function threadCounters(program: Program, layout: PackedLayout): (string | undefined)[] {
  return Array.from({ length: program.cpus }, (_, cpu) => {
    const context = layout.contexts.find((c) => c.cpu === cpu && program.codes[c.code]?.kind === "thread");
    if (!context) return undefined;
    return context.pc.width === 0 ? "0" : fieldAt(context.pc, "S", "a");
  });
}

/**
 * vahead(S, a): what the CPUs may still do. vend(O, k): what is unpacked becomes the rest of the successor whose plain
 * words are at O[k].
 */
function printEnd(program: Program, layout: PackedLayout, fold: boolean): string {
  const futures = threadCounters(program, layout)
    .map((pc, cpu) => `FU[${cpu}]=F[G${cpu}[${pc ?? 0}]];`)
    .join("");
  const folding = fold ? "for(let t=1;t<=N;)if(vdone(t)){vfold(O,k,t);t=1;}else t++;" : "";
  return `function vahead(S,a){${futures}}
function vend(O,k){vahead(O,k);${folding}${ROOM}\nvnorm();return vpack(O,k);}\n`;
}

/** Where the plain value of each address is, and what else is known of it. */
function printTables(program: Program, layout: PackedLayout, views: ViewsLayout): string {
  const slots: (Slot | undefined)[] = [undefined];
  for (const id of views.cells) {
    const place = defined(layout.cells[id], "by cell");
    const count = elements(defined(program.cells[id], "cells exist"));
    for (let i = 0; i < count; i++) slots.push("slots" in place ? place.slots[i] : undefined);
  }
  const table = (name: string, list: readonly number[]): string => `const ${name}=[${list.join(",")}];`;
  const futures = views.futures.map(({ touches, alive }) => `[${[...touches, alive ? 1 : 0].join(",")}]`).join(",");
  return [
    table(
      "PW",
      slots.map((s) => s?.word ?? 0),
    ),
    table(
      "PS",
      slots.map((s) => s?.shift ?? 0),
    ),
    table(
      "PM",
      slots.map((s) => (s ? maskOf(s) : 0)),
    ),
    table("WK", views.walked),
    `const F=[${futures}];`,
    ...views.futureOf.map((list, cpu) => table(`G${cpu}`, list)),
    ...valueTables(program, layout, views).map(([name, list]) => table(name, list)),
  ].join("\n");
}

/** Views of locals and elements: VS, VP where they are, VC whose they are (-1: everybody can look at them). */
function valueTables(program: Program, layout: PackedLayout, views: ViewsLayout): [string, number[]][] {
  const rows: [number, number, number][] = [];
  views.locals.forEach((map, i) => {
    const { cpu } = defined(layout.contexts[i], "by context");
    const distinct = new Map([...map.values()].map((v) => [v.strong, v]));
    for (const { strong, pick } of distinct.values()) rows.push([strong, pick, cpu]);
  });
  const ofCell = (id: number, strong: number, pick: number): void => {
    const cell = defined(program.cells[id], "cells exist");
    const count = elements(cell);
    const each = count / (cell.dims[0] ?? 1);
    for (let i = 0; i < count; i++) {
      rows.push([strong + i, pick === 0 ? 0 : pick + i, cell.own ? Math.floor(i / each) : -1]);
    }
  };
  for (const [id, { strong, pick }] of views.elements) ofCell(id, strong, pick);
  for (const [id, first] of views.handed) ofCell(id, first, 0);
  return [
    ["VS", rows.map(([strong]) => strong)],
    ["VP", rows.map(([, pick]) => pick)],
    ["VC", rows.map(([, , cpu]) => cpu)],
  ];
}

/** `fold`: false keeps every message (for tests: nobody must be able to tell). */
export function viewsRuntime(program: Program, layout: PackedLayout, views: ViewsLayout, fold: boolean): string {
  const arrays = ["MA", "MR", "MS", "MB", "MF", "MP", "MX", "MG"].map((name) => `${name}=new Int32Array(M+2)`);
  return `
const M=${views.depth},A=${views.addresses.count},D=${views.baseRead},CPUS=${program.cpus};
const FOLDING=${fold},CONTROL=${views.used.control};
const T=new Int32Array(${views.size}),XA=new Int32Array(CPUS),FU=new Array(CPUS);
const ${arrays.join(",")},MV=new Float64Array(M+2);let N=0,PV=0,PP=0,PO=0;
${printTables(program, layout, views)}${VIEW_FUNCTIONS}
${printLoad(views)}${printPack(views, layout)}${printEnd(program, layout, fold)}`;
}
