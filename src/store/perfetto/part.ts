// SPDX-License-Identifier: MIT
// One file of an export, complete by itself: tracks are described where they are first used, names are written once
// and then go by number. A track is a row of slices that do not overlap, or of instants.
// The field numbers are Perfetto's public interface (protos/perfetto/trace/track_event/*.proto).

import { WireWriter } from "./wire.ts";

const PACKET = 1;
const PACKET_FIELD = { timestamp: 8, sequence: 10, event: 11, interned: 12, flags: 13, descriptor: 60 } as const;
const DESCRIPTOR = { uuid: 1, name: 2, parent: 5, childOrder: 11, rank: 12 } as const;
const EXPLICIT = 3;
const EVENT = { annotation: 4, type: 9, nameId: 10, track: 11, name: 23, flows: 47, lastFlows: 48 } as const;
const TYPE = { begin: 1, end: 2, instant: 3 } as const;
const INTERNED = { eventNames: 2 } as const;
const NAME = { id: 1, name: 2 } as const;
const ANNOTATION = { int: 4, text: 6, name: 10 } as const;
/** All packets are of one sequence: names are of a sequence. */
const SEQUENCE = 1;
const STATE_CLEARED = 1;
const NEEDS_STATE = 2;
/** Names that are kept to go by number. A trace has some thousand; the rest is written out. */
const MAX_NAMES = 65_536;

export interface Track {
  readonly uuid: number;
  readonly name: string;
  readonly parent: Track | undefined;
  /** Place among its parent's tracks: by name, CPU 10 would come before CPU 2. */
  readonly rank: number;
}

export interface InstantDetails {
  readonly flowOut?: readonly number[];
  readonly flowIn?: readonly number[];
  readonly args?: Readonly<Record<string, string | number>>;
}

export class Part {
  readonly #out = new WireWriter();
  readonly #described = new Set<number>();
  readonly #names = new Map<string, number>();
  #started = false;
  #taken = 0;

  /** Bytes of the file so far. */
  get size(): number {
    return this.#taken + this.#out.used;
  }

  /** Bytes that wait to be taken. */
  get waiting(): number {
    return this.#out.used;
  }

  take(): Uint8Array {
    this.#taken += this.#out.used;
    return this.#out.take();
  }

  begin(track: Track, time: number, name: string): void {
    const packet = this.#eventPacket(track, time, TYPE.begin, name);
    this.#close(packet);
  }

  end(track: Track, time: number): void {
    const packet = this.#eventPacket(track, time, TYPE.end, undefined);
    this.#close(packet);
  }

  instant(track: Track, time: number, name: string, { flowOut, flowIn, args }: InstantDetails): void {
    const packet = this.#eventPacket(track, time, TYPE.instant, name);
    for (const flow of flowOut ?? []) this.#out.fixed64(EVENT.flows, flow);
    for (const flow of flowIn ?? []) this.#out.fixed64(EVENT.lastFlows, flow);
    for (const [key, value] of Object.entries(args ?? {})) {
      const annotation = this.#out.open(EVENT.annotation);
      this.#out.text(ANNOTATION.name, key);
      if (typeof value === "number") this.#out.int(ANNOTATION.int, value);
      else this.#out.text(ANNOTATION.text, value);
      this.#out.close(annotation);
    }
    this.#close(packet);
  }

  /** Opens a packet and an event in it, which are left open. */
  #eventPacket(track: Track, time: number, type: number, name: string | undefined): readonly [number, number] {
    this.#describe(track);
    const out = this.#out;
    const packet = this.#openPacket(name === undefined ? 0 : NEEDS_STATE);
    out.int(PACKET_FIELD.timestamp, time);
    const id = name === undefined ? undefined : this.#nameId(name);
    const event = out.open(PACKET_FIELD.event);
    out.int(EVENT.type, type);
    out.int(EVENT.track, track.uuid);
    if (id !== undefined) out.int(EVENT.nameId, id);
    else if (name !== undefined) out.text(EVENT.name, name);
    return [packet, event];
  }

  #close([packet, event]: readonly [number, number]): void {
    this.#out.close(event);
    this.#out.close(packet);
  }

  #openPacket(flags: number): number {
    const packet = this.#out.open(PACKET);
    this.#out.int(PACKET_FIELD.sequence, SEQUENCE);
    const allFlags = flags | (this.#started ? 0 : STATE_CLEARED);
    if (allFlags !== 0) this.#out.int(PACKET_FIELD.flags, allFlags);
    this.#started = true;
    return packet;
  }

  /** The number that stands for a name; a new one is written into the open packet. undefined: there are too many. */
  #nameId(name: string): number | undefined {
    const known = this.#names.get(name);
    if (known !== undefined || this.#names.size >= MAX_NAMES) return known;
    const id = this.#names.size + 1;
    this.#names.set(name, id);
    const interned = this.#out.open(PACKET_FIELD.interned);
    const entry = this.#out.open(INTERNED.eventNames);
    this.#out.int(NAME.id, id);
    this.#out.text(NAME.name, name);
    this.#out.close(entry);
    this.#out.close(interned);
    return id;
  }

  #describe(track: Track): void {
    if (this.#described.has(track.uuid)) return;
    this.#described.add(track.uuid);
    if (track.parent !== undefined) this.#describe(track.parent);
    const out = this.#out;
    const packet = this.#openPacket(0);
    const descriptor = out.open(PACKET_FIELD.descriptor);
    out.int(DESCRIPTOR.uuid, track.uuid);
    out.text(DESCRIPTOR.name, track.name);
    if (track.parent !== undefined) out.int(DESCRIPTOR.parent, track.parent.uuid);
    out.int(DESCRIPTOR.childOrder, EXPLICIT);
    out.int(DESCRIPTOR.rank, track.rank);
    out.close(descriptor);
    out.close(packet);
  }
}
