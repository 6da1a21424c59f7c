// SPDX-License-Identifier: MIT
// What has to be known of a recording before a design can be held against it: how many objects it names, and who
// init_mm is.
import { argIndex, type EventTable } from "../events/table.ts";

/** A bound that no recording reaches. */
const UNBOUNDED = 2 ** 31 - 1;
const ADDRESSES = 2 ** 53;
const PAGE_SHIFT = 12;
/** The context id of init_mm on x86. */
const INIT_CTX = 1;
/** Columns that hold pointers to mms. */
const MM_COLUMN = /^(?:mm|next|prev|fmm|pm|amm|m\d+)$/;
const PID_COLUMN = /^(?:pid|next_pid|prev_pid|npid)$/;

export interface Objects {
  /** At most so many. */
  readonly mms: number;
  readonly tasks: number;
  /** Encoded as in the table; undefined if no row tells. */
  readonly initMm: number | undefined;
}

export function objectsOf(table: EventTable): Objects {
  const addresses = new Set<number>();
  const pids = new Set<number>();
  let initMm: number | undefined;
  let births = 0;
  let children = 0;
  const columns = table.kinds.map((kind) => ({
    birth: kind.name === "mm_init",
    child: kind.name === "task_newtask",
    mms: kind.args.flatMap((arg, i) => (arg.type === "word" && MM_COLUMN.test(arg.name) ? [i] : [])),
    pids: kind.args.flatMap((arg, i) => (PID_COLUMN.test(arg.name) ? [i] : [])),
    mm: argIndex(kind, "mm"),
    ctx: argIndex(kind, "ctx"),
  }));
  for (let row = 0; row < table.length; row++) {
    const column = columns[table.kind[row]!]!;
    const args = table.args[row]!;
    for (const i of column.mms) addresses.add(table.values[args + i]!);
    for (const i of column.pids) pids.add(table.values[args + i]!);
    pids.add(table.pid[row]!);
    if (column.birth) births++;
    if (column.child) children++;
    if (column.ctx >= 0 && column.mm >= 0 && table.values[args + column.ctx] === INIT_CTX)
      initMm = table.values[args + column.mm];
  }
  return { mms: 2 + births + addresses.size, tasks: 1 + table.cpus + children + pids.size, initMm };
}

/** Sizes of the machine. Pages stay out: no probe sees page tables. */
export function machineOf(table: EventTable, { mms, tasks }: Objects): Map<string, number> {
  return new Map([
    ["cpus", table.cpus],
    ["mms", mms],
    ["tasks", tasks],
    ["pages", 0],
    ["tables", 1],
    ["frames", 1],
    ["refs", UNBOUNDED],
    ["ctx_ids", UNBOUNDED],
    ["tlb_gens", UNBOUNDED],
    ["address", ADDRESSES],
    ["stride_shift", 63],
    ["PAGE_SHIFT", PAGE_SHIFT],
  ]);
}
