// SPDX-License-Identifier: MIT
// Finds the data in a page that systrace wrote. The page is mostly the viewer, a program that contains the names of
// events, too; the data is in one of two places, by the age of systrace:
//
//   var linuxPerfData = "\                                      <script class="trace-data" type="application/text">
//   # tracer: nop\n\                                            # tracer: nop
//   …\n";                                                       …
//                                                               </script>
//
// There may be several blocks of the second kind: a PROCESS DUMP, a CGROUP DUMP, the trace, and JSON of other tools.

import { Lines } from "../lines.ts";
import { byteString, isEscaped, unescapeEntities, unescapeLine } from "./strings.ts";

/** The viewer's lines are long; a trace's are not. */
const MAX_LINE_BYTES = 1 << 20;
/** A line of the page that is longer starts no data. */
const MAX_START_BYTES = 4096;
const STRING_START = /\bvar\s+linuxPerfData\s*=\s*"/;
const SCRIPT = /<script\b/gi;
const IS_DATA = /\bclass\s*=\s*["']?[^"']*\btrace-data\b/i;
const BLOCK_END = /<\/script\s*>/i;

/** Takes the lines of the data, without newlines. */
export interface PageData {
  begin(): void;
  line(bytes: Uint8Array, from: number, to: number): void;
  end(): void;
}

export class Page {
  readonly #data: PageData;
  readonly #lines = new Lines(MAX_LINE_BYTES, (bytes, from, to) => this.#line(bytes, from, to));
  #state: "page" | "string" | "block" = "page";
  #escaped = false;

  constructor(data: PageData) {
    this.#data = data;
  }

  /** Lines of the page. */
  get lines(): number {
    return this.#lines.count;
  }

  get tooLong(): number {
    return this.#lines.tooLong;
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  /** Returns whether the page ended within its data. */
  finish(): boolean {
    this.#lines.finish();
    const cut = this.#state !== "page";
    if (cut) this.#leave();
    return cut;
  }

  #line(bytes: Uint8Array, from: number, to: number): void {
    if (this.#state === "string") this.#stringLine(bytes, from, to);
    else if (this.#state === "block") this.#blockLine(bytes, from, to);
    else if (to - from <= MAX_START_BYTES) this.#pageLine(bytes, from, to);
  }

  #pageLine(bytes: Uint8Array, from: number, to: number): void {
    const text = byteString(bytes.subarray(from, to));
    const string = STRING_START.exec(text);
    const start = string === null ? blockStart(text) : string.index + string[0].length;
    if (start === undefined) return;
    this.#state = string === null ? "block" : "string";
    this.#escaped = false;
    this.#data.begin();
    const at = from + start;
    if (string !== null) this.#stringLine(bytes, at, to);
    else if (at < to) this.#blockLine(bytes, at, to);
  }

  #stringLine(bytes: Uint8Array, from: number, to: number): void {
    const unescaped = unescapeLine(bytes, from, to);
    const line = unescaped.bytes;
    let start = 0;
    for (let end = line.indexOf(10); end >= 0; end = line.indexOf(10, start)) {
      this.#data.line(line, start, end);
      start = end + 1;
    }
    if (start < line.length) this.#data.line(line, start, line.length);
    if (unescaped.ended) this.#leave();
  }

  #blockLine(bytes: Uint8Array, from: number, to: number): void {
    const end = endOfBlock(bytes, from, to);
    // The end mark's indentation is no line of the data.
    const only = end !== undefined && byteString(bytes.subarray(from, end)).trim() === "";
    if (!only) this.#blockText(bytes, from, end ?? to);
    if (end !== undefined) this.#leave();
  }

  #blockText(bytes: Uint8Array, from: number, to: number): void {
    const text = bytes.subarray(from, to);
    const plain = !text.includes(AMPERSAND);
    if (!plain && !this.#escaped) this.#escaped = isEscaped(byteString(text));
    if (plain || !this.#escaped) {
      this.#data.line(bytes, from, to);
      return;
    }
    const line = Uint8Array.from(unescapeEntities(byteString(text)), (character) => character.charCodeAt(0));
    this.#data.line(line, 0, line.length);
  }

  #leave(): void {
    this.#state = "page";
    this.#data.end();
  }
}

/** Where the line's first block of data starts. Tag by tag: in one pattern, all parts would be tried together. */
function blockStart(line: string): number | undefined {
  let at = 0;
  for (const { index } of line.matchAll(SCRIPT)) {
    if (index < at) continue;
    const end = line.indexOf(">", index);
    if (end < 0) return undefined;
    at = end + 1;
    if (IS_DATA.test(line.slice(index, end))) return at;
  }
  return undefined;
}

const AMPERSAND = 38;
const LESS = 60;
const SLASH = 47;

/** Where the block's data ends, if it ends in this line. */
function endOfBlock(bytes: Uint8Array, from: number, to: number): number | undefined {
  const line = bytes.subarray(from, to);
  for (let p = line.indexOf(LESS); p >= 0; p = line.indexOf(LESS, p + 1)) {
    if (line[p + 1] === SLASH && BLOCK_END.test(byteString(line.subarray(p, p + 16)))) return from + p;
  }
  return undefined;
}
