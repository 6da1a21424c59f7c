// SPDX-License-Identifier: MIT
// A Perfetto trace into the event table: its ftrace events, and what it says of tasks and of the machine. All other
// packets (track events, counters, logs) say nothing about mms and are passed over.

import { inflateZlib } from "../../base/inflate.ts";
import { EventTableBuilder } from "../../events/builder.ts";
import { BUFFER_STARTED_KIND, FLAG } from "../../events/table.ts";
import type { Banner, ParsedTrace, StreamReader } from "../parsed.ts";
import { BundleReader, type OddBundles } from "./bundle.ts";
import { PacketStream } from "./packets.ts";
import { Processes } from "./processes.ts";
import { completeRows } from "./running.ts";
import { PrevStates } from "./states.ts";
import { SystemReader } from "./system.ts";
import { Cursor, WIRE } from "./wire.ts";

const TRACE_PACKET = 1;
const PACKET = {
  ftrace: 1,
  processTree: 2,
  processStats: 9,
  sequence: 10,
  ftraceStats: 34,
  previousDropped: 42,
  systemInfo: 45,
  compressed: 50,
  machine: 98,
  zstdCompressed: 133,
} as const;
const DATA: ReadonlySet<number> = new Set([
  PACKET.ftrace,
  PACKET.processTree,
  PACKET.processStats,
  PACKET.ftraceStats,
  PACKET.systemInfo,
  PACKET.compressed,
  PACKET.zstdCompressed,
]);
/** Packets get smaller by 3 to 10 times. What grows by more than this is made to fill the memory. */
const RATIO_MAX = 250;
/** Clocks that count something else than nanoseconds, for all one knows. */
const NO_UNIT = "unknown";

interface OddPackets extends OddBundles {
  /** Packets longer than any that is. */
  huge: number;
  /** Packets of compressed packets that cannot be read. */
  compressed: number;
  /** Ftrace packets of another machine, such as a guest: its CPUs have the same numbers. */
  otherMachine: number;
  /** Packets of which the recorder says that it dropped the one before. */
  dropped: number;
}

/** The packets in a packet of compressed ones; undefined if it is broken. */
function inflated(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return inflateZlib(bytes, bytes.length * RATIO_MAX);
  } catch {
    return undefined;
  }
}

export class PerfettoReader implements StreamReader {
  readonly #out = new EventTableBuilder();
  readonly #states = new PrevStates();
  readonly #odd: OddPackets = {
    broken: 0, noCpu: 0, nameless: 0, beforeStart: 0, otherClock: 0, recorderErrors: 0,
    huge: 0, compressed: 0, otherMachine: 0, dropped: 0,
  }; // biome-ignore format: a table
  readonly #bundles = new BundleReader(this.#out, this.#states, this.#odd);
  readonly #processes = new Processes();
  readonly #system = new SystemReader();
  readonly #packet = new Cursor();
  readonly #stream = new PacketStream((bytes, from, to) => this.#read(bytes, from, to, false));
  /** Sequences of packets that have begun: the first packet of each is always marked as one after a loss. */
  readonly #sequences = new Set<number>();
  #inner = 0;

  push(chunk: Uint8Array): void {
    this.#stream.push(chunk);
  }

  #read(bytes: Uint8Array, from: number, to: number, inner: boolean): void {
    const packet = this.#packet.open(bytes, from, to);
    let [data, dataFrom, dataTo, sequence, dropped, machine] = [0, 0, 0, -1, false, 0];
    while (packet.next()) {
      if (packet.wire === WIRE.bytes && DATA.has(packet.field)) {
        [data, dataFrom, dataTo] = [packet.field, packet.from, packet.to];
      } else if (packet.wire === WIRE.varint) {
        if (packet.field === PACKET.sequence) sequence = packet.low;
        else if (packet.field === PACKET.previousDropped) dropped = packet.low !== 0;
        else if (packet.field === PACKET.machine) machine = packet.low;
      }
    }
    if (packet.broken) this.#odd.broken++;
    if (data === PACKET.ftrace && this.#isLoss(sequence, dropped)) this.#bundles.packetsDropped();
    if (machine !== 0) {
      if (data === PACKET.ftrace) this.#odd.otherMachine++;
    } else if (data === PACKET.ftrace) this.#bundles.read(bytes, dataFrom, dataTo);
    else if (data === PACKET.compressed && !inner) this.#readCompressed(bytes.subarray(dataFrom, dataTo));
    else if (data === PACKET.compressed || data === PACKET.zstdCompressed) this.#odd.compressed++;
    else if (data !== 0 && !this.#readAbout(data, bytes, dataFrom, dataTo)) this.#odd.broken++;
  }

  #isLoss(sequence: number, dropped: boolean): boolean {
    const known = this.#sequences.has(sequence);
    this.#sequences.add(sequence);
    if (!dropped || !known) return false;
    this.#odd.dropped++;
    return true;
  }

  /** What is no event. False if it breaks off. */
  #readAbout(data: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (data === PACKET.processTree) return this.#processes.readTree(bytes, from, to);
    if (data === PACKET.processStats) return this.#processes.readStats(bytes, from, to);
    if (data === PACKET.systemInfo) return this.#system.readInfo(bytes, from, to);
    return this.#system.readStats(bytes, from, to);
  }

  #readCompressed(bytes: Uint8Array): void {
    const packets = inflated(bytes);
    if (packets === undefined) {
      this.#odd.compressed++;
      return;
    }
    const trace = new Cursor().open(packets, 0, packets.length);
    while (trace.next()) {
      if (trace.field !== TRACE_PACKET || trace.wire !== WIRE.bytes) continue;
      this.#inner++;
      this.#read(packets, trace.from, trace.to, true);
    }
    if (trace.broken) this.#odd.compressed++;
  }

  finish(): ParsedTrace {
    this.#stream.end();
    this.#odd.huge = this.#stream.huge;
    const out = this.#out;
    const { release, machine } = this.#system;
    const cpus = this.#system.cpuCount();
    this.#writeStarts();
    out.sortByTime();
    completeRows(out, this.#bundles.maxCpu + 1, this.#stateTexts());
    this.#processes.addTo(out);
    const clock = this.#bundles.clock();
    const banner: Banner = {
      ...(release !== undefined && { release }),
      ...(machine !== undefined && { machine }),
      ...(cpus !== undefined && { cpus }),
      ...(clock !== undefined && { clock }),
    };
    const { damaged } = this.#stream;
    const { kernelThread } = this.#processes;
    return {
      format: "perfetto",
      table: out.finish(Math.max(cpus ?? 0, this.#bundles.maxCpu + 1), clock === NO_UNIT ? Number.NaN : 1e-9),
      banner,
      units: this.#stream.packets + this.#inner,
      odd: { ...this.#odd },
      notes: this.#notes(),
      unparsed: Object.fromEntries(this.#bundles.unparsed),
      lost: this.#bundles.lost,
      ...(kernelThread.size > 0 && { kernelThread }),
      ...(damaged !== undefined && { damaged }),
    };
  }

  /** CPUs whose data begins later than that of others: the start of theirs was overwritten. */
  #writeStarts(): void {
    const out = this.#out;
    const { time } = out.rows();
    let first = Number.POSITIVE_INFINITY;
    for (let row = 0; row < time.length; row++) first = Math.min(first, time[row]!);
    this.#bundles.start.forEach((start, cpu) => {
      if (start > first) out.row(out.kind(BUFFER_STARTED_KIND, []), start, cpu, -1, FLAG.noFlags);
    });
  }

  #stateTexts(): Map<number, { text: number; preempted: boolean }> {
    const letters = this.#states.letters(this.#system.release);
    return new Map(
      [...letters].map(([state, text]) => [
        state,
        { text: this.#out.strings.internString(text), preempted: text.endsWith("+") },
      ]),
    );
  }

  #notes(): string[] {
    const odd = this.#odd;
    const overrun = this.#system.overrun();
    const notes: readonly (readonly [count: number, text: string])[] = [
      [odd.broken + odd.huge, "packets could not be read to their end"],
      [odd.compressed, "packets of compressed packets could not be read"],
      [odd.noCpu + odd.nameless, "bundles or events have no CPU, time or name and were skipped"],
      [odd.beforeStart, "events are from before the time from which their CPU's data is complete and were skipped"],
      [odd.otherMachine, "packets are of another machine and were skipped"],
      [odd.otherClock, "bundles were recorded with another clock than the first one"],
      [odd.recorderErrors, "places of the kernel's ring could not be read by the recorder"],
      [overrun, "events were overwritten in the kernel's ring before the recorder read them"],
    ];
    return notes.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  }
}
