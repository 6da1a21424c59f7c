// SPDX-License-Identifier: MIT
// What the kernel recorded of its TLB flushes: only ever compared with what a design predicts, never an input.

import { argIndex, type EventTable } from "../events/table.ts";
import type { Window } from "./look-ahead.ts";
import { isTlbFlush, usedKinds } from "./row-handlers.ts";

/** The tlb_flush events of one CPU in order. */
export interface RecordedFlushes {
  /** 0 on task switch, 1 remote shootdown, 2 local, 3 local mm, 4 remote IPI send, 5 remote wrong CPU. */
  readonly reason: Int32Array;
  /** -1 is everything. */
  readonly pages: Float64Array;
  readonly row: Int32Array;
}

/** Per CPU, of those rows that `keep` wants; undefined if the trace has no tlb_flush events at all. */
export function recordedFlushes(
  table: EventTable,
  window: Pick<Window, "from" | "to">,
  keep: (row: number) => boolean = () => true,
): RecordedFlushes[] | undefined {
  const columns = table.kinds.map((kind) =>
    isTlbFlush(kind) ? { pages: argIndex(kind, "pages"), reason: argIndex(kind, "reason") } : undefined,
  );
  if (!usedKinds(table).some(isTlbFlush)) return undefined;
  const rows = Array.from({ length: table.cpus }, () => [] as number[]);
  for (let row = window.from; row < window.to; row++)
    if (columns[table.kind[row]!] !== undefined && keep(row)) rows[table.cpu[row]!]!.push(row);
  const value = (row: number, name: "pages" | "reason") =>
    table.values[table.args[row]! + columns[table.kind[row]!]![name]]!;
  return rows.map((list) => ({
    reason: Int32Array.from(list, (row) => value(row, "reason")),
    pages: Float64Array.from(list, (row) => value(row, "pages")),
    row: Int32Array.from(list),
  }));
}
