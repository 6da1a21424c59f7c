// SPDX-License-Identifier: MIT
// What has to be known of a recording before a design can be held against it: how many objects it names, who init_mm
// is, and what of the machine shows.
import type { ProbeTable } from "../../model/probes/types.ts";
import { argIndex, argNumber, argWord, type EventTable } from "../events/table.ts";
import type { Sidecars } from "../traces/sidecars.ts";

/** A bound that no recording reaches. */
const UNBOUNDED = 2 ** 31 - 1;
const ADDRESSES = 2 ** 53;
/** Columns that hold pointers to mms. */
const MM_COLUMN = /^(?:mm|next|prev|fmm|pm|amm|nmm|pmm|pamm|info|m\d+)$/;
const PID_COLUMN = /^(?:pid|next_pid|prev_pid|npid)$/;

export interface Objects {
  /** At most so many. */
  readonly mms: number;
  readonly tasks: number;
  /** Encoded as in the table; undefined if no row tells. */
  readonly initMm: number | undefined;
}

export function objectsOf(table: EventTable, { initMm: told }: ProbeTable): Objects {
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
    ids: (told?.columns ?? [])
      .map(([ctx, mm]) => ({ ctx: argIndex(kind, ctx), mm: argIndex(kind, mm) }))
      .filter(({ ctx, mm }) => ctx >= 0 && mm >= 0),
  }));
  for (let row = 0; row < table.length; row++) {
    const column = columns[table.kind[row]!]!;
    const args = table.args[row]!;
    for (const i of column.mms) addresses.add(table.values[args + i]!);
    for (const i of column.pids) pids.add(table.values[args + i]!);
    pids.add(table.pid[row]!);
    if (column.birth) births++;
    if (column.child) children++;
    for (const { ctx, mm } of column.ids) if (table.values[args + ctx] === told?.ctx) initMm = table.values[args + mm];
  }
  return { mms: 2 + births + addresses.size, tasks: 1 + table.cpus + children + pids.size, initMm };
}

/** Sizes of the machine. Pages stay out: no probe sees page tables. */
export function machineOf(table: EventTable, { mms, tasks }: Objects, sidecars: Sidecars): Map<string, number> {
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
    ["PAGE_SHIFT", pageShift(table)],
    ...powerpcCpu(sidecars.pvr ?? POWER9),
  ]);
}

const SHIFT_4K = 12;
const SHIFT_64K = 16;
/** Linux's number of the page size 64K on powerpc. */
const MMU_PAGE_64K = 2;

/** powerpc's pages are of 4 or of 64 kB: by the size that is flushed, or else by what all flushed addresses have. */
function pageShift(table: EventTable): number {
  let addresses = 0n;
  for (let row = 0; row < table.length; row++) {
    const { name } = table.kinds[table.kind[row]!]!;
    if (name === "flush_range_psize" && argNumber(table, row, "psize") === MMU_PAGE_64K) return SHIFT_64K;
    if (name === "flush_page") addresses |= (argWord(table, row, "addr") ?? 0n) | (1n << 63n);
  }
  return addresses !== 0n && addresses % (1n << BigInt(SHIFT_64K)) === 0n ? SHIFT_64K : SHIFT_4K;
}

/** PVR of a POWER9 of the first kind, for recordings that do not tell. */
const POWER9 = 0x004e_1200;

/** CPU features: POWER10 has one set, POWER9 128 and two errata, one of which Nimbus 2.3 and Cumulus 1.3 are rid of. */
function powerpcCpu(pvr: number): [string, number][] {
  const isPower9 = pvr >>> 16 === POWER9 >>> 16;
  const revision = pvr & 0xfff;
  const fixed = (pvr & 0xe000) === 0 ? 0x203 : 0x103;
  return [
    ["tlb_sets", isPower9 ? 128 : 1],
    ["p9_tlbie_erat_bug", isPower9 && revision < fixed ? 1 : 0],
    ["p9_tlbie_stq_bug", isPower9 ? 1 : 0],
  ];
}
