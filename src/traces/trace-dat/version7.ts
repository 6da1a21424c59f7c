// SPDX-License-Identifier: MIT
// trace.dat of version 7: sections anywhere in the file, found by options. The options themselves are a chain of
// sections: the last option of each says where the next one is.

import { MAX_CPUS } from "../limits.ts";
import type { ByteSource } from "../parsed.ts";
import { Broken, bytesSource, FileCursor } from "./bytes.ts";
import {
  type Contents,
  type CpuData,
  readEventFormats,
  readFtraceFormats,
  readHeaderInfo,
  readOption,
} from "./contents.ts";

const OPTION = {
  done: 0,
  buffer: 3,
  headerInfo: 16,
  ftraceFormats: 17,
  eventFormats: 18,
  kallsyms: 19,
  printk: 20,
  cmdlines: 21,
  bufferText: 22,
} as const;
const SECTION_HEADER_BYTES = 16;
const COMPRESSED = 1;

/** What the sections hold to which an option of this number points. */
const SECTIONS: Readonly<Record<number, (cursor: FileCursor, contents: Contents) => Promise<void>>> = {
  [OPTION.headerInfo]: readHeaderInfo,
  [OPTION.ftraceFormats]: readFtraceFormats,
  [OPTION.eventFormats]: readEventFormats,
  [OPTION.kallsyms]: async (cursor, contents) => {
    contents.kallsyms = await cursor.sized(4);
  },
  [OPTION.printk]: async (cursor, contents) => {
    contents.printk = await cursor.sized(4);
  },
  [OPTION.cmdlines]: async (cursor, contents) => {
    contents.cmdlines = await cursor.sized(8);
  },
};

/** Follows the chain of options, whose first section is at `first`. */
export async function readVersion7(first: number, source: ByteSource, contents: Contents): Promise<void> {
  const seen = new Set<number>();
  const read = new Set<number>();
  for (let at = first; at !== 0; ) {
    if (seen.has(at)) throw new Broken(at, "a chain of options that never ends");
    seen.add(at);
    const section = await openSection(at, source, contents);
    at = await readOptions(await unpacked(section, source, contents), read, source, contents);
  }
}

interface Section {
  /** Of what comes after the section's header. */
  readonly at: number;
  readonly size: number;
  readonly compressed: boolean;
}

async function openSection(at: number, source: ByteSource, contents: Contents): Promise<Section> {
  const cursor = new FileCursor(source, at, contents.little);
  if (at < 0 || cursor.left < SECTION_HEADER_BYTES) throw new Broken(Math.min(at, source.size), "the file ends early");
  await cursor.number(2);
  const flags = await cursor.number(2);
  await cursor.number(4);
  return { size: await cursor.number(8), at: cursor.at, compressed: (flags & COMPRESSED) !== 0 };
}

/** A cursor over the section's content. */
async function unpacked(section: Section, source: ByteSource, contents: Contents): Promise<FileCursor> {
  const cursor = new FileCursor(source, section.at, contents.little);
  if (!section.compressed)
    return new FileCursor(bytesSource(await cursor.bytes(section.size)), 0, contents.little, section.at);
  const packedSize = await cursor.number(4);
  const size = await cursor.number(4);
  const packed = await cursor.bytes(packedSize);
  const content = contents.codec.unpack(packed, size, section.at);
  return new FileCursor(bytesSource(content), 0, contents.little, section.at);
}

/** Reads a section of options; returns where the next one is, or 0. */
async function readOptions(
  cursor: FileCursor,
  read: Set<number>,
  source: ByteSource,
  contents: Contents,
): Promise<number> {
  while (cursor.left > 0) {
    const id = await cursor.number(2);
    const data = await cursor.sized(4);
    const option = new FileCursor(bytesSource(data), 0, cursor.little, cursor.at);
    if (id === OPTION.done) return option.number(8);
    try {
      if (id === OPTION.buffer || id === OPTION.bufferText) await readBuffer(id, option, source, contents);
      else if (SECTIONS[id] === undefined) await readOption(id, option, contents);
      else if (!read.has(id)) {
        read.add(id);
        const section = await openSection(await option.number(8), source, contents);
        await SECTIONS[id](await unpacked(section, source, contents), contents);
      }
    } catch (error) {
      contents.damage(error);
    }
  }
  return 0;
}

async function readBuffer(id: number, option: FileCursor, source: ByteSource, contents: Contents): Promise<void> {
  const at = await option.number(8);
  const name = await option.text();
  const clock = await option.text();
  const section = await openSection(at, source, contents);
  if (id === OPTION.bufferText) {
    if (name === "" || contents.text === undefined) contents.text = section;
    return;
  }
  // Early files of this version have no page size here.
  const [first, ownPageSize] = [await option.number(4), (option.left - 4) % 20 === 0];
  const count = ownPageSize ? await option.number(4) : first;
  if (count > MAX_CPUS) throw option.broken(`${count} CPUs, more than any machine has`);
  const cpus: CpuData[] = [];
  for (let i = 0; i < count; i++) {
    cpus.push({ cpu: await option.number(4), at: await option.number(8), size: await option.number(8) });
  }
  const pageSize = ownPageSize ? first : contents.pageSize;
  contents.buffers.push({ name, clock, pageSize, compressed: section.compressed, cpus });
}
