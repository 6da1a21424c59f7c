// SPDX-License-Identifier: MIT
// From what the user named (a file, a directory, -) to an event table. This folder is the only one of the trace readers
// that touches Node: it reads, decompresses and finds the files beside the trace; everything else works on bytes.

import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { err, ok, type Result } from "../../base/result.ts";
import type { Wanted } from "../../events/builder.ts";
import {
  COMPRESSION_SNIFF_BYTES,
  type Compression,
  type Content,
  detectCompression,
  detectContent,
  SNIFF_BYTES,
} from "../detect.ts";
import { type TraceError, traceError } from "../errors.ts";
import { RANDOM_READERS, STREAM_READERS } from "../formats.ts";
import type { Damage, ParsedTrace, RandomReader, StreamReader, TraceFormat } from "../parsed.ts";
import { noSidecars, readSidecars, SIDECAR_FILES, type Sidecars } from "../sidecars.ts";
import { DamagedError, type Inflater, inflater } from "./inflate.ts";
import { fileSource, memorySource } from "./source.ts";

/** What a directory's trace may be called, in order of preference. */
const NAMES = ["trace.txt", "trace.dat", "trace.pftrace", "trace.html", "trace"];
const TRACE_NAMES = NAMES.flatMap((name) => [name, `${name}.zst`, `${name}.gz`]);
const NAMES_SHOWN = 8;
const CHUNK_BYTES = 1 << 20;
const STEP_BYTES = 1 << 16;

export interface OpenedTrace extends ParsedTrace {
  /** The input as the user named it, and the file that was read. */
  readonly input: string;
  readonly file: string;
  readonly compression: Compression;
  /** Bytes read from the file, and what they inflated to. */
  readonly bytes: number;
  readonly inflatedBytes: number;
  readonly sidecars: Sidecars;
}

export interface OpenOptions {
  /** Look for files beside the trace (default). */
  readonly sidecars?: boolean;
  /** For `-`. */
  readonly stdin?: Readable;
  /** Read it as this, whatever it looks like. */
  readonly format?: TraceFormat;
  /** Bytes of the file read so far, and its size (undefined: a pipe). */
  readonly progress?: (done: number, total: number | undefined) => void;
  /** Arguments of events to keep; by default all. */
  readonly wanted?: Wanted | undefined;
  /** Bytes that this process may take before the trace is too large; by default most of what there is. */
  readonly memoryMax?: number;
}

/** The rest is for what is made of the events: a schedule, a replay. */
const MEMORY_SHARE = 0.7;

/** What the machine has, or this process may have of it: a container is smaller than its host. */
function memoryMax(): number {
  const allowed = process.constrainedMemory();
  return MEMORY_SHARE * (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem());
}

/** There is no room for the events. */
class TooLargeError extends Error {}

export async function openTrace(input: string, options: OpenOptions = {}): Promise<Result<OpenedTrace, TraceError>> {
  if (input === "-") {
    return new Reading(input, undefined, noSidecars(), options).run(options.stdin ?? process.stdin);
  }
  const found = await findTrace(input);
  if (!found.ok) return found;
  const { file } = found.value;
  const sidecars = options.sidecars === false ? noSidecars() : await loadSidecars(dirname(file));
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  return new Reading(input, found.value, sidecars, options).run(stream);
}

interface Found {
  readonly file: string;
  readonly size: number;
}

async function findTrace(input: string): Promise<Result<Found, TraceError>> {
  try {
    const what = await stat(input);
    if (!what.isDirectory()) return ok({ file: input, size: what.size });
    const names = await readdir(input);
    const name = TRACE_NAMES.find((candidate) => names.includes(candidate));
    if (name === undefined) return err(traceError("trace-directory-empty", input, someOf(names)));
    const file = join(input, name);
    return ok({ file, size: (await stat(file)).size });
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return err(traceError("trace-missing", input));
    return err(traceError("trace-unreadable", input, code));
  }
}

function someOf(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const some = [...names].sort().slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${some}, …` : some;
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

/** Or no array of the size could be had. */
function isTooLarge(error: unknown): boolean {
  return error instanceof TooLargeError || (error instanceof RangeError && /alloc|array length/i.test(error.message));
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}

/** What the system says of a file. Anything else is a mistake of ours, and must not look like one of the file. */
function unreadable(input: string, error: unknown): Result<never, TraceError> {
  if (!(error instanceof Error && "code" in error)) throw error;
  return err(traceError("trace-unreadable", input, errorCode(error)));
}

/** The chunks of a stream, the first with at least `bytes` bytes if there are so many: a pipe may begin small. */
async function* withStart(source: Readable, bytes: number): AsyncGenerator<Uint8Array> {
  let start: Uint8Array[] = [];
  let held = 0;
  for await (const piece of source) {
    const chunk = piece as Uint8Array;
    if (held >= bytes) {
      yield chunk;
      continue;
    }
    start.push(chunk);
    held += chunk.length;
    if (held < bytes) continue;
    yield start.length === 1 ? chunk : Buffer.concat(start);
    start = [];
  }
  if (start.length > 0) yield Buffer.concat(start);
}

/** One trace that is being read. */
class Reading {
  readonly #input: string;
  readonly #found: Found | undefined;
  readonly #sidecars: Sidecars;
  readonly #options: OpenOptions;
  readonly #memoryMax: number;
  #compression: Compression = "none";
  #bytes = 0;
  #inflated = 0;
  /** The first bytes, until the format is known; after that, those of a format that needs all of them. */
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #stream: StreamReader | undefined;
  #random: RandomReader | undefined;
  #refused: TraceError | undefined;

  constructor(input: string, found: Found | undefined, sidecars: Sidecars, options: OpenOptions) {
    this.#input = input;
    this.#found = found;
    this.#sidecars = sidecars;
    this.#options = options;
    this.#memoryMax = options.memoryMax ?? memoryMax();
  }

  async run(source: Readable): Promise<Result<OpenedTrace, TraceError>> {
    let damaged: Damage | undefined;
    try {
      await this.#pump(source);
    } catch (error) {
      if (isTooLarge(error)) return err(this.#tooLarge());
      if (!(error instanceof DamagedError)) return unreadable(this.#input, error);
      damaged = { at: error.at, reason: error.message };
    }
    if (this.#bytes === 0) return err(traceError("trace-empty", this.#input));
    this.#decide();
    // Of a broken file, the little that came out may look like nothing that is known.
    const isLittle = this.#inflated < SNIFF_BYTES;
    if (damaged !== undefined && isLittle && this.#refused?.code === "trace-not-understood")
      return err(this.#damage(damaged));
    if (this.#refused !== undefined) return err(this.#refused);
    try {
      return this.#conclude(await this.#parsed(), damaged);
    } catch (error) {
      if (isTooLarge(error)) return err(this.#tooLarge());
      throw error;
    }
  }

  #tooLarge(): TraceError {
    const size = this.#found?.size;
    const of = size === undefined ? "" : ` of ${megabytes(size)}`;
    const detail = `it took ${megabytes(process.memoryUsage.rss())} after ${megabytes(this.#bytes)}${of}`;
    return traceError("trace-too-large", this.#input, detail);
  }

  /** Before the machine swaps, or somebody ends the process. */
  #tell(): void {
    if (process.memoryUsage.rss() > this.#memoryMax) throw new TooLargeError();
    this.#options.progress?.(this.#bytes, this.#found?.size);
  }

  /** Reads to the end, or to where somebody else takes over. */
  async #pump(source: Readable): Promise<void> {
    let inflate: Inflater | undefined;
    for await (const chunk of withStart(source, COMPRESSION_SNIFF_BYTES)) {
      if (inflate === undefined) {
        this.#compression = detectCompression(chunk);
        inflate = inflater(this.#compression, (bytes) => this.#push(bytes));
      }
      // Small steps, so that damage is told with its place.
      for (let at = 0; at < chunk.length; at += STEP_BYTES) {
        const step = chunk.subarray(at, at + STEP_BYTES);
        this.#bytes += step.length;
        await inflate.push(step);
        if (this.#refused !== undefined || this.#readsFile()) return;
      }
      this.#tell();
    }
    await inflate?.end();
  }

  /** A reader that wants bytes at any place gets them from the file itself, if it can. */
  #readsFile(): boolean {
    return this.#random !== undefined && this.#compression === "none" && this.#found !== undefined;
  }

  #push(chunk: Uint8Array): void {
    this.#inflated += chunk.length;
    if (this.#refused !== undefined) return;
    if (this.#stream !== undefined) {
      this.#stream.push(chunk);
      return;
    }
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#random === undefined && this.#keptBytes >= SNIFF_BYTES) this.#decide();
  }

  /** Looks at the first bytes and picks a reader. */
  #decide(): void {
    if (this.#stream !== undefined || this.#random !== undefined || this.#refused !== undefined) return;
    const head = Buffer.concat(this.#kept);
    const { format } = this.#options;
    const content: Content = format === undefined ? detectContent(head) : { kind: "trace", format };
    if (content.kind === "later") {
      this.#refused = traceError("trace-format-later", this.#input, content.what, content.remedy);
    } else if (content.kind === "unknown") {
      this.#refused = traceError("trace-not-understood", this.#input, content.what);
    } else {
      const chosen = content.kind === "trace" ? content.format : "ftrace-text";
      this.#random = RANDOM_READERS[chosen];
      if (this.#random !== undefined) return;
      this.#stream = STREAM_READERS[chosen]!(this.#options.wanted);
      this.#stream.push(head);
      this.#kept = [];
    }
  }

  async #parsed(): Promise<ParsedTrace> {
    if (this.#random === undefined) return this.#stream!.finish();
    const progress = (done: number) => {
      this.#bytes = done;
      this.#tell();
    };
    const { wanted } = this.#options;
    if (!this.#readsFile()) return this.#random(memorySource(this.#kept), () => this.#tell(), wanted);
    const { file, size } = this.#found!;
    const handle = await open(file);
    try {
      return await this.#random(fileSource(handle, size), progress, wanted);
    } finally {
      await handle.close();
    }
  }

  #damage({ at, reason }: Damage): TraceError {
    return traceError("trace-damaged", this.#input, `${at}: ${reason}`);
  }

  #conclude(trace: ParsedTrace, inflating: Damage | undefined): Result<OpenedTrace, TraceError> {
    const damaged = inflating ?? trace.damaged;
    if (trace.table.length === 0) {
      if (damaged) return err(this.#damage(damaged));
      if (this.#inflated === 0) return err(traceError("trace-empty", this.#input));
      if (trace.format === "perfetto") return err(traceError("trace-no-ftrace", this.#input, String(trace.units)));
      if (trace.format !== "ftrace-text" && trace.notes.length > 0) {
        return err(traceError("trace-nothing-inside", this.#input, trace.notes.join("; ")));
      }
      return err(traceError("trace-no-events", this.#input, String(trace.units)));
    }
    return ok({
      ...trace,
      input: this.#input,
      file: basename(this.#found?.file ?? this.#input),
      compression: this.#compression,
      bytes: this.#readsFile() ? this.#found!.size : this.#bytes,
      inflatedBytes: this.#readsFile() ? this.#found!.size : this.#inflated,
      sidecars: this.#sidecars,
      ...(damaged ? { damaged } : {}),
    });
  }
}
