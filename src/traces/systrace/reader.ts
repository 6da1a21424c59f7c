// SPDX-License-Identifier: MIT
// A web page that Android's systrace wrote: ftrace text, with what ps said of the tasks.

import type { Wanted } from "../../events/builder.ts";
import { decodeBytes } from "../../events/intern.ts";
import type { EventTable, PidInfo } from "../../events/table.ts";
import { type FtraceText, FtraceTextParser } from "../ftrace-text/parser.ts";
import { ascii, startsWith } from "../ftrace-text/scan.ts";
import type { ParsedTrace, StreamReader } from "../parsed.ts";
import { Pieces } from "../pieces.ts";
import { respell } from "../respell.ts";
import { Page } from "./page.ts";
import { ProcessDump, type Processes } from "./process-dump.ts";
import { byteString } from "./strings.ts";

const MAX_PS_BYTES = 4096;
/** Blocks that are read in search of one with events: a page has a few, and each takes a parser. */
const MAX_TRIED = 64;
/** systrace's own mark, at time 0, for its viewer. */
const OWN_LINE = ascii("           dummy-0000 ");

type Block = "unknown" | "processes" | "cgroups" | "json" | "packed" | "ftrace" | "other";

/** Blocks that hold nothing for us. */
const OTHERS: readonly Block[] = ["json", "cgroups", "other"];

/** What a block is, by its first line that is not empty. */
function blockOf(line: string): Block {
  if (/^PROCESS DUMP\b/.test(line)) return "processes";
  if (/^CGROUP DUMP\b/.test(line)) return "cgroups";
  if (/^[{[]/.test(line)) return "json";
  return /^H4sI/.test(line) ? "packed" : "ftrace";
}

export class SystraceReader implements StreamReader {
  readonly #page = new Page({
    begin: () => this.#begin(),
    line: (bytes, from, to) => this.#line(bytes, from, to),
    end: () => this.#end(),
  });
  readonly #processes = new ProcessDump();
  readonly #odd = { otherBlocks: 0, packedBlocks: 0, laterTraces: 0, ownLines: 0 };
  #block: Block = "unknown";
  #tried = 0;
  /** Of the block that is being read; taken over by the next block if nothing was read. */
  #parser: FtraceTextParser;
  readonly #wanted: Wanted | undefined;
  readonly #pieces = new Pieces((piece) => this.#parser.push(piece));
  /** The first block with events. */
  #trace: FtraceText | undefined;
  #bytes = 0;

  constructor(wanted?: Wanted) {
    this.#wanted = wanted;
    this.#parser = new FtraceTextParser(wanted);
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#page.push(chunk);
  }

  finish(): ParsedTrace {
    const cut = this.#page.finish();
    const trace = this.#trace ?? this.#parser.finish();
    const { table, notes } = respell(withProcesses(trace.table, this.#processes));
    return {
      format: "systrace-html",
      table,
      banner: trace.banner,
      units: this.#page.lines,
      odd: { ...trace.odd, ...this.#odd, tooLong: this.#page.tooLong },
      notes: [...trace.notes, ...notes, ...this.#notes()],
      unparsed: trace.unparsed,
      lost: trace.lost,
      kernelThread: this.#processes.kernelThread,
      ...(cut ? { damaged: { at: this.#bytes, reason: "the page ends within its trace" } } : {}),
    };
  }

  #notes(): string[] {
    const { laterTraces, packedBlocks } = this.#odd;
    const notes: string[] = [];
    if (laterTraces > 0) notes.push(`the page holds ${laterTraces + 1} traces; the first one was read`);
    if (packedBlocks > 0) notes.push(`${packedBlocks} compressed blocks of the page were skipped`);
    if (this.#trace === undefined) notes.push("the page has no block of trace data that holds an event");
    else if (this.#processes.kernelThread.size === 0) {
      notes.push("the page has no PROCESS DUMP: which tasks are kernel threads is not known, but by their names");
    }
    return notes;
  }

  #begin(): void {
    this.#block = "unknown";
  }

  #line(bytes: Uint8Array, from: number, to: number): void {
    if (this.#block === "unknown") {
      const text = byteString(bytes.subarray(from, Math.min(to, from + MAX_PS_BYTES))).trim();
      if (text === "") return;
      this.#block = blockOf(text);
      if (this.#block === "ftrace" && this.#tried++ >= MAX_TRIED) this.#block = "other";
    }
    if (this.#block === "ftrace") this.#traceLine(bytes, from, to);
    else if (this.#block === "processes" && to - from <= MAX_PS_BYTES) {
      this.#processes.line(decodeBytes(bytes.subarray(from, to)));
    }
  }

  #traceLine(bytes: Uint8Array, from: number, to: number): void {
    if (this.#trace !== undefined) return;
    if (startsWith(bytes, from, to, OWN_LINE)) {
      this.#odd.ownLines++;
      return;
    }
    this.#pieces.line(bytes, from, to);
  }

  #end(): void {
    if (this.#block === "packed") this.#odd.packedBlocks++;
    else if (OTHERS.includes(this.#block)) this.#odd.otherBlocks++;
    if (this.#block !== "ftrace") return;
    if (this.#trace !== undefined) {
      this.#odd.laterTraces++;
      return;
    }
    this.#pieces.flush();
    const trace = this.#parser.finish();
    if (trace.table.length > 0) this.#trace = trace;
    else this.#parser = new FtraceTextParser(this.#wanted);
  }
}

/** What ps and the marks say of tasks, where the trace itself does not say more. */
function withProcesses(table: EventTable, processes: Processes): EventTable {
  const pids = new Map<number, PidInfo>(table.pids.map((info) => [info.pid, info]));
  for (const [pid, tgid] of processes.tgid) {
    const known = pids.get(pid) ?? { pid, comm: "", tgid: -1 };
    const named = known.comm !== "" && known.comm !== `<${pid}>`;
    const comm = named ? known.comm : (processes.comm.get(pid) ?? "");
    pids.set(pid, { pid, comm, tgid: known.tgid > 0 ? known.tgid : tgid });
  }
  for (const [pid, tgid] of markedProcesses(table)) {
    const known = pids.get(pid);
    if (known !== undefined && known.tgid <= 0) pids.set(pid, { ...known, tgid });
  }
  return { ...table, pids: [...pids.values()] };
}

/** Android's marks name the process of the task that writes them: B|124|performTraversals, C|124|VSYNC|1. */
function markedProcesses(table: EventTable): Map<number, number> {
  const tgids = new Map<number, number>();
  const ofText = table.strings.map((text) => Number(/^[BCSF]\|(\d{1,7})\|/.exec(text)?.[1] ?? 0));
  const isMark = table.kinds.map((kind) => kind.args.length === 1 && kind.args[0]!.name === "text");
  for (let row = 0; row < table.length; row++) {
    if (!isMark[table.kind[row]!]) continue;
    const tgid = ofText[table.values[table.args[row]!]!] ?? 0;
    if (tgid > 0) tgids.set(table.pid[row]!, tgid);
  }
  return tgids;
}
