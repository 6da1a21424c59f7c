// SPDX-License-Identifier: MIT
// Tracepoints whose text is not plain name=value: they hold task or file names (which may contain anything), or print
// in their own way. A template is the format the kernel prints: {type name} reads a value, the rest must be there.
//   int   decimal           hex   hexadecimal without 0x, a word
//   text  any bytes up to the next literal with which the rest of the line fits; so a name may contain the literal
//   token up to the next space            skip  like text, but dropped
// What follows a template's last field after a space is ignored: newer kernels append fields. So is what follows on
// another line: it may be the start of the next line's task name.

import type { EventTableBuilder } from "../../events/builder.ts";
import type { ArgColumn } from "../../events/table.ts";
import { ascii, BYTE, readHexDigits, readInt, startsWith } from "./scan.ts";

/** Several forms per event: kernels and trace-cmd differ. The first that fits is taken. */
export const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  sched_switch: [
    "prev_comm={text prev_comm} prev_pid={int prev_pid} prev_prio={int prev_prio} prev_state={token prev_state}" +
      " ==> next_comm={text next_comm} next_pid={int next_pid} next_prio={int next_prio}",
    "prev_comm={text prev_comm} prev_pid={int prev_pid} prev_prio={int prev_prio} prev_state={token prev_state}" +
      " next_comm={text next_comm} next_pid={int next_pid} next_prio={int next_prio}",
    "{text prev_comm}:{int prev_pid} [{int prev_prio}] {token prev_state}" +
      " ==> {text next_comm}:{int next_pid} [{int next_prio}]",
  ],
  sched_wakeup: [
    "comm={text comm} pid={int pid} prio={int prio} target_cpu={int target_cpu}",
    "comm={text comm} pid={int pid} prio={int prio} success={int success} target_cpu={int target_cpu}",
    "{text comm}:{int pid} [{int prio}] CPU:{int target_cpu}",
    "{text comm}:{int pid} [{int prio}] success={int success} CPU:{int target_cpu}",
  ],
  sched_process_fork: [
    "comm={text comm} pid={int pid} child_comm={text child_comm} child_pid={int child_pid}",
    "parent_comm={text comm} parent_pid={int pid} child_comm={text child_comm} child_pid={int child_pid}",
  ],
  sched_process_exec: ["filename={text filename} pid={int pid} old_pid={int old_pid}"],
  sched_process_exit: ["comm={text comm} pid={int pid} prio={int prio}"],
  sched_process_free: ["comm={text comm} pid={int pid} prio={int prio}"],
  sched_migrate_task: [
    "comm={text comm} pid={int pid} prio={int prio} orig_cpu={int orig_cpu} dest_cpu={int dest_cpu}",
  ],
  task_newtask: [
    "pid={int pid} comm={text comm} clone_flags={hex clone_flags} oom_score_adj={int oom_score_adj}",
    "pid={int pid} comm={text comm} clone_flags=0x{hex clone_flags} oom_score_adj={int oom_score_adj}",
  ],
  task_rename: [
    "pid={int pid} oldcomm={text oldcomm} newcomm={text newcomm} oom_score_adj={int oom_score_adj}",
    "oldcomm={text oldcomm} newcomm={text newcomm} oom_score_adj={int oom_score_adj}",
  ],
  // The reason's words differ between kernels and may be missing; the number is always right.
  tlb_flush: [
    "pages:{int pages} reason:{skip}({int reason})",
    "pages={int pages} reason={skip}({int reason})",
    "pages={int pages} reason={int reason}",
    "reason={int reason} pages=0x{hex pages}",
  ],
  ipi_raise: ["target_mask={token target_mask} ({text reason})"],
  ipi_entry: ["({text reason})"],
  ipi_exit: ["({text reason})"],
};

const SAME_FORM: Readonly<Record<string, string>> = { sched_wakeup_new: "sched_wakeup", sched_waking: "sched_wakeup" };

/** PATH_MAX. Several texts in one form are tried in all combinations, which must not be many. */
export const MAX_TEXT_BYTES = 4096;

type FieldType = "int" | "hex" | "text" | "token" | "skip";

interface Step {
  /** What stands before the field. */
  readonly literal: Uint8Array;
  readonly type: FieldType;
}

export interface Template {
  readonly steps: readonly Step[];
  /** What stands after the last field. */
  readonly tail: Uint8Array;
  readonly args: readonly ArgColumn[];
}

const ARG_TYPE = { int: "int", hex: "word", text: "text", token: "text" } as const;

export function compileTemplate(format: string): Template {
  const steps: Step[] = [];
  const args: ArgColumn[] = [];
  let rest = 0;
  for (const match of format.matchAll(/\{(\w+)(?: (\w+))?\}/g)) {
    const type = match[1] as FieldType;
    steps.push({ literal: ascii(format.slice(rest, match.index)), type });
    if (type !== "skip") args.push({ name: match[2]!, type: ARG_TYPE[type] });
    rest = match.index + match[0].length;
  }
  return { steps, tail: ascii(format.slice(rest)), args };
}

const COMPILED = new Map<string, readonly Template[]>();

/** The compiled forms of an event, or undefined if it has none. */
export function templatesOf(name: string): readonly Template[] | undefined {
  const known = COMPILED.get(name);
  if (known !== undefined) return known;
  const formats = Object.hasOwn(TEMPLATES, SAME_FORM[name] ?? name) ? TEMPLATES[SAME_FORM[name] ?? name] : undefined;
  const templates = formats?.map(compileTemplate);
  if (templates !== undefined) COMPILED.set(name, templates);
  return templates;
}

/** Appends the fields of bytes[at, end) to the builder; false, and nothing appended, if the form does not fit. */
export function matchTemplate(
  template: Template,
  bytes: Uint8Array,
  at: number,
  end: number,
  out: EventTableBuilder,
): boolean {
  const used = out.used;
  if (matchFrom(template, 0, bytes, at, end, out)) return true;
  out.used = used;
  return false;
}

function matchFrom(
  template: Template,
  first: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  out: EventTableBuilder,
): boolean {
  const { steps, tail } = template;
  let p = at;
  for (let i = first; i < steps.length; i++) {
    const step = steps[i]!;
    if (!startsWith(bytes, p, end, step.literal)) return false;
    p += step.literal.length;
    if (step.type === "int") p = readInt(bytes, p, end, out);
    else if (step.type === "hex") p = readHexDigits(bytes, p, end, out);
    else if (step.type === "token") p = readToken(bytes, p, end, out);
    else return matchText(template, i, bytes, p, end, out);
    if (p < 0) return false;
  }
  if (!startsWith(bytes, p, end, tail)) return false;
  p += tail.length;
  return p >= end || bytes[p] === BYTE.space || bytes[p] === BYTE.newline;
}

/** The field is text: tries each place where the next literal stands, the first one first. */
function matchText(
  template: Template,
  index: number,
  bytes: Uint8Array,
  from: number,
  end: number,
  out: EventTableBuilder,
): boolean {
  const next = template.steps[index + 1]?.literal ?? template.tail;
  const slot = out.used;
  const keep = template.steps[index]!.type === "text";
  const last = Math.min(end, from + MAX_TEXT_BYTES);
  for (let p = from; p <= last; p++) {
    if (bytes[p] !== next[0] || !startsWith(bytes, p, end, next)) continue;
    out.used = keep ? slot + 1 : slot;
    if (!matchFrom(template, index + 1, bytes, p, end, out)) continue;
    if (keep) out.values[slot] = out.strings.intern(bytes, from, p);
    return true;
  }
  return false;
}

function readToken(bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  let p = at;
  while (p < end && bytes[p] !== BYTE.space) p++;
  if (p === at) return -1;
  out.values[out.used++] = out.strings.intern(bytes, at, p);
  return p;
}
