// SPDX-License-Identifier: MIT
// What a byte source is, by its first bytes; never by its name.

import type { TraceFormat } from "./parsed.ts";
import { PERF_COMMAND } from "./perf-script/notes.ts";
import { looksLikePackets } from "./perfetto/packets.ts";
import { textForm } from "./text-forms.ts";

/** Bytes that detectContent() should be given, if there are so many. */
export const SNIFF_BYTES = 65_536;

/** Bytes that detectCompression() needs, if there are so many: atrace's longest header, and zlib's. */
export const COMPRESSION_SNIFF_BYTES = 33;

/** atrace: what `atrace -z` writes, zlib data after a few words. */
export type Compression = "none" | "gzip" | "zstd" | "atrace";

export function detectCompression(bytes: Uint8Array): Compression {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  if (bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd && bytes[0] === 0x28) return "zstd";
  // A skippable frame may come first.
  if ((bytes[0]! & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18) return "zstd";
  return atraceHeader(bytes) > 0 ? "atrace" : "none";
}

const ATRACE_HEADERS = ["TRACE:\n", "TRACE:\r\n", "capturing trace... done\nTRACE:\n"];

/** How many bytes stand before the zlib data of `atrace -z`; 0 if this is none. */
export function atraceHeader(bytes: Uint8Array): number {
  for (const header of ATRACE_HEADERS) {
    const [method, flags] = bytes.subarray(header.length);
    const isZlib = method === 0x78 && flags !== undefined && (method * 256 + flags) % 31 === 0;
    if (isZlib && startsWith(bytes, header)) return header.length;
  }
  return 0;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && [...text].every((character, i) => character.charCodeAt(0) === bytes[i]);
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

const trace = (format: TraceFormat): Content => ({ kind: "trace", format });
const later = (what: string, remedy: string): Content => ({ kind: "later", what, remedy });
const unknown = (what: string): Content => ({ kind: "unknown", what });

const PERF_DATA = later("perf.data", `${PERF_COMMAND} > trace.txt`);
const HALF_PERF_TEXT = later("text of perf script that does not say the cpu and the time of each event", PERF_COMMAND);

const MAGICS: readonly Magic[] = [
  { bytes: "\x17\x08\x44tracing", content: trace("trace.dat") },
  { bytes: "PERFILE2", content: PERF_DATA },
  { bytes: "PERFFILE", content: PERF_DATA },
  { bytes: "PK\x03\x04", content: unknown("a zip archive") },
  { bytes: "\xfd7zXZ\x00", content: unknown("xz-compressed (unpack it first: xz -d)") },
  { bytes: "BZh", content: unknown("bzip2-compressed (unpack it first: bzip2 -d)") },
  { bytes: "\x04\x22\x4d\x18", content: unknown("lz4-compressed (unpack it first: lz4 -d)") },
  { bytes: "\x7fELF", content: unknown("a program (ELF)") },
  { bytes: "\xff\xfe", content: unknown("UTF-16 text (convert it first: iconv -f utf-16 -t utf-8)") },
];

export function detectContent(head: Uint8Array): Content {
  if (head.length === 0) return { kind: "empty" };
  for (const { bytes, content } of MAGICS) {
    if (startsWith(head, bytes)) return content;
  }
  const start = head.subarray(0, SNIFF_BYTES);
  if (looksLikePackets(start)) return { kind: "trace", format: "perfetto" };
  const text = new TextDecoder("latin1").decode(start);
  if (/^(?:\xef\xbb\xbf)?\s*(?:<!--[\s\S]*?-->\s*)?(?:<!DOCTYPE html|<html)/i.test(text)) return trace("systrace-html");
  const form = textForm(text);
  if (form === "half-perf") return HALF_PERF_TEXT;
  if (form !== "text") return trace(form);
  return isText(start) ? { kind: "text" } : unknown("neither text nor a trace format that lazymm knows");
}

/** Control bytes are rare in text: task names may hold some. */
function isText(bytes: Uint8Array): boolean {
  let control = 0;
  for (const byte of bytes) if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127) control++;
  return control * 50 <= bytes.length;
}
