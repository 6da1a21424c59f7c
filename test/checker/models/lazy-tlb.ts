// SPDX-License-Identifier: MIT
// x86 lazy TLB under sequential consistency: 3 CPUs, mm 0, mm 1 and init_mm (2), one user page per mm, tlb_gen, IPIs to
// the CPUs of mm_cpumask that are not lazy, spontaneous TLB fills. One step per access to shared memory, nothing fused.
// Independent checkers agree on how many states and transitions it has (commonModelCounts), so that it pins our counts
// and is the yardstick of our speed: the text below is what an emitter would write, constant shifts and no loops.

import type { Compiled } from "../../../src/program/compiled.ts";
import { REPORT } from "../../../src/program/compiled.ts";

/** [bound of mm 0's tlb_gen, of mm 1's, distinct states, transitions]. */
export const commonModelCounts = [
  [0, 0, 717_075, 3_230_292],
  [1, 0, 4_179_284, 17_418_679],
  [1, 1, 18_939_993, 75_303_860],
] as const;

export const commonModelNames = {
  properties: [{ name: "no access through an entry to a freed page", kind: "never" }],
  witnesses: [{ name: "a lazy CPU is skipped" }],
} as const;

export interface CommonModelOptions {
  readonly gen0: number;
  readonly gen1: number;
  /** Leave out the check of tlb_gen when a lazy CPU switches back to the mm it had. */
  readonly dropUnlazyCheck?: boolean;
}

const CPUS = [0, 1, 2];
const INIT_MM = 2;

/** One word per CPU: shift and width. `irq` is the handler's program counter, `from` whose call it serves. */
const CPU_FIELDS = {
  pc: [0, 5],
  irq: [5, 3],
  loaded: [8, 2],
  cr3: [10, 2],
  lazy: [12, 1],
  next: [13, 1],
  nextGen: [14, 3],
  tlbGen: [17, 3],
  irqGen: [20, 3],
  tlb: [23, 2], // 0 empty, 1 an entry, 2 an entry to a freed page
  calls: [25, 3],
  from: [28, 2],
} as const;
type CpuField = keyof typeof CPU_FIELDS;

/** The fourth word, shared: mm m's generation (3 bits), mask (3 bits), page-table entry and mmap_lock (1 bit each). */
const GEN = (m: string) => `(g >>> 3 * ${m} & 7)`;
const MASK_AT = (m: string) => `(6 + 3 * ${m})`;
const PTE = (m: string) => `(1 << 12 + ${m})`;
const LOCK = (m: string) => `(1 << 14 + ${m})`;

/** Program counters of the thread: 0 is user mode or a kernel thread, where anything may begin. */
const SWITCH = {
  same: 1,
  readGen: 2,
  compare: 3,
  clearMask: 4,
  setMask: 5,
  setGen: 6,
  readNewGen: 7,
  cr3: 8,
  loaded: 9,
};
const UNMAP = { clear: 10, bump: 11, send: 12, local: 15, wait: 16, free: 17 };
const IRQ = { entry: 1, compare: 2, setGen: 3, ack: 4, clearMask: 5, cr3: 6, loaded: 7 };

function get(word: string, field: CpuField): string {
  const [shift, width] = CPU_FIELDS[field];
  return `(${word} >>> ${shift} & ${2 ** width - 1})`;
}

function set(word: string, values: Partial<Record<CpuField, number | string>>): string {
  let keep = -1;
  const parts: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const [shift, width] = CPU_FIELDS[name as CpuField];
    keep &= ~((2 ** width - 1) << shift);
    if (value !== 0) parts.push(`${value} << ${shift}`);
  }
  return `(${[`${word} & ${keep}`, ...parts].join(" | ")})`;
}

/** Text of one successor: the CPU words that change, and the shared word. */
type Emit = (changes: Partial<Record<number, string>>, shared?: string) => string;
const emit: Emit = (changes, shared = "g") =>
  `${CPUS.map((c) => `out[k + ${c}] = ${changes[c] ?? `w${c}`};`).join(" ")} out[k + 3] = ${shared}; k += 4;`;

function threadText(c: number, options: CommonModelOptions): string {
  const w = `w${c}`;
  const to = (values: Parameters<typeof set>[1], shared?: string) => emit({ [c]: set(w, values) }, shared);
  const bound = `(loaded === 1 ? ${options.gen1} : ${options.gen0})`;
  const mine = 1 << c;
  const switchTo = (m: number) => `if (!(user && loaded === ${m})) { ${to({ pc: SWITCH.same, next: m })} }`;
  const unlazied = options.dropUnlazyCheck ? { pc: 0, lazy: 0, next: 0 } : { pc: SWITCH.readGen, lazy: 0 };
  const send = (i: number) => {
    const done = set(w, { pc: UNMAP.send + i + 1 });
    if (i === c) return emit({ [c]: done });
    return `if ((g >>> ${MASK_AT("loaded")} & ${1 << i}) !== 0) {
        if (${get(`w${i}`, "lazy")} === 0) { ${emit({ [c]: done, [i]: `w${i} | ${mine << 25}` })} }
        else { report[${REPORT.witnesses}] = 1; ${emit({ [c]: done })} }
      } else { ${emit({ [c]: done })} }`;
  };
  const freed = (i: number) => {
    const stale = `(${get(`w${i}`, "cr3")} === loaded && ${get(`w${i}`, "tlb")} === 1)`;
    const word = i === c ? set(w, { pc: 0 }) : `w${i}`;
    return `${stale} ? ${set(word, { tlb: 2 })} : ${word}`;
  };
  return `case 0: {
      const user = loaded !== ${INIT_MM} && ${get(w, "lazy")} === 0;
      if (user) {
        if (${get(w, "tlb")} === 2) { report[${REPORT.raised}] = 1; report[${REPORT.raisedAt}] = k; }
        ${emit({})}
        if ((g & ${LOCK("loaded")}) === 0) {
          if ((g & ${PTE("loaded")}) === 0) { ${emit({}, `g | ${PTE("loaded")}`)} }
          else if (${GEN("loaded")} < ${bound}) { ${to({ pc: UNMAP.clear }, `g | ${LOCK("loaded")}`)} }
        }
        ${to({ lazy: 1 })}
      }
      ${switchTo(0)} ${switchTo(1)}
      break;
    }
    case ${SWITCH.same}:
      if (loaded === next) { ${to(unlazied)} } else { ${to({ pc: SWITCH.clearMask, lazy: 0 })} }
      break;
    case ${SWITCH.readGen}: ${to({ pc: SWITCH.compare, nextGen: GEN("next") })} break;
    case ${SWITCH.compare}:
      if (${get(w, "tlbGen")} === ${get(w, "nextGen")}) { ${to({ pc: 0, next: 0, nextGen: 0 })} }
      else { ${to({ pc: SWITCH.setGen })} }
      break;
    case ${SWITCH.clearMask}:
      ${to({ pc: SWITCH.setMask }, `loaded !== ${INIT_MM} ? g & ~(${mine} << ${MASK_AT("loaded")}) : g`)} break;
    case ${SWITCH.setMask}: ${to({ pc: SWITCH.readNewGen }, `g | ${mine} << ${MASK_AT("next")}`)} break;
    case ${SWITCH.readNewGen}: ${to({ pc: SWITCH.setGen, nextGen: GEN("next") })} break;
    case ${SWITCH.setGen}: ${to({ pc: SWITCH.cr3, tlbGen: get(w, "nextGen"), nextGen: 0 })} break;
    case ${SWITCH.cr3}: ${to({ pc: SWITCH.loaded, cr3: "next", tlb: 0 })} break;
    case ${SWITCH.loaded}: ${to({ pc: 0, loaded: "next", next: 0 })} break;
    case ${UNMAP.clear}: ${to({ pc: UNMAP.bump }, `g & ~${PTE("loaded")}`)} break;
    case ${UNMAP.bump}: ${to({ pc: UNMAP.send }, "g + (1 << 3 * loaded)")} break;
    ${CPUS.map((i) => `case ${UNMAP.send + i}: ${send(i)} break;`).join("\n    ")}
    case ${UNMAP.local}: {
      const gen = ${GEN("loaded")};
      if (${get(w, "tlbGen")} !== gen) { ${to({ pc: UNMAP.wait, tlb: 0, tlbGen: "gen" })} }
      else { ${to({ pc: UNMAP.wait })} }
      break;
    }
    case ${UNMAP.wait}: if (((w0 | w1 | w2) & ${mine << 25}) === 0) { ${to({ pc: UNMAP.free })} } break;
    case ${UNMAP.free}: ${emit({ 0: freed(0), 1: freed(1), 2: freed(2) }, `g & ~${LOCK("loaded")}`)} break;`;
}

function interruptText(c: number): string {
  const w = `w${c}`;
  const to = (values: Parameters<typeof set>[1], shared?: string) => emit({ [c]: set(w, values) }, shared);
  return `case ${IRQ.entry}:
      if (loaded === ${INIT_MM}) { ${to({ irq: IRQ.ack })} }
      else if (${get(w, "lazy")} !== 0) { ${to({ irq: IRQ.clearMask })} }
      else { ${to({ irq: IRQ.compare, irqGen: GEN("loaded") })} }
      break;
    case ${IRQ.compare}:
      if (${get(w, "tlbGen")} === ${get(w, "irqGen")}) { ${to({ irq: IRQ.ack, irqGen: 0 })} }
      else { ${to({ irq: IRQ.setGen, tlb: 0 })} }
      break;
    case ${IRQ.setGen}: ${to({ irq: IRQ.ack, tlbGen: get(w, "irqGen"), irqGen: 0 })} break;
    case ${IRQ.ack}: ${emit({ [c]: `${set(w, { irq: 0, from: 0 })} & ~(1 << 25 + ${get(w, "from")})` })} break;
    case ${IRQ.clearMask}: ${to({ irq: IRQ.cr3 }, `g & ~(${1 << c} << ${MASK_AT("loaded")})`)} break;
    case ${IRQ.cr3}: ${to({ irq: IRQ.loaded, cr3: INIT_MM, tlb: 0 })} break;
    case ${IRQ.loaded}: ${to({ irq: IRQ.ack, loaded: INIT_MM, lazy: 0, tlbGen: 0 })} break;`;
}

function cpuText(c: number, options: CommonModelOptions): string {
  const w = `w${c}`;
  const deliver = CPUS.filter((i) => i !== c).map(
    (i) => `if ((calls & ${1 << i}) !== 0) { ${emit({ [c]: set(w, { irq: IRQ.entry, from: i }) })} }`,
  );
  const fill = emit({ [c]: set(w, { tlb: 1 }) });
  // Interrupts are off during a switch, and while one is being handled the thread stands still.
  return `function cpu${c}(w0, w1, w2, g, out, k) {
    const pc = ${get(w, "pc")}, irq = ${get(w, "irq")}, loaded = ${get(w, "loaded")}, next = ${get(w, "next")};
    const cr3 = ${get(w, "cr3")}, calls = ${get(w, "calls")};
    if (cr3 !== ${INIT_MM} && ${get(w, "tlb")} === 0 && (g & ${PTE("cr3")}) !== 0) { ${fill} }
    if (irq !== 0) { switch (irq) { ${interruptText(c)} } return k; }
    if (calls !== 0 && (pc === 0 || pc > ${SWITCH.loaded})) { ${deliver.join(" ")} }
    switch (pc) { ${threadText(c, options)} }
    return k;
  }`;
}

/** The common model as text, as an emitter would hand it over; `limits` are the texts of its limits. */
export function commonModelText(options: CommonModelOptions): {
  readonly text: string;
  readonly limits: readonly string[];
} {
  const cpu = (INIT_MM << CPU_FIELDS.loaded[0]) | (INIT_MM << CPU_FIELDS.cr3[0]);
  const text = `"use strict";
  const report = new Int32Array(${REPORT.witnesses + 1});
  ${CPUS.map((c) => cpuText(c, options)).join("\n")}
  const successors = (states, at, out, k) => {
    report[${REPORT.raised}] = 0;
    const w0 = states[at], w1 = states[at + 1], w2 = states[at + 2], g = states[at + 3];
    const end = cpu2(w0, w1, w2, g, out, cpu1(w0, w1, w2, g, out, cpu0(w0, w1, w2, g, out, k)));
    report[${REPORT.progress}] = end - k >> 2;
    return end;
  };
  const none = () => 0;
  const initial = (out) => out.set([${cpu}, ${cpu}, ${cpu}, 0]);
  const choices = new Int32Array(24);
  return { words: 4, maxSuccessors: 24, initial, successors, check: none, checkEnd: none, report, choices };`;
  return { text, limits: [] };
}

export function commonModel(options: CommonModelOptions): Compiled {
  const { text, limits } = commonModelText(options);
  return { ...(new Function(text)() as Omit<Compiled, "limits">), limits };
}
