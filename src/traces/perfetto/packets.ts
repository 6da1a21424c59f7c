// SPDX-License-Identifier: MIT
// A Perfetto trace is one message, Trace, of which there is only the field `packet`. This cuts the packets out of the
// bytes as they come. A packet in several chunks is put together once all of it is there.

import type { Damage } from "../parsed.ts";
import { Cursor, WIRE } from "./wire.ts";

/** Trace.packet, as it stands before each of them. */
const PACKET_TAG = 0x0a;
const PACKET_FIELD = 1;
/** A tag and the longest varint. */
const HEADER_BYTES = 11;
/** Perfetto's own limit is far below. What is longer is passed over, and need not fit into memory. */
const MAX_PACKET_BYTES = 128 * 2 ** 20;

export type PacketSink = (bytes: Uint8Array, from: number, to: number) => void;

export class PacketStream {
  readonly #sink: PacketSink;
  readonly #cursor = new Cursor();
  /** The start of a packet that is not complete, the place of its first byte, and the bytes it needs (if known). */
  #pieces: Uint8Array[] = [];
  #held = 0;
  #place = 0;
  #needed = 0;
  #skip = 0;
  damaged: Damage | undefined;
  packets = 0;
  /** Packets that were too long to be one. */
  huge = 0;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    if (this.damaged !== undefined) return;
    let fresh = chunk;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, chunk.length);
      this.#skip -= skipped;
      if (this.#skip > 0) return;
      this.#place += this.#needed;
      this.#needed = 0;
      fresh = chunk.subarray(skipped);
    }
    if (this.#held + fresh.length < this.#needed) {
      this.#hold(fresh);
      return;
    }
    const bytes = this.#joined(fresh);
    const done = this.#cut(bytes);
    this.#place += done;
    if (this.#skip === 0 && done < bytes.length) this.#hold(bytes.subarray(done));
  }

  #hold(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
  }

  #joined(fresh: Uint8Array): Uint8Array {
    if (this.#held === 0) return fresh;
    const bytes = new Uint8Array(this.#held + fresh.length);
    let at = 0;
    for (const piece of [...this.#pieces, fresh]) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#held = 0;
    return bytes;
  }

  /** Passes on all packets that end in `bytes`; returns where the next one starts. */
  #cut(bytes: Uint8Array): number {
    let at = 0;
    this.#needed = 0;
    while (at < bytes.length) {
      if (bytes[at] !== PACKET_TAG) return this.#damage(at, "no packet where one should start", bytes);
      const cursor = this.#cursor.open(bytes, at + 1, Math.min(bytes.length, at + HEADER_BYTES));
      if (!cursor.varint()) {
        if (bytes.length - at < HEADER_BYTES) return at;
        return this.#damage(at, "a packet's length that is none", bytes);
      }
      const length = cursor.unsigned();
      const header = cursor.at - at;
      const end = at + header + length;
      if (length > MAX_PACKET_BYTES) {
        this.huge++;
        this.#needed = header + length;
        if (end > bytes.length) {
          this.#skip = end - bytes.length;
          return at;
        }
      } else if (end > bytes.length) {
        this.#needed = header + length;
        return at;
      } else {
        this.packets++;
        this.#sink(bytes, at + header, end);
      }
      at = end;
    }
    return at;
  }

  #damage(at: number, reason: string, bytes: Uint8Array): number {
    this.damaged = { at: this.#place + at, reason };
    return bytes.length;
  }

  /** No more bytes come. */
  end(): void {
    if (this.damaged === undefined && (this.#held > 0 || this.#skip > 0)) {
      this.damaged = { at: this.#place, reason: "the file ends within a packet" };
    }
    this.#pieces = [];
  }
}

/** The first bytes of a trace: packets, and in them fields that a packet may have. Only the last may be cut off. */
export function looksLikePackets(head: Uint8Array): boolean {
  const outer = new Cursor();
  const inner = new Cursor();
  let at = 0;
  for (let packets = 0; packets < MIN_PACKETS; packets++) {
    if (at >= head.length) return packets > 0;
    outer.open(head, at, head.length);
    const whole = outer.next();
    if (head[at] !== PACKET_TAG) return false;
    if (whole && outer.from === outer.to) return false;
    if (!whole) {
      const length = outer.open(head, at + 1, head.length).varint() ? outer.unsigned() : 0;
      return length > 0 && length <= MAX_PACKET_BYTES && hasPacketField(inner.open(head, outer.at, head.length));
    }
    inner.open(head, outer.from, outer.to);
    while (inner.next()) if (inner.field > MAX_PACKET_FIELD) return false;
    if (inner.broken) return false;
    at = outer.to;
  }
  return true;
}

const MIN_PACKETS = 3;
/** Extensions of TracePacket end here. */
const MAX_PACKET_FIELD = 1999;

/** The packet is cut off: then at least its first field must make sense. */
function hasPacketField(cursor: Cursor): boolean {
  const whole = cursor.next();
  if (!whole && cursor.field === 0) return false;
  return cursor.field >= PACKET_FIELD && cursor.field <= MAX_PACKET_FIELD && (whole || cursor.wire === WIRE.bytes);
}
