// SPDX-License-Identifier: MIT
// The rings of all CPUs into one table, merged by time as the kernel does it: of equal times, the lowest CPU comes
// first. Each ring is read page by page; only the table grows with the file.

import { EventTableBuilder, type Wanted } from "../../events/builder.ts";
import { decodeBytes } from "../../events/intern.ts";
import { FLAG, LOST_KIND } from "../../events/table.ts";
import { MAX_CPUS, PID_LIMIT } from "../limits.ts";
import type { ByteSource, ParsedTrace } from "../parsed.ts";
import { PidSet } from "../pid-set.ts";
import { bannerOf, type Contents, type CpuData, type RingBuffer } from "./contents.ts";
import { EventReader } from "./events.ts";
import { readCmdlines } from "./kallsyms.ts";
import { MAX_PAGE, MIN_PAGE } from "./limits.ts";
import { CpuPages } from "./pages.ts";
import { pageShape, RingCursor, STEP } from "./ring.ts";

/** Clocks that count nanoseconds. The others count something of which the file is silent: the TSC, jiffies, events. */
const NANOSECOND_CLOCKS = new Set(["", "local", "global", "perf", "mono", "mono_raw", "boot", "tai"]);
const UNKNOWN_COMM = "<...>";

interface Ring {
  readonly cursor: RingCursor;
  readonly pages: CpuPages;
}

export class Merge {
  readonly #source: ByteSource;
  readonly #contents: Contents;
  readonly #buffer: RingBuffer | undefined;
  readonly #out: EventTableBuilder;
  readonly #lost = { marks: 0, events: 0 };
  readonly #names: ReadonlyMap<number, string>;
  readonly #knownPids = new PidSet();
  /** Rings that have a current event, as a heap: the earliest event is on top. */
  readonly #heap: Ring[] = [];
  #timeWentBack = 0;
  #lastTime = Number.NEGATIVE_INFINITY;
  #maxCpu = -1;

  constructor(source: ByteSource, contents: Contents, buffer: RingBuffer | undefined, wanted: Wanted | undefined) {
    this.#out = new EventTableBuilder(wanted);
    this.#source = source;
    this.#contents = contents;
    this.#buffer = buffer;
    this.#names = readCmdlines(contents.cmdlines, decodeBytes);
  }

  async run(progress: (done: number) => void): Promise<ParsedTrace> {
    const { headerPage, little, longSize } = this.#contents;
    const shape = pageShape(headerPage, little, this.#buffer?.pageSize ?? MIN_PAGE, longSize);
    const events = new EventReader(this.#out, this.#contents, shape.longSize);
    const rings = this.#usable().map((data) => ({
      cursor: new RingCursor(data.cpu, shape),
      pages: new CpuPages(this.#source, this.#contents, this.#buffer!, data),
    }));
    const headerBytes = rings.reduce((sum, { pages }) => sum - pages.left, this.#source.size);
    for (const ring of rings) if (await this.#load(ring)) this.#push(ring);
    for (let ring = this.#merge(events); ring !== undefined; ring = this.#merge(events)) {
      if (await this.#load(ring)) this.#sink(0);
      else this.#pop();
      progress(rings.reduce((sum, { pages }) => sum + pages.done, headerBytes));
    }
    for (const { cursor } of rings) if (cursor.lost >= 0) this.#writeLost(cursor, Math.max(this.#lastTime, 0));
    return this.#result(rings, events);
  }

  /** The CPUs' data; what overlaps with other data is damage, and would multiply the file. */
  #usable(): CpuData[] {
    const buffer = this.#buffer;
    if (buffer === undefined) return [];
    const damage = (at: number, reason: string) => {
      this.#contents.damaged ??= { at: Math.min(at, this.#source.size), reason };
    };
    const { pageSize } = buffer;
    if (pageSize < MIN_PAGE || pageSize > MAX_PAGE || pageSize % 8 !== 0) {
      damage(0, `pages of ${pageSize} bytes, which no ring has`);
      return [];
    }
    const cpus = new Map<number, CpuData>();
    let left = this.#source.size;
    for (const data of [...buffer.cpus].sort((a, b) => a.cpu - b.cpu)) {
      const size = Math.max(0, Math.min(data.size, this.#source.size - data.at));
      if (data.cpu >= MAX_CPUS || cpus.has(data.cpu))
        damage(data.at, `two CPUs ${data.cpu}, or more than there can be`);
      else if (size > left) damage(data.at, `CPU ${data.cpu} has its data where other CPUs have theirs`);
      else {
        cpus.set(data.cpu, data);
        left -= size;
      }
    }
    return [...cpus.values()];
  }

  /** Brings the ring to its next event, which is on pages not read so far; false at the end. */
  async #load({ cursor, pages }: Ring): Promise<boolean> {
    for (;;) {
      const group = await pages.next();
      if (group === undefined) return false;
      cursor.load(group);
      if (cursor.step() === STEP.event) return true;
    }
  }

  /** Writes rows until a ring (on top of the heap) needs more pages; returns it, or undefined at the end. */
  #merge(events: EventReader): Ring | undefined {
    const heap = this.#heap;
    while (heap.length > 0) {
      const ring = heap[0]!;
      const { cursor } = ring;
      if (cursor.lost >= 0) this.#writeLost(cursor, cursor.time);
      const pid = events.row(cursor);
      if (pid > 0 && pid < PID_LIMIT && !this.#knownPids.has(pid)) this.#learnPid(pid);
      if (cursor.time < this.#lastTime) this.#timeWentBack++;
      this.#lastTime = cursor.time;
      if (cursor.cpu > this.#maxCpu) this.#maxCpu = cursor.cpu;
      if (cursor.step() === STEP.needsPages) return ring;
      if (heap.length > 1) this.#sink(0);
    }
    return undefined;
  }

  #writeLost(cursor: RingCursor, time: number): void {
    this.#lost.marks++;
    this.#lost.events += cursor.lost;
    this.#out.value(cursor.lost);
    this.#out.row(this.#out.kind(LOST_KIND, [{ name: "events", type: "int" }]), time, cursor.cpu, -1, FLAG.noFlags);
    cursor.lost = -1;
  }

  #learnPid(pid: number): void {
    this.#knownPids.add(pid);
    const comm = this.#names.get(pid) ?? "";
    this.#out.pid(pid, comm === UNKNOWN_COMM ? "" : comm, -1);
  }

  #push(ring: Ring): void {
    const heap = this.#heap;
    heap.push(ring);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  /** Moves the ring at `from` down to where it belongs. */
  #sink(from: number): void {
    const heap = this.#heap;
    const ring = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, ring)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = ring;
  }

  #result(rings: readonly Ring[], events: EventReader): ParsedTrace {
    const contents = this.#contents;
    const brokenPages = rings.reduce((sum, { cursor }) => sum + cursor.brokenPages, 0);
    const odd = { ...events.odd, brokenPages, timeWentBack: this.#timeWentBack };
    const clock = this.#buffer?.clock || contents.clock;
    const damaged = contents.damaged ?? rings.find(({ pages }) => pages.damaged !== undefined)?.pages.damaged;
    const banner = bannerOf(contents, clock);
    return {
      format: "trace.dat",
      table: this.#out.finish(Math.max(banner.cpus ?? 0, this.#maxCpu + 1), this.#secondsPerTick(clock)),
      banner,
      units: rings.reduce((sum, { cursor }) => sum + cursor.pages, 0),
      odd,
      notes: this.#notes(odd),
      unparsed: Object.fromEntries(events.unparsed),
      lost: this.#lost,
      ...this.#rings(),
      ...(damaged === undefined ? {} : { damaged }),
    };
  }

  #rings(): Pick<ParsedTrace, "rings"> {
    const own = this.#contents.statistics.filter(({ buffer }) => buffer === this.#buffer?.name);
    if (own.length === 0) return {};
    return { rings: own.map(({ cpu, overwritten, nested, dropped }) => ({ cpu, overwritten, nested, dropped })) };
  }

  #secondsPerTick(clock: string): number {
    if (NANOSECOND_CLOCKS.has(clock)) return 1e-9;
    return /tsc/.test(clock) ? this.#contents.tscSeconds : Number.NaN;
  }

  #notes(odd: Readonly<Record<string, number>>): string[] {
    const notes: string[] = [];
    const others = this.#contents.buffers.filter((buffer) => buffer !== this.#buffer);
    if (this.#buffer !== undefined && this.#buffer.name !== "") {
      notes.push(`the main buffer holds nothing; the instance ${JSON.stringify(this.#buffer.name)} was read`);
    }
    if (others.length > 0) {
      const names = others.map(({ name }) => (name === "" ? "the main one" : JSON.stringify(name)));
      const some = names.slice(0, 4).join(", ") + (names.length > 4 ? ", …" : "");
      notes.push(`${others.length} other buffers of the recording were not read: ${some}`);
    }
    const skipped = odd.unknownEvent! + odd.shortRecord! + odd.tooManyNames!;
    if (skipped > 0) notes.push(`${skipped} records could not be read as events and were skipped`);
    if (odd.brokenPages! > 0) notes.push(`${odd.brokenPages} pages of the ring make no sense from some place on`);
    return notes;
  }
}

function before(a: Ring, b: Ring): boolean {
  const difference = a.cursor.time - b.cursor.time;
  return difference < 0 || (difference === 0 && a.cursor.cpu < b.cursor.cpu);
}
