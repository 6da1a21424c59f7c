// SPDX-License-Identifier: MIT
// The START snapshot: one `snapN` row per CPU, written by one CPU right after the START mark. Its ctxs are the ASID
// slots, {ctx_id, tlb_gen} each. gen, cb and cnt, which it prints too, are not inputs of a replay and are not read.

import type { CpuSnapshot } from "../events/schedule.ts";
import { argIndex, argNumber, type EventTable, listAt } from "../events/table.ts";
import type { MmIdentity } from "./mm-identity.ts";

export interface SnapshotRow {
  readonly row: number;
  /** The CPU's current task, and the node of its mm. */
  readonly pid: number;
  readonly taskMm: number;
  /** Node of the mm in CR3. */
  readonly loadedMm: number;
  readonly isLazy: boolean;
  readonly asid: number;
  readonly nextAsid: number;
  readonly slots: readonly { readonly ctx: number; readonly tlbGen: number }[];
}

export function readSnapshot(table: EventTable, row: number, identity: MmIdentity): SnapshotRow {
  const kind = table.kinds[table.kind[row]!]!;
  // Pointers as they are encoded: they are only compared.
  const raw = (name: string) => table.values[table.args[row]! + argIndex(kind, name)]!;
  const number = (name: string) => argNumber(table, row, name) ?? 0;
  const ctxs = listAt(table, raw("ctxs"));
  const slots: { ctx: number; tlbGen: number }[] = [];
  for (let i = 0; i + 1 < ctxs.length; i += 2) slots.push({ ctx: ctxs[i]!, tlbGen: ctxs[i + 1]! });
  return {
    row,
    pid: number("pid"),
    taskMm: identity.mmAt(raw("amm"), 0),
    loadedMm: identity.mmAt(raw("mm"), number("ctx")),
    isLazy: number("lazy") !== 0,
    asid: number("asid"),
    nextAsid: number("nasid"),
    slots,
  };
}

/** The same with final ids. `mmId` gives 0 for an mm that no action names. */
export function cpuSnapshot(
  snapshot: SnapshotRow,
  task: number,
  identity: MmIdentity,
  mmId: (node: number) => number,
): CpuSnapshot {
  return {
    task,
    loadedMm: mmId(snapshot.loadedMm),
    isLazy: snapshot.isLazy,
    asid: snapshot.asid,
    nextAsid: snapshot.nextAsid,
    ctxs: snapshot.slots.map(({ ctx, tlbGen }) => {
      const node = ctx === 0 ? undefined : identity.mmOfCtx(ctx);
      return { mm: node === undefined ? 0 : mmId(node), tlbGen };
    }),
  };
}
