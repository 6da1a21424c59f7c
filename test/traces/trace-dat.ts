// SPDX-License-Identifier: MIT
// A small writer of trace.dat, for tests: both versions, both byte orders, both sizes of long, all codecs.

import { deflateSync } from "node:zlib";
import type { ByteSource, ParsedTrace } from "../../src/traces/parsed.ts";
import { readTraceDat } from "../../src/traces/trace-dat/read.ts";

export interface Layout {
  readonly version: 6 | 7;
  readonly little: boolean;
  readonly long: 4 | 8;
  readonly codec: "none" | "zlib" | "zstd";
  readonly pageSize: number;
}
export const LAYOUT: Layout = { version: 6, little: true, long: 8, codec: "none", pageSize: 4096 };

/** Bytes, appended one number at a time. */
export class Out {
  readonly bytes: number[] = [];
  readonly little: boolean;
  constructor(little: boolean) {
    this.little = little;
  }
  number(value: number | bigint, size: number): this {
    const digits = Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
    this.bytes.push(...(this.little ? digits : digits.reverse()));
    return this;
  }
  text(text: string, size = text.length): this {
    for (let i = 0; i < size; i++) this.bytes.push(text.charCodeAt(i) || 0);
    return this;
  }
  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }
  sized(bytes: readonly number[], countSize: number): this {
    return this.number(bytes.length, countSize).raw(bytes);
  }
  pad(length: number): this {
    while (this.bytes.length < length) this.bytes.push(0);
    return this;
  }
}

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const COMMON = [
  "unsigned short common_type;2;0",
  "unsigned char common_flags;1;0",
  "unsigned char common_preempt_count;1;0",
  "int common_pid;4;1",
];

/** A format file; fields are `declaration;size;signed`, one behind the other. */
export function format(name: string, id: number, fields: readonly string[], print: string): string {
  let offset = 0;
  const lines = [...COMMON, ...fields].map((field) => {
    const [declaration, size, signed] = field.split(";");
    const line = `\tfield:${declaration};\toffset:${offset};\tsize:${size};\tsigned:${signed};\n`;
    offset += Number(size);
    return line;
  });
  return `name: ${name}\nID: ${id}\nformat:\n${lines.join("")}\nprint fmt: ${print}\n`;
}

/** A record without its common fields is written by `write`. */
export function record(
  layout: Layout,
  id: number,
  pid: number,
  write: (out: Out) => void,
  flags = 0,
  depth = 0,
): number[] {
  const out = new Out(layout.little).number(id, 2).number(flags, 1).number(depth, 1).number(pid, 4);
  write(out);
  return out.bytes;
}

/** An event of the ring: its time since the event before, and the record. */
export function event(layout: Layout, delta: number, data: readonly number[]): number[] {
  const words = Math.ceil(data.length / 4);
  const out = new Out(layout.little).number(header(layout, words <= 28 ? words : 0, delta), 4);
  if (words > 28) out.number(4 + data.length, 4);
  return out.raw(data).pad(out.bytes.length - data.length + words * 4).bytes;
}

export function header(layout: Layout, type: number, delta: number): bigint {
  return layout.little ? (BigInt(delta) << 5n) | BigInt(type) : (BigInt(type) << 27n) | BigInt(delta);
}

/** `lost` is the number of events lost before the page; -1 if the kernel did not count them. */
export function page(
  layout: Layout,
  time: number | bigint,
  events: readonly (readonly number[])[],
  lost = 0,
): number[] {
  const data = events.flat();
  const bits = (lost !== 0 ? 1n << 31n : 0n) | (lost > 0 ? 1n << 30n : 0n);
  const out = new Out(layout.little)
    .number(time, 8)
    .number(BigInt(data.length) | bits, layout.long)
    .raw(data);
  if (lost > 0) out.number(lost, layout.long);
  return out.pad(layout.pageSize).bytes;
}

export interface Recording {
  /** Events by system. */
  readonly formats: Readonly<Record<string, readonly string[]>>;
  /** Of each CPU, its pages. */
  readonly cpus: readonly (readonly number[])[];
  readonly kallsyms?: string;
  readonly printk?: string;
  readonly cmdlines?: string;
  readonly clock?: string;
  /** Names of instances beside the main buffer. */
  readonly instances?: readonly string[];
  /** Texts of per_cpu statistics. */
  readonly statistics?: readonly string[];
  /** Text of a latency tracer instead of the rings. */
  readonly text?: string;
}

export function writeDat(layout: Layout, recording: Recording): Uint8Array {
  const out = new Out(layout.little).text("\x17\x08\x44tracing").text(`${layout.version}\0`);
  out
    .number(layout.little ? 0 : 1, 1)
    .number(layout.long, 1)
    .number(layout.pageSize, 4);
  return Uint8Array.from(
    layout.version === 6 ? writeVersion6(layout, out, recording) : writeVersion7(layout, out, recording),
  );
}

/** The parts that both versions have, by the number of the section in version 7. */
function parts(layout: Layout, recording: Recording): Map<number, number[]> {
  const { long, little, pageSize } = layout;
  const data = 8 + long;
  const pageText =
    `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n` +
    `\tfield: local_t commit;\toffset:8;\tsize:${long};\tsigned:1;\n` +
    `\tfield: char data;\toffset:${data};\tsize:${pageSize - data};\tsigned:1;\n`;
  const info = new Out(little)
    .text("header_page\0")
    .sized(ascii(pageText), 8)
    .text("header_event\0")
    .sized(ascii("x"), 8);
  const ftrace = recording.formats.ftrace ?? [];
  const own = new Out(little).number(ftrace.length, 4);
  for (const text of ftrace) own.sized(ascii(text), 8);
  const systems = Object.entries(recording.formats).filter(([system]) => system !== "ftrace");
  const formats = new Out(little).number(systems.length, 4);
  for (const [system, texts] of systems) {
    formats.text(`${system}\0`).number(texts.length, 4);
    for (const text of texts) formats.sized(ascii(text), 8);
  }
  const sized = (text = "", countSize = 4) => new Out(little).sized(ascii(text), countSize).bytes;
  return new Map([
    [16, info.bytes],
    [17, own.bytes],
    [18, formats.bytes],
    [19, sized(recording.kallsyms)],
    [20, sized(recording.printk)],
    [21, sized(recording.cmdlines, 8)],
  ]);
}

const UNAME = "Linux host 6.1.0-test x86_64\0";
const clocks = (recording: Recording) => `local global [${recording.clock ?? "mono"}] boot\n\0`;

function writeVersion6(layout: Layout, out: Out, recording: Recording): number[] {
  for (const part of parts(layout, recording).values()) out.raw(part);
  out.number(recording.cpus.length, 4).text("options  \0");
  const option = (id: number, data: readonly number[]) => out.number(id, 2).sized(data, 4);
  option(4, ascii(clocks(recording)));
  option(5, ascii(UNAME));
  for (const text of recording.statistics ?? []) option(2, ascii(`${text}\0`));
  for (const name of recording.instances ?? []) option(3, new Out(layout.little).number(0, 8).text(`${name}\0`).bytes);
  out.number(0, 2);
  if (recording.text !== undefined) return out.text("latency  \0").text(recording.text).bytes;
  out.text("flyrecord\0");
  const aligned = (at: number) => Math.ceil(at / layout.pageSize) * layout.pageSize;
  let at = aligned(out.bytes.length + 16 * recording.cpus.length + 64);
  for (const pages of recording.cpus) {
    out.number(at, 8).number(pages.length, 8);
    at += pages.length;
  }
  out.sized(ascii(clocks(recording)), 8);
  out.pad(aligned(out.bytes.length));
  for (const pages of recording.cpus) out.raw(pages);
  return out.bytes;
}

/** One block of zstd that is not compressed: enough for a reader to unpack. */
function packed(layout: Layout, bytes: readonly number[]): Uint8Array {
  if (layout.codec === "zlib") return deflateSync(Uint8Array.from(bytes));
  const blocks = new Out(true).number(0xfd2fb528, 4).number(0xa0, 1).number(bytes.length, 4);
  for (let at = 0; at < Math.max(1, bytes.length); at += 65536) {
    const block = bytes.slice(at, at + 65536);
    blocks.number((block.length << 3) | (at + 65536 >= bytes.length ? 1 : 0), 3).raw(block);
  }
  return Uint8Array.from(blocks.bytes);
}

function writeVersion7(layout: Layout, out: Out, recording: Recording): number[] {
  const compressed = layout.codec !== "none";
  out.text(`${layout.codec}\0`).text("1\0");
  const firstAt = out.bytes.length;
  out.number(0, 8);
  const section = (id: number, data: readonly number[]): number => {
    const at = out.bytes.length;
    const body = new Out(layout.little);
    if (compressed) {
      const bytes = packed(layout, data);
      body.number(bytes.length, 4).number(data.length, 4).raw(bytes);
    } else body.raw(data);
    out
      .number(id, 2)
      .number(compressed ? 1 : 0, 2)
      .number(0, 4)
      .number(body.bytes.length, 8)
      .raw(body.bytes);
    return at;
  };
  const options = new Out(layout.little);
  const option = (id: number, data: readonly number[]) => options.number(id, 2).sized(data, 4);
  for (const [id, part] of parts(layout, recording)) {
    option(id, new Out(layout.little).number(section(id, part), 8).bytes);
  }
  option(4, ascii(clocks(recording)));
  option(5, ascii(UNAME));
  for (const text of recording.statistics ?? []) option(2, ascii(`${text}\0`));
  option(8, new Out(layout.little).number(recording.cpus.length, 4).bytes);
  // The buffers are in a second section of options, which the first one points to.
  const second = new Out(layout.little);
  for (const name of ["", ...(recording.instances ?? [])]) {
    const data = writeBuffer(layout, out, name, recording);
    second.number(recording.text === undefined ? 3 : 22, 2).sized(data, 4);
  }
  second.number(0, 2).sized(new Out(layout.little).number(0, 8).bytes, 4);
  option(0, new Out(layout.little).number(section(0, second.bytes), 8).bytes);
  const first = section(0, options.bytes);
  for (const [i, byte] of new Out(layout.little).number(first, 8).bytes.entries()) out.bytes[firstAt + i] = byte;
  return out.bytes;
}

/** Writes a buffer's section; returns the option that describes it. */
function writeBuffer(layout: Layout, out: Out, name: string, recording: Recording): number[] {
  const compressed = layout.codec !== "none";
  const at = out.bytes.length;
  const flags = compressed ? 1 : 0;
  const option = new Out(layout.little)
    .number(at, 8)
    .text(`${name}\0`)
    .text(`${recording.clock ?? "mono"}\0`);
  const body = (bytes: readonly number[]): number[] => {
    if (!compressed) return [...bytes];
    const chunks = new Out(layout.little);
    const step = layout.pageSize * 2;
    chunks.number(Math.ceil(bytes.length / step), 4);
    for (let from = 0; from < bytes.length; from += step) {
      const chunk = bytes.slice(from, from + step);
      const data = packed(layout, chunk);
      chunks.number(data.length, 4).number(chunk.length, 4).raw(data);
    }
    return chunks.bytes;
  };
  if (recording.text !== undefined) {
    const data = body(ascii(recording.text));
    out.number(23, 2).number(flags, 2).number(0, 4).number(data.length, 8).raw(data);
    return option.bytes;
  }
  const cpus = name === "" ? recording.cpus.map((pages) => body(pages)) : [];
  const size = cpus.reduce((sum, data) => sum + data.length, 0);
  out.number(3, 2).number(flags, 2).number(0, 4).number(size, 8);
  option.number(layout.pageSize, 4).number(cpus.length, 4);
  for (const [cpu, data] of cpus.entries()) {
    // trace-cmd leaves the count of chunks out of the size.
    option
      .number(cpu, 4)
      .number(out.bytes.length, 8)
      .number(data.length - (compressed ? 4 : 0), 8);
    out.raw(data);
  }
  return option.bytes;
}

/** Reads it in pieces as from a file. Fails the test if the reader asks for what cannot be there. */
export async function read(bytes: Uint8Array): Promise<ParsedTrace> {
  const source: ByteSource = {
    size: bytes.length,
    read: async (at, length) => {
      if (!(at >= 0) || !(length >= 0)) throw new RangeError(`asked for ${length} bytes at ${at}`);
      return bytes.slice(at, at + Math.min(length, bytes.length));
    },
  };
  return readTraceDat(source, () => {});
}
