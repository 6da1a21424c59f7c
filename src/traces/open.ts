// SPDX-License-Identifier: MIT
// From what the user named (a file, a directory, -) to an event table. The only file of the trace readers that touches
// Node: it reads, decompresses and finds the files beside the trace; everything else works on bytes.

import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { err, ok, type Result } from "../base/result.ts";
import { type Compression, detectCompression, detectContent, SNIFF_BYTES } from "./detect.ts";
import { type TraceError, traceError } from "./errors.ts";
import { type FtraceText, FtraceTextParser } from "./ftrace-text/parser.ts";
import { noSidecars, readSidecars, SIDECAR_FILES, type Sidecars } from "./sidecars.ts";
import { ZstdChecksums } from "./zstd-checksums.ts";

/** What a directory's trace may be called, in order of preference. */
const TRACE_NAMES = ["trace.txt", "trace.txt.zst", "trace.txt.gz", "trace"];
const NAMES_SHOWN = 8;
const CHUNK_BYTES = 1 << 20;
const STEP_BYTES = 1 << 16;

export interface Damage {
  /** Byte of the (compressed) file up to which it could be read. */
  readonly at: number;
  readonly reason: string;
}

export interface OpenedTrace extends FtraceText {
  /** The input as the user named it, and the file that was read. */
  readonly input: string;
  readonly file: string;
  readonly format: "ftrace-text";
  readonly compression: Compression;
  /** Bytes read from the file, and bytes of text. */
  readonly bytes: number;
  readonly textBytes: number;
  /** Set if the end is missing or broken: the table holds what came before. */
  readonly damaged: Damage | undefined;
  readonly sidecars: Sidecars;
}

export interface OpenOptions {
  /** Look for files beside the trace (default). */
  readonly sidecars?: boolean;
  /** For `-`. */
  readonly stdin?: Readable;
}

export async function openTrace(input: string, options: OpenOptions = {}): Promise<Result<OpenedTrace, TraceError>> {
  if (input === "-") return readTrace(input, input, options.stdin ?? process.stdin, noSidecars());
  const file = await findTrace(input);
  if (!file.ok) return file;
  const sidecars = options.sidecars === false ? noSidecars() : await loadSidecars(dirname(file.value));
  return readTrace(input, file.value, createReadStream(file.value, { highWaterMark: CHUNK_BYTES }), sidecars);
}

async function findTrace(input: string): Promise<Result<string, TraceError>> {
  let directory: boolean;
  try {
    directory = (await stat(input)).isDirectory();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return err(traceError("trace-missing", input));
    return err(traceError("trace-unreadable", input, code));
  }
  if (!directory) return ok(input);
  let names: string[];
  try {
    names = await readdir(input);
  } catch (error) {
    return err(traceError("trace-unreadable", input, errorCode(error)));
  }
  const name = TRACE_NAMES.find((candidate) => names.includes(candidate));
  if (name !== undefined) return ok(join(input, name));
  const some = names.sort().slice(0, NAMES_SHOWN).join(", ") + (names.length > NAMES_SHOWN ? ", …" : "");
  const shown = names.length === 0 ? "nothing" : some;
  return err(traceError("trace-directory-empty", input, shown));
}

async function loadSidecars(directory: string): Promise<Sidecars> {
  const texts = new Map<string, string>();
  for (const name of SIDECAR_FILES) {
    // Most are not there; a task name in one may be any bytes.
    const text = await readFile(join(directory, name), "latin1").catch(() => undefined);
    if (text !== undefined) texts.set(name, text);
  }
  return readSidecars(texts);
}

function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}

/** Collects the first bytes until the format is known, then feeds the parser. */
class TextSink {
  readonly parser = new FtraceTextParser();
  bytes = 0;
  refused: TraceError | undefined;
  #head: Uint8Array[] | undefined = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.refused !== undefined) return;
    if (this.#head === undefined) {
      this.parser.push(chunk);
      return;
    }
    this.#head.push(chunk);
    if (this.bytes >= SNIFF_BYTES) this.decide();
  }

  /** Looks at what there is; the parser gets it if it is text. */
  decide(): void {
    if (this.#head === undefined) return;
    const head = Buffer.concat(this.#head);
    this.#head = undefined;
    const content = detectContent(head);
    if (content.kind === "later") {
      this.refused = traceError("trace-format-later", this.#file, content.what, content.remedy);
    } else if (content.kind === "unknown") this.refused = traceError("trace-not-understood", this.#file, content.what);
    else this.parser.push(head);
  }
}

async function readTrace(
  input: string,
  file: string,
  source: Readable,
  sidecars: Sidecars,
): Promise<Result<OpenedTrace, TraceError>> {
  const sink = new TextSink(input);
  const progress: Progress = { bytes: 0, compression: "none" };
  let damaged: Damage | undefined;
  try {
    await decompress(source, sink, progress);
  } catch (error) {
    if (!(error instanceof DamagedError)) return err(traceError("trace-unreadable", input, errorCode(error)));
    damaged = { at: error.at, reason: error.message };
  }
  if (progress.bytes === 0) return err(traceError("trace-empty", input));
  sink.decide();
  if (sink.refused !== undefined) return err(sink.refused);
  const text = sink.parser.finish();
  if (text.table.length === 0) {
    if (damaged !== undefined) return err(traceError("trace-damaged", input, `${damaged.at}: ${damaged.reason}`));
    if (sink.bytes === 0) return err(traceError("trace-empty", input));
    return err(traceError("trace-no-events", input, String(text.lines)));
  }
  const { bytes, compression } = progress;
  const textBytes = sink.bytes;
  return ok({
    ...text,
    input,
    file: basename(file),
    format: "ftrace-text",
    compression,
    bytes,
    textBytes,
    damaged,
    sidecars,
  });
}

interface Progress {
  bytes: number;
  compression: Compression;
}

/** The compressed data ends early or makes no sense; what came before was delivered. */
class DamagedError extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

async function decompress(source: Readable, sink: TextSink, progress: Progress): Promise<void> {
  let inflate: Inflater | undefined;
  for await (const piece of source) {
    const chunk = piece as Uint8Array;
    if (inflate === undefined) {
      progress.compression = detectCompression(chunk);
      inflate = inflater(progress.compression, sink);
    }
    // Small steps, so that damage is told with its place.
    for (let at = 0; at < chunk.length; at += STEP_BYTES) {
      const step = chunk.subarray(at, at + STEP_BYTES);
      progress.bytes += step.length;
      await inflate.push(step);
      if (sink.refused !== undefined) return;
    }
  }
  await inflate?.end();
}

interface Inflater {
  push(chunk: Uint8Array): Promise<void>;
  /** Throws DamagedError if more was to come. */
  end(): Promise<void>;
}

function inflater(compression: Compression, sink: TextSink): Inflater {
  if (compression === "zstd") return zstdInflater(sink);
  if (compression === "gzip") return gzipInflater(sink);
  return {
    push: async (chunk) => sink.push(chunk),
    end: async () => {},
  };
}

function zstdInflater(sink: TextSink): Inflater {
  const check = new ZstdChecksums();
  const stream = new Decompress((chunk) => {
    check.output(chunk);
    sink.push(chunk);
  });
  let bytes = 0;
  const push = async (chunk: Uint8Array, final: boolean) => {
    const before = bytes;
    bytes += chunk.length;
    try {
      check.input(chunk);
      stream.push(chunk, final);
    } catch (error) {
      if (final) throw new DamagedError(bytes, "the zstd data ends early");
      throw new DamagedError(before, `broken zstd data (${errorText(error)})`);
    }
  };
  return { push: (chunk) => push(chunk, false), end: () => push(new Uint8Array(0), true) };
}

function gzipInflater(sink: TextSink): Inflater {
  const gunzip = createGunzip();
  let failed: Error | undefined;
  gunzip.on("data", (chunk: Uint8Array) => sink.push(chunk));
  gunzip.on("error", (error) => {
    failed = error;
  });
  const done = new Promise<void>((resolve) => gunzip.once("close", () => resolve()));
  const check = () => {
    if (failed === undefined) return;
    const early = errorCode(failed) === "Z_BUF_ERROR";
    const reason = early ? "the gzip data ends early" : `broken gzip data (${failed.message})`;
    throw new DamagedError(gunzip.bytesWritten, reason);
  };
  return {
    push: async (chunk) => {
      // Waits until it is inflated: what is delivered before an error is then what came before the error.
      await Promise.race([new Promise<void>((resolve) => gunzip.write(chunk, () => resolve())), done]);
      check();
    },
    end: async () => {
      gunzip.end();
      await done;
      check();
    },
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
