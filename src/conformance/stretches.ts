// SPDX-License-Identifier: MIT
// Where events were lost, nobody knows what their CPU did: a handler may have run, a task may have another mm. So rows
// from the CPU's last one before the loss to the mark say nothing, and what comes behind them is a recording of its own
// that begins in the middle. The rest of the folder knows of no losses.

import { BUFFER_STARTED_KIND, type EventTable, LOST_KIND, rowsOf } from "../events/table.ts";
import { type Conformed, conformStretch, type Options } from "./orders.ts";
import type { SweepInput } from "./sweep.ts";
import { Tally } from "./tally.ts";

/** Rows [from, to). */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A recording, as far as it was judged. */
export interface Judged extends Conformed {
  /** Stretches between losses, and rows that are in none, or only served to learn what CPUs start with. */
  readonly stretches: number;
  readonly rowsUnjudged: number;
}

/** Holds the design against a recording. */
export function conform(input: SweepInput, options: Options = {}): Judged {
  const { table, window } = input;
  const stretches = betweenLosses(table, window);
  const whole = stretches.length === 1 && stretches[0]!.from === window.from && stretches[0]!.to === window.to;
  if (whole) return { ...conformStretch(input, options), stretches: 1, rowsUnjudged: 0 };
  const tally = new Tally(table, input.plan.balanced);
  const limits = new Set<number>();
  let judged = 0;
  let complete = true;
  for (const stretch of stretches) {
    const { from, part } = partOf(input, stretch);
    if (input.log !== undefined) input.log.offset = from;
    const progress = options.progress && ((done: number): boolean => options.progress!(from + done, table.length));
    const found = conformStretch(part, { ...options, ...(progress && { progress }) });
    tally.join(found.tally, from);
    judged += stretch.to - Math.max(stretch.from, from + found.judgedFrom);
    for (const limit of found.limits) limits.add(limit);
    complete = found.complete;
    if (!complete || options.enough?.(tally)) break;
  }
  const rowsUnjudged = window.to - window.from - judged;
  return { tally, judgedFrom: 0, complete, limits, stretches: stretches.length, rowsUnjudged };
}

/** So many rows behind a stretch may still tell what a row in it is about: who sends an interrupt, which mm it is. */
const BEYOND = 4096;

/** As a recording of its own; `from`: its first row. The one with the START mark also has what comes before that. */
function partOf(input: SweepInput, { from, to }: Stretch): { readonly from: number; readonly part: SweepInput } {
  const { table, window } = input;
  const end = Math.min(table.length, to + BEYOND);
  if (from === window.from) {
    const part = { ...input, table: rowsOf(table, 0, end), window: { ...window, to, endsInLoss: to < window.to } };
    return { from: 0, part };
  }
  const own = { from: 0, to: to - from, start: "first row", endsInLoss: to < window.to } as const;
  return { from, part: { ...input, table: rowsOf(table, from, end), window: own } };
}

/** The window without what losses make unknown. */
export function betweenLosses(table: EventTable, { from, to }: Stretch): Stretch[] {
  const marks = table.kinds.map(({ name }) => name === LOST_KIND || name === BUFFER_STARTED_KIND);
  if (!marks.includes(true)) return [{ from, to }];
  /** By CPU: the row behind its last one. */
  const seen = new Int32Array(table.cpus).fill(from);
  const gaps: Stretch[] = [];
  for (let row = from; row < to; row++) {
    const cpu = table.cpu[row]!;
    if (marks[table.kind[row]!]) gaps.push({ from: seen[cpu]!, to: row + 1 });
    seen[cpu] = row + 1;
  }
  const stretches: Stretch[] = [];
  let at = from;
  for (const gap of gaps.sort((a, b) => a.from - b.from)) {
    if (gap.from > at) stretches.push({ from: at, to: gap.from });
    at = Math.max(at, gap.to);
  }
  if (to > at) stretches.push({ from: at, to });
  return stretches;
}
