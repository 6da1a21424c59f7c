// SPDX-License-Identifier: MIT
// From the first bytes of a trace.dat to its contents.

import type { ByteSource } from "../parsed.ts";
import { Broken, FileCursor, latin1 } from "./bytes.ts";
import { Codec } from "./codec.ts";
import { Contents } from "./contents.ts";
import { readVersion6 } from "./version6.ts";
import { readVersion7 } from "./version7.ts";

const MAGIC = "\x17\x08\x44tracing";

/** Reads all but the rings. What is damaged is said in the contents; undefined if this is no trace.dat at all. */
export async function readContents(source: ByteSource): Promise<Contents | undefined> {
  const head = await source.read(0, MAGIC.length + 4);
  if (head.length < MAGIC.length + 4 || latin1(head.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  const version = latin1(head.subarray(MAGIC.length, MAGIC.length + 2));
  if (version !== "6\0" && version !== "7\0") return undefined;
  const little = head[MAGIC.length + 2] !== 1;
  const longSize = head[MAGIC.length + 3] === 4 ? 4 : 8;
  const cursor = new FileCursor(source, head.length, little);
  let contents = new Contents(version === "6\0" ? "6" : "7", little, longSize, 4096, new Codec("none"));
  try {
    const pageSize = await cursor.number(4);
    if (contents.version === "6") {
      contents = new Contents("6", little, longSize, pageSize, contents.codec);
      await readVersion6(cursor, source, contents);
    } else {
      const codec = await cursor.text();
      await cursor.text();
      contents = new Contents("7", little, longSize, pageSize, new Codec(codec));
      await readVersion7(await cursor.number(8), source, contents);
    }
    if (contents.buffers.length === 0 && contents.text === undefined) {
      throw new Broken(source.size, "it holds no ring buffer: the recording was not finished");
    }
  } catch (error) {
    contents.damage(error);
  }
  return contents;
}
