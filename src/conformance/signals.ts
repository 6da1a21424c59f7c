// SPDX-License-Identifier: MIT
// Interrupts that CPUs send each other. A CPU that has one coming takes all that waits for it, and is sent no second
// one: whether it has is read off the recording, since also the scheduler sends them, which no design has.
import { defined } from "../base/assert.ts";
import type { EventTable } from "../events/table.ts";
import { isTarget, type Plan } from "./plan.ts";
import { functionName } from "./world.ts";

export const contains = (mask: number, cpu: number): boolean => Math.floor(mask / 2 ** cpu) % 2 === 1;

export class Signals {
  /** Rows whose call is of a function that no design has, and interrupts that such calls send. */
  readonly foreign = new Set<number>();
  /** By target, rows in order: an interrupt is sent to it, it begins to take what waits for it, it has. */
  private readonly sent: number[][];
  private readonly begun: number[][];
  private readonly ended: number[][];
  private readonly table: EventTable;

  constructor(table: EventTable, plan: Plan) {
    this.table = table;
    const lists = (): number[][] => Array.from({ length: table.cpus }, () => []);
    this.sent = lists();
    this.begun = lists();
    this.ended = lists();
    const isForeign = new Uint8Array(table.cpus);
    for (let row = 0; row < table.length; row++) {
      const kind = table.kind[row]!;
      const cpu = table.cpu[row]!;
      if (plan.interrupts[kind] === 1) this.begun[cpu]!.push(row);
      else if (plan.interrupts[kind] === 2) this.ended[cpu]!.push(row);
      const probe = plan.probes[kind];
      if (probe === undefined) continue;
      if (probe.of >= 0) {
        const name = functionName(table, row, probe.of);
        isForeign[cpu] = name !== undefined && probe.probe.of?.functions.includes(name) ? 0 : 1;
      }
      if (isForeign[cpu] === 1 && (probe.of >= 0 || probe.probe.elsewhere === "foreign")) this.foreign.add(row);
      const field = probe.fields.find(isTarget);
      if (field === undefined) continue;
      const value = table.values[table.args[row]! + field.column]!;
      const mask = field.as === "target" ? 2 ** value : value;
      for (let to = 0; to < table.cpus; to++) if (contains(mask, to)) this.sent[to]!.push(row);
    }
  }

  /** Whether at this row of `from`, the target had, or may have had, something waiting already. */
  isComing(target: number, row: number, from: number): boolean {
    const [sent, begun, ended] = [this.sent[target]!, this.begun[target]!, this.ended[target]!];
    const lastBegun = begun[before(begun, row) - 1] ?? -1;
    if ((sent[before(sent, row) - 1] ?? -1) > lastBegun) return true;
    // It empties the list somewhere in between.
    if (lastBegun >= 0 && (ended[before(ended, row) - 1] ?? -1) < lastBegun) return true;
    // Somebody else was first to queue, and is later to send.
    const nextBegun = begun[before(begun, row)] ?? this.table.length;
    for (let i = before(sent, row); i < sent.length && sent[i]! < nextBegun; i++)
      if (this.table.cpu[sent[i]!] !== from) return true;
    return false;
  }

  /** The target's next interrupt is one that nobody is seen to send. */
  isUnsent(target: number, row: number): boolean {
    const [sent, begun] = [this.sent[target]!, this.begun[target]!];
    const nextBegun = begun[before(begun, row)];
    return nextBegun !== undefined && (sent[before(sent, row + 1)] ?? nextBegun) >= nextBegun;
  }
}

/** How many of the rows, which are in order, come before this one. */
function before(rows: readonly number[], row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (defined(rows[middle], "within") < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
