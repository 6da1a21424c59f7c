// SPDX-License-Identifier: MIT
// What a trace.dat holds, whichever version it is: the parts that both have, and how to read them.

import { isCpuCount } from "../limits.ts";
import type { Banner, Damage, RingLosses } from "../parsed.ts";
import { Broken, type FileCursor, latin1 } from "./bytes.ts";
import type { Codec } from "./codec.ts";

/** A ring buffer's data of one CPU. In a compressed buffer `size` is that of the compressed data. */
export interface CpuData {
  readonly cpu: number;
  readonly at: number;
  readonly size: number;
}

export interface RingBuffer {
  /** "" is the main one; others are instances. */
  readonly name: string;
  readonly clock: string;
  readonly pageSize: number;
  readonly compressed: boolean;
  readonly cpus: readonly CpuData[];
}

/** The text of a tracer that trace-cmd saved instead of a ring. */
export interface SavedText {
  readonly at: number;
  readonly size: number;
  readonly compressed: boolean;
}

export interface EventFormatText {
  readonly system: string;
  readonly text: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Filled in as the file is read: after damage, what came before is there. */
export class Contents {
  readonly version: "6" | "7";
  readonly little: boolean;
  readonly longSize: number;
  readonly pageSize: number;
  readonly codec: Codec;
  headerPage = "";
  formats: EventFormatText[] = [];
  kallsyms: Uint8Array = NOTHING;
  printk: Uint8Array = NOTHING;
  cmdlines: Uint8Array = NOTHING;
  cpus = 0;
  clock = "";
  release: string | undefined;
  machine: string | undefined;
  /** Of a tick of the TSC, if the recorder measured it. */
  tscSeconds = Number.NaN;
  buffers: RingBuffer[] = [];
  text: SavedText | undefined;
  /** What the kernel counted for each ring, and the name of the buffer that it is of. */
  statistics: (RingLosses & { readonly buffer: string })[] = [];
  /** The buffer that the next statistics are of. */
  statisticsOf = "";
  damaged: Damage | undefined;

  constructor(version: "6" | "7", little: boolean, longSize: number, pageSize: number, codec: Codec) {
    this.version = version;
    this.little = little;
    this.longSize = longSize;
    this.pageSize = pageSize;
    this.codec = codec;
  }

  /** Remembers the first thing that was wrong. Anything but Broken is a failure to read, and goes on. */
  damage(error: unknown): void {
    if (!(error instanceof Broken)) throw error;
    this.damaged ??= { at: error.at, reason: error.message };
  }
}

/** header_page and header_event: how the pages of the ring look. */
export async function readHeaderInfo(cursor: FileCursor, contents: Contents): Promise<void> {
  if ((await cursor.text()) !== "header_page") throw cursor.broken("no header_page where it must be");
  contents.headerPage = latin1(await cursor.sized(8));
  if ((await cursor.text()) !== "header_event") throw cursor.broken("no header_event where it must be");
  await cursor.sized(8);
}

/** The formats of ftrace's own events. */
export async function readFtraceFormats(cursor: FileCursor, contents: Contents): Promise<void> {
  const count = await cursor.number(4);
  for (let i = 0; i < count; i++) contents.formats.push({ system: "ftrace", text: await cursor.sized(8) });
}

export async function readEventFormats(cursor: FileCursor, contents: Contents): Promise<void> {
  const systems = await cursor.number(4);
  for (let i = 0; i < systems; i++) {
    const system = await cursor.text();
    const count = await cursor.number(4);
    for (let j = 0; j < count; j++) contents.formats.push({ system, text: await cursor.sized(8) });
  }
}

const OPTION = { cpuStatistics: 2, traceClock: 4, uname: 5, cpuCount: 8, tscToNanoseconds: 14 } as const;

/** An option that both versions have. What is no use here (date, hooks, guests, …) is passed over. */
export async function readOption(id: number, cursor: FileCursor, contents: Contents): Promise<void> {
  if (id === OPTION.traceClock) contents.clock = chosenClock(await restAsText(cursor));
  else if (id === OPTION.uname) {
    const [, , release, machine] = (await restAsText(cursor)).split(" ");
    contents.release = release;
    contents.machine = machine;
  } else if (id === OPTION.cpuStatistics)
    contents.statistics.push(...readStatistics(await restAsText(cursor), contents));
  else if (id === OPTION.cpuCount) contents.cpus = await cursor.number(4);
  else if (id === OPTION.tscToNanoseconds) {
    const multiplier = await cursor.number(4);
    contents.tscSeconds = (multiplier / 2 ** (await cursor.number(4))) * 1e-9;
  }
}

/** A ring's statistics as the kernel prints them, an option each. Before those of an instance one has just its name. */
function readStatistics(text: string, contents: Contents): Contents["statistics"] {
  contents.statisticsOf = /^\s*Buffer: (.+)$/m.exec(text)?.[1] ?? contents.statisticsOf;
  const count = (name: string): number => Number(new RegExp(`^${name}: (\\d{1,15})$`, "m").exec(text)?.[1] ?? 0);
  if (!/^CPU: \d/m.test(text)) return [];
  const [overwritten, nested, dropped] = [count("overrun"), count("commit overrun"), count("dropped events")];
  return [{ cpu: count("CPU"), overwritten, nested, dropped, buffer: contents.statisticsOf }];
}

async function restAsText(cursor: FileCursor): Promise<string> {
  const bytes = await cursor.bytes(cursor.left);
  const end = bytes.indexOf(0);
  return latin1(end < 0 ? bytes : bytes.subarray(0, end));
}

/** "local global [mono] …" is what the kernel lists. */
export function chosenClock(list: string): string {
  return /\[([\w-]+)\]/.exec(list)?.[1] ?? "";
}

/** What the file says about its recording. `clock` is that of the buffer that was read. */
export function bannerOf(contents: Contents, clock: string): Banner {
  const { version, release, machine, cpus } = contents;
  return {
    version,
    ...(release ? { release } : {}),
    ...(machine ? { machine } : {}),
    ...(isCpuCount(cpus) ? { cpus } : {}),
    ...(clock === "" ? {} : { clock }),
  };
}
