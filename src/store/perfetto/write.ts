// SPDX-License-Identifier: MIT
// An event table as a trace that ui.perfetto.dev opens: a group of tracks per CPU, with its task, the mm that it has
// loaded, when it was lazy, and its flushes; arrows along the IPIs. Made piece by piece, so that it never is in memory
// as a whole, and on demand cut by time into files that can each be opened alone: the page has 2 GB for a trace.

import type { EventTable } from "../../events/table.ts";
import { clipped, type DrawnPart } from "./clip.ts";
import { Part, type Track } from "./part.ts";
import {
  type Arrows,
  type Instant,
  type InstantTrack,
  type Interval,
  instantSteps,
  intervalSteps,
  merged,
  type Step,
  type TrackName,
  tableSteps,
} from "./sources.ts";

const CHUNK_BYTES = 1 << 16;
/** Less is not worth a file. */
export const MIN_PART_BYTES = 4096;
/** Room for the end of a slice. */
const END_BYTES = 40;
/** A new part repeats the open slices; it must hold at least so many times that. */
const PART_GROWTH = 4;

const ROWS = ["task", "mm", "lazy", "call", "flushes", "predicted", "steps"] as const;
type Row = (typeof ROWS)[number];
const ROW_NAMES: Readonly<Record<Row, string>> = {
  task: "task",
  mm: "loaded mm",
  lazy: "lazy",
  call: "flush calls",
  flushes: "flushes",
  predicted: "predicted flushes",
  steps: "steps",
};

export interface PerfettoInput {
  readonly table: EventTable;
  /** Each in the order of time (of starts), whoever makes them. */
  readonly intervals?: Iterable<Interval>;
  readonly instants?: Iterable<Instant>;
  /** Between rows of the table: they have the numbers from 1 on, which the instants' arrows must leave alone. */
  readonly arrows?: Arrows;
  /** Only what is in it is drawn. */
  readonly part?: DrawnPart | undefined;
  /** Name of the group of all tracks. */
  readonly title?: string;
  /** A file should not be larger than this: then another one begins. */
  readonly maxBytes?: number;
}

const NO_ARROWS: Arrows = { from: [], to: [] };

export interface PerfettoChunk {
  /** Which file it belongs to, from 0. */
  readonly part: number;
  readonly bytes: Uint8Array;
}

/** The export, piece by piece in the order of the files. */
export function* writePerfetto(input: PerfettoInput): Generator<PerfettoChunk> {
  const { table, intervals = [], instants = [], arrows = NO_ARROWS, maxBytes = Number.POSITIVE_INFINITY } = input;
  if (!(maxBytes >= MIN_PART_BYTES)) throw new RangeError(`a part of less than ${MIN_PART_BYTES} bytes`);
  const writer = new Writer(input.title ?? "trace", table.secondsPerTick, maxBytes);
  const all = merged([tableSteps(table, arrows, input.part?.pids), intervalSteps(intervals), instantSteps(instants)]);
  for (const step of input.part === undefined ? all : clipped(all, input.part)) {
    if (writer.isFull()) yield writer.split();
    writer.step(step);
    if (writer.waiting >= CHUNK_BYTES) yield writer.take();
  }
  writer.finish(Math.min(table.time[table.length - 1] ?? 0, input.part?.to ?? Number.POSITIVE_INFINITY));
  if (writer.waiting > 0) yield writer.take();
}

/** A track of slices or instants, and the slice that is open on it. Times are nanoseconds. */
interface Line {
  readonly track: Track;
  /** Of the last thing on it: what comes later is not drawn earlier. */
  last: number;
  name: string | undefined;
  end: number;
}

class Writer {
  readonly #root: Track;
  readonly #scale: number;
  readonly #maxBytes: number;
  readonly #cpus = new Map<number, Track>();
  readonly #lines = new Map<number, Line>();
  #part = new Part();
  #number = 0;
  /** Bytes of the part that only repeat what was open, where it begins, and the latest time so far. */
  #repeated = 0;
  #from = 0;
  #now = 0;
  #open = 0;

  constructor(title: string, secondsPerTick: number, maxBytes: number) {
    const unitKnown = secondsPerTick > 0;
    // Recorded units are whole nanoseconds; rounding here keeps times exact.
    this.#scale = unitKnown ? Math.max(1, Math.round(secondsPerTick * 1e9)) : 1;
    const name = unitKnown ? title : `${title} (a nanosecond is a tick of the clock)`;
    this.#root = { uuid: 1, name, parent: undefined, rank: 0 };
    this.#maxBytes = maxBytes;
  }

  get waiting(): number {
    return this.#part.waiting;
  }

  take(): PerfettoChunk {
    return { part: this.#number, bytes: this.#part.take() };
  }

  isFull(): boolean {
    const size = this.#part.size + this.#open * END_BYTES;
    return size >= this.#maxBytes && size >= this.#repeated * PART_GROWTH;
  }

  /** Ends the part: what is open is cut, and goes on in the next one. Returns the rest of the part. */
  split(): PerfettoChunk {
    const open = [...this.#lines.values()].filter((line) => line.name !== undefined);
    const names = open.map((line) => line.name!);
    for (const line of this.#lines.values()) this.#stop(line, this.#now);
    const rest = this.take();
    this.#part = new Part();
    this.#number++;
    this.#from = this.#now;
    open.forEach((line, i) => {
      if (line.end > this.#now) this.#begin(line, this.#now, names[i]!, line.end);
    });
    this.#repeated = this.#part.size;
    return rest;
  }

  step(step: Step): void {
    const time = this.#nanoseconds(step.time);
    this.#now = Math.max(this.#now, time);
    if (step.kind === "instant") {
      const { instant } = step;
      const line = this.#line(instant.cpu, instant.track ?? "flushes");
      line.last = this.#after(line, time);
      this.#part.instant(line.track, line.last, instant.name, instant);
    } else if (step.kind === "stop") this.#stop(this.#line(step.cpu, step.track), time);
    else {
      const { cpu, track, name, end } = step.interval;
      const line = this.#line(cpu, track);
      this.#stop(line, time);
      this.#begin(line, time, name, this.#nanoseconds(end));
    }
  }

  /** Ends all slices: those that have no end of their own, where the table ends. */
  finish(tableEnd: number): void {
    const now = Math.max(this.#now, this.#nanoseconds(tableEnd));
    for (const line of this.#lines.values()) this.#stop(line, Number.isFinite(line.end) ? line.end : now);
  }

  #begin(line: Line, time: number, name: string, end: number): void {
    line.last = this.#after(line, time);
    line.name = name;
    line.end = end;
    this.#open++;
    this.#part.begin(line.track, line.last, name);
  }

  /** Ends the slice that is open on the line, if any: where it ends, or at `time`. */
  #stop(line: Line, time: number): void {
    if (line.name === undefined) return;
    line.name = undefined;
    line.last = this.#after(line, Math.min(time, line.end));
    this.#open--;
    this.#part.end(line.track, line.last);
  }

  #after(line: Line, time: number): number {
    return Math.max(line.last, this.#from, time);
  }

  #nanoseconds(ticks: number): number {
    return Math.max(0, Math.round(ticks * this.#scale));
  }

  #line(cpu: number, row: TrackName | InstantTrack): Line {
    const rank = ROWS.indexOf(row);
    const key = cpu * ROWS.length + rank;
    let line = this.#lines.get(key);
    if (line === undefined) {
      const parent = this.#cpuTrack(cpu);
      const track = { uuid: parent.uuid + 1 + rank, name: ROW_NAMES[row], parent, rank };
      line = { track, last: 0, name: undefined, end: 0 };
      this.#lines.set(key, line);
    }
    return line;
  }

  #cpuTrack(cpu: number): Track {
    let track = this.#cpus.get(cpu);
    if (track === undefined) {
      track = { uuid: 2 + cpu * (1 + ROWS.length), name: `CPU ${cpu}`, parent: this.#root, rank: cpu };
      this.#cpus.set(cpu, track);
    }
    return track;
  }
}
