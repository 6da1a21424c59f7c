// SPDX-License-Identifier: MIT
// The pages of one CPU's ring, a group at a time: straight from the file, or out of compressed chunks.

import type { ByteSource, Damage } from "../parsed.ts";
import { Broken, readNumber } from "./bytes.ts";
import type { Contents, CpuData, RingBuffer } from "./contents.ts";

/** Bytes that all CPUs together keep in memory, and what one reads at once. */
const ALL_CPUS_BYTES = 64 << 20;
const GROUP_BYTES = 256 << 10;
const COUNT_BYTES = 4;

/** Delivers groups of whole pages. After `undefined`, `damaged` says whether there should have been more. */
export class CpuPages {
  damaged: Damage | undefined;
  readonly #source: ByteSource;
  readonly #contents: Contents;
  readonly #buffer: RingBuffer;
  readonly #end: number;
  readonly #groupBytes: number;
  readonly #start: number;
  #at: number;
  /** Chunks to come; -1 before their count was read. */
  #chunks = -1;

  constructor(source: ByteSource, contents: Contents, buffer: RingBuffer, data: CpuData) {
    this.#source = source;
    this.#contents = contents;
    this.#buffer = buffer;
    this.#start = data.at;
    this.#at = data.at;
    // The size of compressed data leaves out the count of its parts.
    const size = data.size + (buffer.compressed && data.size > 0 ? COUNT_BYTES : 0);
    this.#end = Math.min(data.at + size, source.size);
    if (data.at + data.size > source.size) this.#damage(source.size, "the file ends early");
    const share = Math.min(GROUP_BYTES, ALL_CPUS_BYTES / buffer.cpus.length);
    this.#groupBytes = Math.max(1, Math.floor(share / buffer.pageSize)) * buffer.pageSize;
  }

  /** Bytes of the file that were read so far, and that are still to be read. */
  get done(): number {
    return this.#at - this.#start;
  }

  get left(): number {
    return Math.max(0, this.#end - this.#at);
  }

  async next(): Promise<Uint8Array | undefined> {
    return this.#buffer.compressed ? this.#chunk() : this.#group();
  }

  async #group(): Promise<Uint8Array | undefined> {
    const { pageSize } = this.#buffer;
    const wanted = Math.min(this.#groupBytes, this.#end - this.#at);
    if (wanted <= 0) return undefined;
    const bytes = await this.#source.read(this.#at, wanted);
    const whole = bytes.length - (bytes.length % pageSize);
    if (whole < wanted) this.#damage(this.#at + whole, "a page that is cut off");
    this.#at = whole < wanted ? this.#end : this.#at + whole;
    return whole > 0 ? bytes.subarray(0, whole) : undefined;
  }

  async #chunk(): Promise<Uint8Array | undefined> {
    if (this.#chunks < 0) this.#chunks = (await this.#numbers(1))[0] ?? 0;
    if (this.#chunks === 0) return undefined;
    this.#chunks--;
    const at = this.#at;
    try {
      const [packedSize, size] = await this.#numbers(2);
      if (size === undefined || packedSize! > this.#end - this.#at) {
        throw new Broken(at, "a compressed part that is cut off");
      }
      const packed = await this.#source.read(this.#at, packedSize!);
      this.#at += packedSize!;
      const bytes = this.#contents.codec.unpack(packed, size, at);
      if (size % this.#buffer.pageSize !== 0) this.#damage(at, "a page that is cut off");
      return bytes.subarray(0, size - (size % this.#buffer.pageSize));
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#damage(error.at, error.message);
      this.#chunks = 0;
      return undefined;
    }
  }

  /** The next numbers of 32 bits; none if they are not all there. */
  async #numbers(count: number): Promise<number[]> {
    if (this.#end - this.#at < 4 * count) return [];
    const bytes = await this.#source.read(this.#at, 4 * count);
    if (bytes.length < 4 * count) return [];
    this.#at += 4 * count;
    return Array.from({ length: count }, (_, i) => readNumber(bytes.subarray(4 * i, 4 * i + 4), this.#contents.little));
  }

  #damage(at: number, reason: string): void {
    this.damaged ??= { at, reason };
  }
}
