// SPDX-License-Identifier: MIT
// Text within a web page, as the bytes that it stands for: a JavaScript string that goes on over lines, and entities.

import { BYTE } from "../ftrace-text/scan.ts";

const BACKSLASH = 92;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12, v: 11, "0": 0 };

export interface Unescaped {
  readonly bytes: Uint8Array;
  /** The string ends in this line. */
  readonly ended: boolean;
}

/** One line of the page within a string: up to its closing quote, or to the \ that says that it goes on. */
export function unescapeLine(bytes: Uint8Array, from: number, to: number): Unescaped {
  const out = new Uint8Array(to - from);
  let used = 0;
  for (let p = from; p < to; p++) {
    const byte = bytes[p]!;
    if (byte === BYTE.quote) return { bytes: out.subarray(0, used), ended: true };
    if (byte !== BACKSLASH) {
      out[used++] = byte;
      continue;
    }
    p++;
    // The last one of a line takes the page's own newline away.
    if (p >= to) break;
    const letter = String.fromCharCode(bytes[p]!);
    const digits = letter === "x" ? 2 : letter === "u" ? 4 : 0;
    const hex = String.fromCharCode(...bytes.subarray(p + 1, Math.min(to, p + 1 + digits)));
    if (digits > 0 && hex.length === digits && /^[0-9a-fA-F]+$/.test(hex)) {
      // Not longer than the six characters of an escape.
      const encoded = new TextEncoder().encode(String.fromCharCode(Number.parseInt(hex, 16)));
      out.set(encoded, used);
      used += encoded.length;
      p += digits;
    } else out[used++] = ESCAPES[letter] ?? bytes[p]!;
  }
  return { bytes: out.subarray(0, used), ended: false };
}

/** One character per byte. */
export function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " " };
/** What an escaped page has in every line or two, and no other: <idle>-0, <...>-123 and the arrow of sched_switch. */
const ESCAPED = /&lt;(?:idle|\.\.\.)&gt;-|==&gt; /;

export function isEscaped(line: string): boolean {
  return ESCAPED.test(line);
}

export function unescapeEntities(line: string): string {
  return line.replace(/&(?:#(\d{1,3})|#x([0-9a-fA-F]{1,2})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return Number(decimal) < 256 ? String.fromCharCode(Number(decimal)) : whole;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}
