// SPDX-License-Identifier: MIT
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ZSTD_SAMPLES } from "../../bench/fuzz/zstd-seeds.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { FIXTURE, line } from "./text.ts";

let directory: string;
const path = (name: string) => join(directory, name);
const TEXT = Array.from({ length: 5000 }, (_, i) =>
  line(`task-${i % 7}`, 100 + (i % 7), i % 4, i * 10, `cpu_idle: state=${i % 3} cpu_id=${i % 4}`),
).join("");
const ZST = () => readFileSync(join(FIXTURE, "trace.txt.zst"));

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content);
  return path(name);
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lazymm-test-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function opened(input: string, options = {}) {
  const result = await openTrace(input, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function refused(input: string, options = {}) {
  const result = await openTrace(input, options);
  if (result.ok) throw new Error("it was opened");
  expect(result.error.expected).not.toBe("");
  expect(result.error.wayOut).not.toMatch(/[{}]/);
  return result.error;
}

describe("what can be opened", () => {
  test("plain text and gzip are the same rows", async () => {
    const plain = await opened(write("a.txt", TEXT));
    const zipped = await opened(write("b.any-name", gzipSync(TEXT)));
    expect([plain.compression, zipped.compression]).toEqual(["none", "gzip"]);
    expect([plain.table.length, zipped.table.length]).toEqual([5000, 5000]);
    expect(zipped.inflatedBytes).toBe(TEXT.length);
    expect(plain.damaged).toBeUndefined();
  });

  test("a directory, with the files beside the trace", async () => {
    const trace = await opened(FIXTURE);
    expect(trace.file).toBe("trace.txt.zst");
    expect(trace.compression).toBe("zstd");
    expect(trace.sidecars.read).toEqual([
      "ps.before",
      "saved_tgids",
      "saved_cmdlines",
      "cpuinfo",
      "uname",
      "kprobe_defs",
    ]);
    expect([trace.table.length, trace.table.cpus, trace.units]).toEqual([11700, 4, 11712]);
    expect([trace.odd.unknown, trace.unparsed]).toEqual([0, {}]);
    expect((await opened(FIXTURE, { sidecars: false })).sidecars.read).toEqual([]);
  });

  test("what atrace -z writes", async () => {
    for (const header of ["TRACE:\n", "capturing trace... done\nTRACE:\n"]) {
      const bytes = Buffer.concat([Buffer.from(header), deflateSync(TEXT)]);
      const trace = await opened(write("z.txt", bytes));
      expect([trace.compression, trace.table.length, trace.damaged]).toEqual(["atrace", 5000, undefined]);
      const cut = await opened(write("z.txt", bytes.subarray(0, 10_000)));
      expect(cut.damaged).toEqual({ at: 10_000, reason: "the zlib data ends early" });
      expect(cut.table.length).toBeGreaterThan(100);
    }
  });

  test("standard input", async () => {
    const trace = await opened("-", { stdin: Readable.from([gzipSync(TEXT)]) });
    expect([trace.table.length, trace.input]).toEqual([5000, "-"]);
  });

  test("two zstd frames, one after the other", async () => {
    const trace = await opened(write("two.zst", Buffer.concat([ZST(), ZST()])));
    expect([trace.table.length, trace.odd.timeWentBack]).toEqual([23400, 1]);
  });
});

describe("what is damaged: the readable part is there", () => {
  test.each([
    ["zstd, in the middle", () => ZST().subarray(0, 60_000), 1000],
    ["zstd, the last byte", () => ZST().subarray(0, -1), 11_700],
    ["gzip, in the middle", () => gzipSync(TEXT).subarray(0, 10_000), 100],
    ["gzip, the last byte", () => gzipSync(TEXT).subarray(0, -1), 5000],
  ])("%s", async (_, content, rows) => {
    const bytes = content();
    const trace = await opened(write("cut", bytes));
    expect(trace.damaged?.reason).toMatch(/ends early/);
    expect(trace.damaged?.at).toBe(bytes.length);
    expect(trace.table.length).toBeGreaterThanOrEqual(rows);
  });

  test("gzip with a wrong byte", async () => {
    const bytes = gzipSync(TEXT);
    bytes[bytes.length >> 1]! ^= 0xff;
    expect((await opened(write("flipped.gz", bytes))).damaged?.reason).toMatch(/broken gzip data/);
  });

  test("zstd with a wrong byte", async () => {
    const bytes = ZST();
    bytes[bytes.length >> 1]! ^= 0xff;
    expect((await opened(write("flipped.zst", bytes))).damaged?.reason).toMatch(/broken zstd data/);
  });
});

describe("what comes in small pieces", () => {
  const bytewise = (bytes: Uint8Array) => Readable.from(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
  const ATRACE = Buffer.concat([Buffer.from("capturing trace... done\nTRACE:\n"), deflateSync(TEXT.slice(0, 5000))]);
  test.each([
    ["gzip", gzipSync(TEXT.slice(0, 5000))],
    ["zstd", ZSTD_SAMPLES[1]!],
    ["atrace", ATRACE],
    ["none", Buffer.from(TEXT.slice(0, 300))],
  ])("%s is recognised by its first bytes together", async (compression, bytes) => {
    const trace = await opened("-", { stdin: bytewise(bytes) });
    expect([trace.compression, trace.damaged]).toEqual([compression, undefined]);
    expect(trace.table.length).toBeGreaterThan(2);
  });
});

describe("what grows without measure is stopped", () => {
  const START = Buffer.from(TEXT.slice(0, 2000));
  const ZEROS = Buffer.alloc(80 << 20);
  /** Blocks of 128 KiB of one byte, behind a raw one. */
  const zstdBomb = () => {
    const raw = Uint8Array.of((START.length << 3) & 255, START.length >> 5, 0);
    const repeated = Array.from({ length: 1000 }, () => [2, 0, 16, 10]).flat();
    return Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38), raw, START, Uint8Array.from(repeated)]);
  };
  const zlibBomb = () => deflateSync(Buffer.concat([START, ZEROS]));
  test.each([
    ["gzip", () => gzipSync(Buffer.concat([START, ZEROS]))],
    ["zstd", zstdBomb],
    ["atrace -z", () => Buffer.concat([Buffer.from("TRACE:\n"), zlibBomb()])],
  ])("%s", async (_, content) => {
    const trace = await opened(write("bomb", content()));
    expect(trace.damaged?.reason).toMatch(/grows to more than 250 times its size/);
    expect(trace.inflatedBytes).toBeLessThanOrEqual(64 << 20);
    expect(trace.table.length).toBeGreaterThan(20);
  });
});

test("what the system says is an error of the file, what we did wrong is not", async () => {
  const failing = (error: Error) => new Readable({ construct: (done) => done(error) });
  const refusal = await refused("-", {
    stdin: failing(Object.assign(new Error("input/output error"), { code: "EIO" })),
  });
  expect([refusal.code, refusal.message]).toEqual(["trace-unreadable", expect.stringContaining("EIO")]);
  await expect(openTrace("-", { stdin: failing(new Error("ours")) })).rejects.toThrow("ours");
});

describe("what is refused", () => {
  test("more than fits in memory: how far it came, and the way out", async () => {
    const error = await refused(write("large.txt", TEXT), { memoryMax: 1 });
    expect(error.code).toBe("trace-too-large");
    expect(error.message).toMatch(/does not fit in memory: it took \d+ MB after 1 MB of 1 MB$/);
    expect(error.wayOut).toMatch(/trace-cmd split/);
  });

  test("missing, empty, not a trace", async () => {
    expect((await refused(path("no-such-file"))).code).toBe("trace-missing");
    expect((await refused(write("empty", ""))).code).toBe("trace-empty");
    expect((await refused(write("empty.gz", gzipSync("")))).code).toBe("trace-empty");
    expect((await refused("-", { stdin: Readable.from([]) })).code).toBe("trace-empty");
    expect((await refused(write("prose", "It was a dark and stormy night.\n"))).code).toBe("trace-no-events");
    const rubbish = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) >> 3);
    expect((await refused(write("rubbish", rubbish))).code).toBe("trace-not-understood");
    expect((await refused(write("cut.zst", ZST().subarray(0, 20)))).code).toBe("trace-damaged");
  });

  test("a trace.dat of which there is only the start", async () => {
    const error = await refused(write("trace.dat", "\x17\x08\x44tracing6\x00\x00\x08"));
    expect(error.code).toBe("trace-damaged");
    expect(error.message).toContain("trace.dat");
  });

  test("perf's binary, half of its text, and a page without a trace", async () => {
    const binary = await refused(write("perf.data", "PERFILE2\x68\x00\x00"));
    expect(binary.wayOut).toContain(
      "perf script -F comm,pid,tid,cpu,time,event,trace --ns --show-task-events --show-lost-events",
    );
    const half = await refused(write("half.txt", "sh   127 [002] sched:sched_switch: prev_comm=sh\n"));
    expect([half.code, half.message]).toEqual([
      "trace-format-later",
      expect.stringContaining("does not say the cpu and the time"),
    ]);
    const page = await refused(write("page.html", "<html><body>It was a dark night.</body></html>\n"));
    expect([page.code, page.message]).toEqual([
      "trace-nothing-inside",
      expect.stringContaining("no block of trace data"),
    ]);
    const stacks = await refused(write("s.txt", "\tffffffff81a0f3c1 f\n"), { format: "perf-script" });
    expect(stacks.code).toBe("trace-nothing-inside");
  });

  test("a broken file of which there is too little is damaged, not something unknown", async () => {
    const rubbish = gzipSync(
      Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) >> 3),
      { level: 0 },
    );
    expect((await refused(write("rubbish.gz", rubbish))).code).toBe("trace-not-understood");
    expect((await refused(write("rubbish.gz", rubbish.subarray(0, 3000)))).code).toBe("trace-damaged");
  });

  test.each([1 << 20, 50])("but what is seen to be no trace is not damaged: in pieces of %d bytes", async (size) => {
    const whole = gzipSync(Uint8Array.from({ length: 300_000 }, (_, i) => (i >> 9) % 251));
    const broken = Uint8Array.from(whole, (byte, i) => (i === whole.length - 8 ? byte ^ 1 : byte));
    const pieces = Array.from({ length: Math.ceil(broken.length / size) }, (_, i) =>
      broken.subarray(i * size, (i + 1) * size),
    );
    const opened = await openTrace("-", { stdin: Readable.from(pieces) });
    expect(opened).toMatchObject({ ok: false, error: { code: "trace-not-understood" } });
  });

  test("a directory without a trace says what is in it", async () => {
    mkdirSync(path("nothing"));
    expect((await refused(path("nothing"))).message).toContain("it holds nothing");
    mkdirSync(path("other"));
    copyFileSync(join(FIXTURE, "uname"), join(path("other"), "uname"));
    const error = await refused(path("other"));
    expect([error.code, error.message]).toEqual(["trace-directory-empty", expect.stringContaining("it holds uname")]);
  });
});
