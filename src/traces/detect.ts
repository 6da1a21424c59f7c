// SPDX-License-Identifier: MIT
// What a byte source is, by its first bytes; never by its name.

import type { TraceFormat } from "./parsed.ts";

/** Bytes that detectContent() should be given, if there are so many. */
export const SNIFF_BYTES = 65_536;

export type Compression = "none" | "gzip" | "zstd";

export function detectCompression(bytes: Uint8Array): Compression {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  if (bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd && bytes[0] === 0x28) return "zstd";
  // A skippable frame may come first.
  if ((bytes[0]! & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18) return "zstd";
  return "none";
}

export type Content =
  | { readonly kind: "empty" }
  | { readonly kind: "trace"; readonly format: TraceFormat }
  /** Text, but no line of the first ones is an event: the parser has the last word. */
  | { readonly kind: "text" }
  /** A trace that we know and cannot read: what it is, and how to make text of it. */
  | { readonly kind: "later"; readonly what: string; readonly remedy: string }
  | { readonly kind: "unknown"; readonly what: string };

interface Magic {
  readonly bytes: string;
  readonly content: Content;
}

const later = (what: string, remedy: string): Content => ({ kind: "later", what, remedy });
const unknown = (what: string): Content => ({ kind: "unknown", what });

const PERF_TEXT = later("the text of perf script", "record with ftrace instead; `lazymm record` prints the commands");

const MAGICS: readonly Magic[] = [
  { bytes: "\x17\x08\x44tracing", content: { kind: "trace", format: "trace.dat" } },
  { bytes: "PERFILE2", content: later("perf.data", "record with ftrace instead; `lazymm record` prints the commands") },
  { bytes: "PERFFILE", content: later("perf.data", "record with ftrace instead; `lazymm record` prints the commands") },
  { bytes: "TRACE:\n", content: later("compressed output of atrace -z", "run atrace without -z") },
  { bytes: "PK\x03\x04", content: unknown("a zip archive") },
  { bytes: "\xfd7zXZ\x00", content: unknown("xz-compressed (unpack it first: xz -d)") },
  { bytes: "BZh", content: unknown("bzip2-compressed (unpack it first: bzip2 -d)") },
  { bytes: "\x04\x22\x4d\x18", content: unknown("lz4-compressed (unpack it first: lz4 -d)") },
  { bytes: "\x7fELF", content: unknown("a program (ELF)") },
  { bytes: "\xff\xfe", content: unknown("UTF-16 text (convert it first: iconv -f utf-16 -t utf-8)") },
];

/** The part of a line after the task name, as in ftrace-text/head.ts; here only to tell formats apart. */
const EVENT_LINE =
  /-\d+\s+(?:\([ \d-]+\)\s+)?(?:\[\d+\]\s+(?:\([ \d-]+\)\s+)?(?:\S{3,8}\s+)?|\d+\D\S{2,7}\s+)\d+(?:\.\d+)?(?:us.?)?:\s/;
const PERF_LINE = /^\s*\S.*\s-?\d+(?:\/-?\d+)?\s+\[\d+\]\s+\d+\.\d+:\s+(?:\d+\s+)?[\w-]+:/m;

export function detectContent(head: Uint8Array): Content {
  if (head.length === 0) return { kind: "empty" };
  for (const { bytes, content } of MAGICS) {
    if (head.length >= bytes.length && [...bytes].every((c, i) => c.charCodeAt(0) === head[i])) return content;
  }
  const start = head.subarray(0, SNIFF_BYTES);
  if (isPerfetto(start)) {
    return later("a Perfetto protobuf trace", "traceconv systrace trace.pftrace trace.txt (it keeps only some events)");
  }
  const text = new TextDecoder("latin1").decode(start);
  if (/^\s*(?:<!DOCTYPE html|<html)/i.test(text)) {
    return later("a web page, as systrace writes it", "take the text after `# tracer:` out of the page");
  }
  if (EVENT_LINE.test(text)) return { kind: "trace", format: "ftrace-text" };
  if (!isText(start)) return unknown("neither text nor a trace format that lazymm knows");
  return PERF_LINE.test(text) ? PERF_TEXT : { kind: "text" };
}

/** Control bytes are rare in text: task names may hold some. */
function isText(bytes: Uint8Array): boolean {
  let control = 0;
  for (const byte of bytes) if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) control++;
  return control * 50 <= bytes.length;
}

/** A Trace message starts with field 1 (TracePacket), length-delimited; so does the packet after it. */
function isPerfetto(bytes: Uint8Array): boolean {
  let at = 0;
  for (let packets = 0; packets < 3; packets++) {
    if (at === bytes.length || (at > bytes.length && packets > 0)) return packets > 0;
    if (bytes[at] !== 0x0a) return false;
    const length = varint(bytes, at + 1);
    if (length === undefined || length.value === 0) return false;
    // A packet's own first field: a small field number, wire type varint or length-delimited.
    const tag = bytes[length.next];
    if (tag === undefined || ![0, 1, 2, 5].includes(tag & 7) || tag < 8) return false;
    at = length.next + length.value;
  }
  return true;
}

function varint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return undefined;
}
