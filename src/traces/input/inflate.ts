// SPDX-License-Identifier: MIT
// .gz, .zst and atrace -z, piece by piece. What was inflated before an error is delivered; what makes no sense is
// damage, with its place in the compressed file.

import { createGunzip, createInflate, type Gunzip, type Inflate } from "node:zlib";
import { atraceHeader, type Compression } from "../detect.ts";
import { ZstdStream } from "../zstd/stream.ts";

/** A recording gets smaller by 10 to 60 times. What grows by more than this is made to fill the memory. */
const RATIO_MAX = 250;
/** So much may come out of any file, however small. */
const OUTPUT_MIN = 64 * 2 ** 20;

/** The compressed data ends early or makes no sense; what came before was delivered. */
export class DamagedError extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

export type Sink = (chunk: Uint8Array) => void;

export interface Inflater {
  /** Throws DamagedError. */
  push(chunk: Uint8Array): Promise<void>;
  /** Throws DamagedError if more was to come. */
  end(): Promise<void>;
}

export function inflater(compression: Compression, sink: Sink): Inflater {
  if (compression === "none") return { push: async (chunk) => sink(chunk), end: async () => {} };
  const limit = new OutputLimit(sink);
  if (compression === "zstd") return zstdInflater(limit);
  if (compression === "gzip") return zlibInflater("gzip", createGunzip(), limit, () => 0);
  return zlibInflater("zlib", createInflate(), limit, atraceHeader);
}

/** Passes on what comes out, until it is too much for what went in. */
class OutputLimit {
  readonly #sink: Sink;
  input = 0;
  #output = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    this.#output += chunk.length;
    if (this.#output > Math.max(OUTPUT_MIN, this.input * RATIO_MAX)) {
      throw new DamagedError(this.input, `it grows to more than ${RATIO_MAX} times its size, and was stopped there`);
    }
    this.#sink(chunk);
  }
}

function zstdInflater(limit: OutputLimit): Inflater {
  const stream = new ZstdStream((block) => limit.push(block));
  const damaged = (at: number, error: unknown) =>
    error instanceof DamagedError ? error : new DamagedError(at, `broken zstd data (${errorText(error)})`);
  return {
    push: async (chunk) => {
      const before = limit.input;
      limit.input += chunk.length;
      try {
        stream.push(chunk);
      } catch (error) {
        throw damaged(before, error);
      }
    },
    end: async () => {
      if (!stream.ended) throw new DamagedError(limit.input, "the zstd data ends early");
    },
  };
}

/** `header` tells how many bytes of the first piece are no part of the data. */
function zlibInflater(
  name: string,
  stream: Gunzip | Inflate,
  limit: OutputLimit,
  header: (chunk: Uint8Array) => number,
): Inflater {
  let failed: Error | undefined;
  let skipped: number | undefined;
  stream.on("data", (chunk: Uint8Array) => {
    try {
      limit.push(chunk);
    } catch (error) {
      stream.destroy(error as Error);
    }
  });
  stream.on("error", (error) => {
    failed = error;
  });
  const done = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  const check = () => {
    if (failed === undefined) return;
    if (failed instanceof DamagedError) throw failed;
    const early = "code" in failed && failed.code === "Z_BUF_ERROR";
    const reason = early ? `the ${name} data ends early` : `broken ${name} data (${failed.message})`;
    throw new DamagedError((skipped ?? 0) + stream.bytesWritten, reason);
  };
  return {
    push: async (piece) => {
      limit.input += piece.length;
      const chunk = skipped === undefined ? piece.subarray(header(piece)) : piece;
      skipped ??= piece.length - chunk.length;
      // Waits until it is inflated: what is delivered before an error is then what came before the error.
      await Promise.race([new Promise<void>((resolve) => stream.write(chunk, () => resolve())), done]);
      check();
    },
    end: async () => {
      stream.end();
      await done;
      check();
    },
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
