// SPDX-License-Identifier: MIT
// Which interrupt went from whom to whom. With probes, smp_many shows whom a CPU asks to call which function, and a
// probe on that function shows the call. Without them, tlb_flush says that a CPU sends (reason 4), and that another one
// flushes because of that (reason 1), but not who had asked: where it may have been several, nothing is concluded.

import { argIndex, type EventKind, type EventTable, LOST_KIND, wordValue } from "../events/table.ts";

/** Arrow i goes from row `from[i]`, the sender's, to row `to[i]`, what the receiver did. */
export interface Interrupts {
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Receivers' rows that several senders may have asked for: they have no arrow. */
  readonly ambiguous: number;
}

/** The last thing that a CPU has asked others for. */
interface Request {
  readonly row: number;
  readonly cpu: number;
  readonly asks: (cpu: number) => boolean;
  /** What it passes on: the mm, or how many pages. NaN: it does not say. */
  readonly what: number;
  readonly answered: Set<number>;
}

const REASON = { remoteShootdown: 1, sendIpi: 4 } as const;
/** Of tlb_flush: everything. */
const ALL_PAGES = -1;
const TLB_FLUSH = "tlb_flush";
/** CPUs that the recorded word of a mask has. */
const MASK_BITS = 64;

type RowReader = (row: number) => void;

export function interruptsOf(table: EventTable): Interrupts {
  const matching = new Matching(table);
  const probed = table.kinds.some((kind) => kind.name === "smp_many" && textColumn(kind, "func") >= 0);
  const readers = table.kinds.map((kind) => {
    if (kind.name === "sched_switch") return (row: number) => matching.over(table.cpu[row]!);
    if (kind.name === LOST_KIND) return () => matching.lost();
    if (!probed) return kind.name === TLB_FLUSH ? tlbFlush(table, kind, matching) : undefined;
    return kind.name === "smp_many" ? sender(table, kind, matching) : receiver(table, kind, matching);
  });
  for (let row = 0; row < table.length; row++) readers[table.kind[row]!]?.(row);
  return matching;
}

class Matching implements Interrupts {
  readonly from: number[] = [];
  readonly to: number[] = [];
  ambiguous = 0;
  readonly #cpus: EventTable["cpu"];
  /** By function, then by sender. */
  readonly #open = new Map<string, Map<number, Request>>();

  constructor(table: EventTable) {
    this.#cpus = table.cpu;
  }

  request(row: number, func: string, asks: Request["asks"], what: number): void {
    const cpu = this.#cpus[row]!;
    const requests = this.#open.get(func) ?? new Map<number, Request>();
    requests.set(cpu, { row, cpu, asks, what, answered: new Set([cpu]) });
    this.#open.set(func, requests);
  }

  /** `from`: who had asked, if the row says so; otherwise -1. */
  answer(row: number, func: string, from: number, fits: (what: number) => boolean): void {
    const cpu = this.#cpus[row]!;
    const candidates = [...(this.#open.get(func)?.values() ?? [])].filter(
      (one) =>
        (from < 0 ? Number.isNaN(one.what) || fits(one.what) : one.cpu === from) &&
        one.asks(cpu) &&
        !one.answered.has(cpu),
    );
    const [only, other] = candidates;
    if (only === undefined) return;
    if (other !== undefined) {
      this.ambiguous++;
      return;
    }
    only.answered.add(cpu);
    this.from.push(only.row);
    this.to.push(row);
  }

  /** The sender waits until all have answered: once another task runs there, nothing is open. */
  over(cpu: number): void {
    for (const requests of this.#open.values()) requests.delete(cpu);
  }

  /** Who has asked for what comes next may be among what was lost. */
  lost(): void {
    this.#open.clear();
  }
}

function textColumn(kind: EventKind, name: string): number {
  const index = argIndex(kind, name);
  return kind.args[index]?.type === "text" ? index : -1;
}

/** `flush_tlb_func` of `flush_tlb_func+0x0/0x1f0`; undefined for a return, `caller+0x… <- flush_tlb_func`. */
function functionOf(place: string | undefined): string | undefined {
  return /^([\w.]+)(?:\+\S*)?$/.exec(place ?? "")?.[1];
}

function sender(table: EventTable, kind: EventKind, matching: Matching): RowReader | undefined {
  const [func, mask, info] = [textColumn(kind, "func"), argIndex(kind, "mask"), argIndex(kind, "info")];
  if (kind.args[mask]?.type !== "word") return undefined;
  const { args, values, strings } = table;
  return (row) => {
    const name = functionOf(strings[values[args[row]! + func]!]);
    const bits = values[args[row]! + mask]!;
    if (name === undefined || Number.isNaN(bits)) return;
    const cpus = wordValue(table, bits);
    const asks = (cpu: number): boolean => cpu >= MASK_BITS || ((cpus >> BigInt(cpu)) & 1n) === 1n;
    matching.request(row, name, asks, info < 0 ? Number.NaN : values[args[row]! + info]!);
  };
}

function receiver(table: EventTable, kind: EventKind, matching: Matching): RowReader | undefined {
  const [at, from, mm] = [textColumn(kind, "at"), argIndex(kind, "icpu"), argIndex(kind, "mm")];
  if (at < 0) return undefined;
  const { args, values, strings } = table;
  return (row) => {
    const func = functionOf(strings[values[args[row]! + at]!]);
    if (func === undefined) return;
    const own = mm < 0 ? Number.NaN : values[args[row]! + mm]!;
    const fits = (what: number): boolean => Number.isNaN(own) || what === own;
    matching.answer(row, func, from < 0 ? -1 : values[args[row]! + from]!, fits);
  };
}

function tlbFlush(table: EventTable, kind: EventKind, matching: Matching): RowReader | undefined {
  const [pages, reason] = [argIndex(kind, "pages"), argIndex(kind, "reason")];
  if (pages < 0 || reason < 0) return undefined;
  const { args, values } = table;
  return (row) => {
    const count = values[args[row]! + pages]!;
    const why = values[args[row]! + reason]!;
    if (why === REASON.sendIpi) matching.request(row, TLB_FLUSH, () => true, count);
    else if (why === REASON.remoteShootdown) {
      // Whoever is more than one flush behind flushes everything.
      matching.answer(row, TLB_FLUSH, -1, (sent) => count === ALL_PAGES || count === sent);
    }
  };
}
