// SPDX-License-Identifier: MIT
// trace-cmd's trace.dat into the event table: the container first (container.ts), then its rings (merge.ts), or the
// text that it holds instead.

import { EventTableBuilder, type Wanted } from "../../events/builder.ts";
import { FtraceTextParser } from "../ftrace-text/parser.ts";
import type { ByteSource, ParsedTrace, RandomReader } from "../parsed.ts";
import { readContents } from "./container.ts";
import { bannerOf, type Contents, type CpuData, type RingBuffer, type SavedText } from "./contents.ts";
import { Merge } from "./merge.ts";
import { CpuPages } from "./pages.ts";

const TEXT_CHUNK = 1 << 20;
export const readTraceDat: RandomReader = async (source, progress, wanted) => {
  const contents = await readContents(source);
  if (contents === undefined) {
    const empty = new EventTableBuilder().finish(0, Number.NaN);
    const damaged = { at: 0, reason: "no trace.dat of version 6 or 7" };
    return { ...NOTHING_READ, table: empty, banner: {}, damaged };
  }
  const buffer = mainBuffer(contents.buffers);
  if (buffer === undefined && contents.text !== undefined)
    return readText(source, contents, contents.text, progress, wanted);
  return new Merge(source, contents, buffer, wanted).run(progress);
};

const NOTHING_READ = {
  format: "trace.dat",
  units: 0,
  odd: {},
  notes: [],
  unparsed: {},
  lost: { marks: 0, events: 0 },
} as const;

/** The main one; but an instance if only that recorded something. */
function mainBuffer(buffers: readonly RingBuffer[]): RingBuffer | undefined {
  const recorded = buffers.filter(({ cpus }) => cpus.some(({ size }) => size > 0));
  const usable = recorded.length > 0 ? recorded : buffers;
  return usable.find(({ name }) => name === "") ?? usable[0];
}

/** A latency tracer's file: the kernel's text. */
async function readText(
  source: ByteSource,
  contents: Contents,
  saved: SavedText,
  progress: (done: number) => void,
  wanted: Wanted | undefined,
): Promise<ParsedTrace> {
  const parser = new FtraceTextParser(wanted);
  const data: CpuData = { cpu: 0, at: saved.at, size: saved.size };
  const shape = { name: "", clock: "", pageSize: 1, compressed: saved.compressed, cpus: [data] };
  const pieces = new CpuPages(source, contents, shape, data);
  for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
    for (let at = 0; at < piece.length; at += TEXT_CHUNK) parser.push(piece.slice(at, at + TEXT_CHUNK));
    progress(saved.at + pieces.done);
  }
  const parsed = parser.finish();
  const damaged = contents.damaged ?? pieces.damaged;
  const banner = { ...bannerOf(contents, contents.clock), ...parsed.banner };
  return { ...parsed, format: "trace.dat", banner, ...(damaged ? { damaged } : {}) };
}
