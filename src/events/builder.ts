// SPDX-License-Identifier: MIT
// The growable twin of EventTable. A row is written in two strokes: its arguments, then row(), which takes every
// argument written since the last row. discard() drops arguments of a row that turned out not to be one.

import { ByteStrings, grown, Words } from "./intern.ts";
import { permute, timeOrder } from "./sort.ts";
import { type ArgColumn, EVENTS_VERSION, type EventKind, type EventTable, type PidInfo } from "./table.ts";

const START_ROWS = 1024;
const MAX_KINDS = 0xffff;

/** The columns of rows, which may be changed in place until finish(). */
export interface RowColumns {
  readonly time: Float64Array;
  readonly cpu: Int16Array;
  readonly pid: Int32Array;
  readonly kind: Uint16Array;
  readonly flags: Uint16Array;
  readonly args: Uint32Array;
}

/** By name of an event: the arguments to keep; undefined: all of them. */
export type Wanted = (name: string) => readonly string[] | undefined;

export class EventTableBuilder {
  readonly strings = new ByteStrings();
  readonly words = new Words();
  /** Arguments so far. Hot writers call reserve() and then write here and to `used` themselves. */
  values = new Float64Array(START_ROWS * 8);
  used = 0;
  lists = new Float64Array(START_ROWS);
  listsUsed = 0;
  length = 0;

  readonly #kinds: EventKind[] = [];
  readonly #kindIds = new Map<string, number>();
  readonly #pids = new Map<number, PidInfo>();
  #time = new Float64Array(START_ROWS);
  #cpu = new Int16Array(START_ROWS);
  #pid = new Int32Array(START_ROWS);
  #kind = new Uint16Array(START_ROWS);
  #flags = new Uint16Array(START_ROWS);
  #args = new Uint32Array(START_ROWS);
  #committed = 0;
  #listsCommitted = 0;
  #list = 0;
  readonly #wanted: Wanted | undefined;
  /** By kind: which of the arguments that are written are kept; undefined: all of them. */
  readonly #kept: (readonly number[] | undefined)[] = [];

  /** Rows are kept whatever is wanted. */
  constructor(wanted?: Wanted) {
    this.#wanted = wanted;
  }

  /** The id of a kind; the same name and columns give the same id. Throws beyond 65535 kinds: that is no trace. */
  kind(name: string, args: readonly ArgColumn[]): number {
    const key = [name, ...args.map((arg) => `${arg.name}:${arg.type}`)].join("\0");
    const known = this.#kindIds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.length >= MAX_KINDS) throw new RangeError("more than 65535 kinds of event");
    const id = this.#kinds.length;
    const wanted = this.#wanted?.(name);
    const kept = wanted && args.flatMap((arg, i) => (wanted.includes(arg.name) ? [i] : []));
    this.#kept.push(kept);
    this.#kinds.push({ name, args: kept?.map((i) => args[i]!) ?? [...args] });
    this.#kindIds.set(key, id);
    return id;
  }

  /** Makes room for `count` more arguments. */
  reserve(count: number): void {
    if (this.used + count > this.values.length) this.values = grown(this.values, this.used + count);
  }

  value(value: number): this {
    this.reserve(1);
    this.values[this.used++] = value;
    return this;
  }

  text(text: string): this {
    return this.value(this.strings.internString(text));
  }

  /** A 64-bit argument. */
  word(word: bigint): this {
    return this.value(this.encodeWord(word));
  }

  list(elements: readonly bigint[]): this {
    const at = this.beginList(elements.length);
    for (const element of elements) this.pushElement(this.encodeWord(element));
    return this.value(at);
  }

  /** A 64-bit value by its halves, as an argument. */
  wordOf(high: number, low: number): number {
    if (high >>> 0 < 0x200000) return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
    return -1 - this.words.intern(high, low);
  }

  encodeWord(word: bigint): number {
    if (word < 1n << 53n) return Number(word);
    return -1 - this.words.intern(Number(BigInt.asIntN(32, word >> 32n)), Number(BigInt.asIntN(32, word)));
  }

  /** Opens a list with room for `count` elements; returns its index. */
  beginList(count: number): number {
    if (this.listsUsed + count + 1 > this.lists.length) this.lists = grown(this.lists, this.listsUsed + count + 1);
    this.lists[this.listsUsed] = 0;
    this.#list = this.listsUsed++;
    return this.#list;
  }

  /** Appends to the list opened last. */
  pushElement(element: number): void {
    if (this.listsUsed >= this.lists.length) this.lists = grown(this.lists, this.listsUsed + 1);
    this.lists[this.listsUsed++] = element;
    this.lists[this.#list]!++;
  }

  /** Ends a row with the arguments written since the last one. */
  row(kind: number, time: number, cpu: number, pid: number, flags: number): number {
    const row = this.length;
    if (row >= this.#time.length) this.#growRows();
    this.#time[row] = time;
    this.#cpu[row] = cpu;
    this.#pid[row] = pid;
    this.#kind[row] = kind;
    this.#flags[row] = flags;
    this.#args[row] = this.#committed;
    const kept = this.#kept[kind];
    if (kept !== undefined) this.#leave(kept);
    this.#committed = this.used;
    this.#listsCommitted = this.listsUsed;
    this.length = row + 1;
    return row;
  }

  /** Of the arguments written since the last row, only these. */
  #leave(kept: readonly number[]): void {
    const first = this.#committed;
    for (let i = 0; i < kept.length; i++) this.values[first + i] = this.values[first + kept[i]!]!;
    this.used = first + kept.length;
    if (kept.length === 0) this.listsUsed = this.#listsCommitted;
  }

  /** Drops the arguments written since the last row. */
  discard(): void {
    this.used = this.#committed;
    this.listsUsed = this.#listsCommitted;
  }

  /** Says what is known of a pid; what was known first stays. */
  pid(pid: number, comm: string, tgid: number): void {
    const known = this.#pids.get(pid);
    if (known === undefined) this.#pids.set(pid, { pid, comm, tgid });
    else if (known.comm === "" || known.tgid < 0) {
      this.#pids.set(pid, { pid, comm: known.comm || comm, tgid: known.tgid < 0 ? tgid : known.tgid });
    }
  }

  /** The kinds so far. */
  kinds(): readonly EventKind[] {
    return this.#kinds;
  }

  /** The rows so far. row() may move them elsewhere. */
  rows(): RowColumns {
    const rows = this.length;
    return {
      time: this.#time.subarray(0, rows),
      cpu: this.#cpu.subarray(0, rows),
      pid: this.#pid.subarray(0, rows),
      kind: this.#kind.subarray(0, rows),
      flags: this.#flags.subarray(0, rows),
      args: this.#args.subarray(0, rows),
    };
  }

  /** Puts the rows in the order of time, then of CPU; rows of the same time and CPU keep their order. */
  sortByTime(): void {
    const rows = this.rows();
    const order = timeOrder(rows.time, rows.cpu);
    if (order === undefined) return;
    for (const column of Object.values(rows)) permute(column, order);
  }

  #growRows(): void {
    const rows = this.length * 2;
    this.#time = grown(this.#time, rows);
    this.#cpu = grown(this.#cpu, rows);
    this.#pid = grown(this.#pid, rows);
    this.#kind = grown(this.#kind, rows);
    this.#flags = grown(this.#flags, rows);
    this.#args = grown(this.#args, rows);
  }

  /** The table. It shares memory with the builder, which must not be used again. */
  finish(cpus: number, secondsPerTick: number): EventTable {
    const rows = this.length;
    return {
      version: EVENTS_VERSION,
      length: rows,
      cpus,
      secondsPerTick,
      ...this.rows(),
      values: this.values.subarray(0, this.#committed),
      kinds: this.#kinds,
      strings: this.strings.strings(),
      words: this.words.words(),
      lists: this.lists.subarray(0, this.#listsCommitted),
      pids: [...this.#pids.values()],
    };
  }
}
