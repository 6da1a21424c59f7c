// SPDX-License-Identifier: MIT
// trace.dat of version 6: everything one after the other, then the pages of every CPU.

import { MAX_CPUS } from "../limits.ts";
import type { ByteSource } from "../parsed.ts";
import { bytesSource, FileCursor, latin1 } from "./bytes.ts";
import {
  type Contents,
  chosenClock,
  readEventFormats,
  readFtraceFormats,
  readHeaderInfo,
  readOption,
} from "./contents.ts";

const OPTIONS_DONE = 0;
const OPTION_BUFFER = 3;

/** Reads what comes after the page size. */
export async function readVersion6(cursor: FileCursor, source: ByteSource, contents: Contents): Promise<void> {
  await readHeaderInfo(cursor, contents);
  await readFtraceFormats(cursor, contents);
  await readEventFormats(cursor, contents);
  contents.kallsyms = await cursor.sized(4);
  contents.printk = await cursor.sized(4);
  contents.cmdlines = await cursor.sized(8);
  contents.cpus = await cursor.number(4);
  let what = (await cursor.text()).trimEnd();
  const instances: string[] = [];
  if (what === "options") {
    await readOptions(cursor, contents, instances);
    what = (await cursor.text()).trimEnd();
  }
  if (what === "latency") {
    contents.text = { at: cursor.at, size: source.size - cursor.at, compressed: false };
  } else if (what === "flyrecord") {
    await readCpuData(cursor, source, contents);
  } else throw cursor.broken("neither a ring nor a text where one must be");
  for (const name of instances) {
    contents.buffers.push({ name, clock: "", pageSize: contents.pageSize, compressed: false, cpus: [] });
  }
}

async function readOptions(cursor: FileCursor, contents: Contents, instances: string[]): Promise<void> {
  for (;;) {
    const id = await cursor.number(2);
    if (id === OPTIONS_DONE) return;
    const place = cursor.at;
    const data = await cursor.sized(4);
    const option = new FileCursor(bytesSource(data), 0, cursor.little, place);
    try {
      if (id === OPTION_BUFFER) {
        await option.number(8);
        instances.push(await option.text());
      } else await readOption(id, option, contents);
    } catch (error) {
      contents.damage(error);
    }
  }
}

async function readCpuData(cursor: FileCursor, source: ByteSource, contents: Contents): Promise<void> {
  const count = contents.cpus;
  if (count > MAX_CPUS) throw cursor.broken(`${count} CPUs, more than any machine has`);
  const cpus = [];
  for (let cpu = 0; cpu < count; cpu++) cpus.push({ cpu, at: await cursor.number(8), size: await cursor.number(8) });
  // The list of clocks follows, in files of all but the oldest trace-cmd.
  const first = cpus.reduce((least, data) => Math.min(least, data.at), source.size);
  if (contents.clock === "" && cursor.at + 8 < first) {
    const length = await cursor.number(8);
    if (cursor.at + length <= first) contents.clock = chosenClock(latin1(await cursor.bytes(length)));
  }
  contents.buffers.push({ name: "", clock: contents.clock, pageSize: contents.pageSize, compressed: false, cpus });
}
