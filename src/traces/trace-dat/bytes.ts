// SPDX-License-Identifier: MIT
// Reading the parts of a trace.dat one after the other. No length in the file is trusted: memory is taken for bytes
// that are really there.

import type { ByteSource } from "../parsed.ts";

const WINDOW = 1 << 16;
const NAME_BYTES = 256;

/** What is there makes no sense, or the file ends. */
export class Broken extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

/** A place in a source that moves on with each read. Throws Broken where the source ends. */
export class FileCursor {
  readonly little: boolean;
  readonly #source: ByteSource;
  /** Where damage is, if the source is not the file: the place of what it was unpacked from. */
  readonly #place: number | undefined;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;
  at: number;

  constructor(source: ByteSource, at: number, little: boolean, place?: number) {
    this.#source = source;
    this.at = at;
    this.little = little;
    this.#place = place;
  }

  get left(): number {
    return this.#source.size - this.at;
  }

  broken(reason: string): Broken {
    return new Broken(this.#place ?? this.at, reason);
  }

  async bytes(length: number): Promise<Uint8Array> {
    if (length > this.left) throw this.broken("the file ends early");
    let offset = this.at - this.#windowAt;
    if (offset < 0 || offset + length > this.#window.length) {
      this.#window = await this.#source.read(this.at, Math.max(length, Math.min(WINDOW, this.left)));
      this.#windowAt = this.at;
      offset = 0;
      if (length > this.#window.length) throw this.broken("the file ends early");
    }
    this.at += length;
    return this.#window.subarray(offset, offset + length);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. Beyond 2^53 it is rounded. */
  async number(size: 1 | 2 | 4 | 8): Promise<number> {
    return readNumber(await this.bytes(size), this.little);
  }

  /** A short text that ends with a zero byte. */
  async text(): Promise<string> {
    const from = this.at;
    const bytes = await this.bytes(Math.min(NAME_BYTES, this.left));
    const end = bytes.indexOf(0);
    if (end < 0) throw new Broken(this.#place ?? from, "a name that does not end");
    this.at = from + end + 1;
    return latin1(bytes.subarray(0, end));
  }

  /** Bytes that are preceded by their count. Copied: the window around them need not stay. */
  async sized(countSize: 4 | 8): Promise<Uint8Array> {
    const length = await this.number(countSize);
    return (await this.bytes(length)).slice();
  }
}

export function readNumber(bytes: Uint8Array, little: boolean): number {
  let value = 0;
  for (let i = 0; i < bytes.length; i++) value = value * 256 + bytes[little ? bytes.length - 1 - i : i]!;
  return value;
}

export function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) };
}
