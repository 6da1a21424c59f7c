// SPDX-License-Identifier: MIT
// A search on disk, in two files that are only ever appended to:
//
//   states    the states, as the store has them: dense, in the order in which they were found
//   journal   a line per snapshot: a checksum, then JSON: where the search stood, how many states belong to it, and a
//             checksum of those since the line before
//
// Whatever interrupts the writing, each line whose checksum and whose states' checksums hold is a whole snapshot; the
// last of them is where the next run begins, and what follows it is cut off. So nothing depends on the order in which
// a disk writes. A killed process loses at most what it found since its last line; a power cut, what was not yet
// flushed to the disk, which is done every FLUSH_SECONDS and at the end.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Snapshot } from "../checker/snapshot.ts";
import type { StateStore } from "../checker/store.ts";

const FLUSH_SECONDS = 5;
/** States are read in pieces of about this many bytes. */
const PIECE = 1 << 22;

/** A line of the journal; its levels are those that the lines before do not have. */
interface Line extends Snapshot {
  /** CRC-32 of the states since the line before. */
  readonly crc: number;
}

function printLine(line: Line): string {
  const json = JSON.stringify(line);
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
}

function parseLine(text: string): Line | undefined {
  const [, sum = "", json = ""] = /^([0-9a-f]{8}) (.*)$/.exec(text) ?? [];
  return json !== "" && crc32(json) === Number.parseInt(sum, 16) ? (JSON.parse(json) as Line) : undefined;
}

function openAppending(file: string): number {
  return openSync(file, existsSync(file) ? "r+" : "w+");
}

function bytesOf(array: Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Cuts a file off at `end`; returns how many bytes that were. */
function cutOff(fd: number, end: number): number {
  const { size } = fstatSync(fd);
  if (size > end) ftruncateSync(fd, end);
  return Math.max(0, size - end);
}

export class SearchLog {
  /** The last whole snapshot, if there is one. */
  readonly last: Snapshot | undefined;
  /** Bytes behind it that were there, and are no longer. */
  readonly cut: number;
  /** Why nothing more is written. The search goes on without. */
  failure: Error | undefined;

  readonly #states: number;
  readonly #journal: number;
  readonly #stateBytes: number;
  /** What the files have: states, levels, and bytes of the journal. */
  #saved = 0;
  #levels = 0;
  #end = 0;
  #flushed = performance.now();

  /** Opens the log in a folder, or begins one there. `words`: of a state. */
  constructor(folder: string, words: number) {
    this.#stateBytes = 4 * words;
    this.#states = openAppending(join(folder, "states"));
    this.#journal = openAppending(join(folder, "journal"));
    this.last = this.#readJournal(readFileSync(this.#journal, "utf8"));
    this.cut = cutOff(this.#states, this.#saved * this.#stateBytes) + cutOff(this.#journal, this.#end);
  }

  #readJournal(text: string): Snapshot | undefined {
    const levels: number[] = [];
    let last: Line | undefined;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", this.#end)) {
      const line = parseLine(text.slice(this.#end, end));
      if (line === undefined || this.#checksum(this.#saved, line.states) !== line.crc) break;
      last = line;
      levels.push(...line.levels);
      this.#saved = line.states;
      // The journal is ASCII: names are not in it.
      this.#end = end + 1;
    }
    this.#levels = levels.length;
    return last && { ...last, levels };
  }

  /** Of the states from one number up to another, as the file has them; undefined if it does not have them all. */
  #checksum(from: number, to: number): number | undefined {
    let crc = 0;
    let count = from;
    this.#read(from, to, (some) => {
      crc = crc32(bytesOf(some), crc);
      count += some.byteLength / this.#stateBytes;
    });
    return count === to ? crc : undefined;
  }

  /** Reads states, in pieces of whole ones, as far as there are any. */
  #read(from: number, to: number, put: (states: Int32Array) => void): void {
    const perPiece = Math.max(1, Math.floor(PIECE / this.#stateBytes));
    const piece = new Int32Array((Math.min(perPiece, to - from) * this.#stateBytes) / 4);
    for (let n = from; n < to; n += perPiece) {
      const wanted = Math.min(perPiece, to - n) * this.#stateBytes;
      const length = readSync(this.#states, bytesOf(piece), 0, wanted, n * this.#stateBytes);
      put(piece.subarray(0, (length - (length % this.#stateBytes)) / 4));
      if (length < wanted) return;
    }
  }

  /** Hands over the states of the last snapshot. */
  readStates(put: (states: Int32Array) => void): void {
    this.#read(0, this.last?.states ?? 0, put);
  }

  save(snapshot: Snapshot, store: StateStore): void {
    this.#try(() => this.#append(snapshot, store));
  }

  #try(work: () => void): void {
    if (this.failure) return;
    try {
      work();
    } catch (error) {
      // A full disk is no reason to lose the search, too.
      if (!(error instanceof Error)) throw error;
      this.failure = error;
    }
  }

  #append(snapshot: Snapshot, store: StateStore): void {
    let crc = 0;
    for (let n = this.#saved; n < snapshot.states; ) {
      const end = Math.min(snapshot.states, store.chunkEnd(n));
      const at = store.offsetOf(n);
      const bytes = bytesOf(store.chunkOf(n).subarray(at, at + (end - n) * store.words));
      crc = crc32(bytes, crc);
      this.#write(this.#states, bytes, n * this.#stateBytes);
      n = end;
    }
    const text = printLine({ ...snapshot, levels: snapshot.levels.slice(this.#levels), crc });
    this.#write(this.#journal, Buffer.from(text), this.#end);
    this.#saved = snapshot.states;
    this.#levels = snapshot.levels.length;
    this.#end += text.length;
    if (performance.now() - this.#flushed >= FLUSH_SECONDS * 1000) this.flush();
  }

  #write(fd: number, bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
  }

  flush(): void {
    fdatasyncSync(this.#states);
    fdatasyncSync(this.#journal);
    this.#flushed = performance.now();
  }

  close(): void {
    this.#try(() => this.flush());
    closeSync(this.#states);
    closeSync(this.#journal);
  }
}
