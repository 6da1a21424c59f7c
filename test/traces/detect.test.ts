// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { detectCompression, detectContent } from "../../src/traces/detect.ts";
import { line } from "./text.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("compression", () => {
  test.each([
    ["\x1f\x8b\x08", "gzip"],
    ["\x28\xb5\x2f\xfd\x04", "zstd"],
    ["\x5a\x2a\x4d\x18\x00", "zstd"],
    ["# tracer", "none"],
    ["", "none"],
  ] as const)("%j is %s", (head, expected) => {
    expect(detectCompression(bytes(head))).toBe(expected);
  });
});

describe("content", () => {
  const EVENT = line("sh", 127, 2, 43542056, "cpu_idle: state=1 cpu_id=2");
  const packet = (content: string) => `\x0a${String.fromCharCode(content.length)}${content}`;
  const CASES: readonly (readonly [string, string, string])[] = [
    ["nothing", "", "empty"],
    ["an event", EVENT, "ftrace-text"],
    ["an event after a header", `# tracer: nop\n#\n${EVENT}`, "ftrace-text"],
    ["an event of a binary name", line("\x01\x02\x03\x7f", 1, 0, 1, "a: b=1"), "ftrace-text"],
    ["tgid", "              sh-127     (    127) [002] d..2. 43.000001: a: b=1\n", "ftrace-text"],
    ["no irq-info", "            init-1       [000]     53.550706: tlb_flush: pages:1 reason: (3)\n", "ftrace-text"],
    ["latency-format", "    init-1         0d..2. 1005408us#: tlb_flush: pages:1 reason: (3)\n", "ftrace-text"],
    ["a bare clock", "              sh-127     [002] ..... 43540017807: snap3: mm=0x1\n", "ftrace-text"],
    ["just the header", "# tracer: nop\n#\n", "text"],
    ["prose", "It was a dark and stormy night.\n", "text"],
    ["trace.dat", "\x17\x08\x44tracing6\x00", "trace.dat"],
    ["perf.data", "PERFILE2\x68\x00\x00\x00", "later"],
    ["systrace", "<!DOCTYPE html>\n<html>", "later"],
    ["perfetto", packet("\x40\x01\x52\x02ab") + packet("\x08\x01") + packet("\x08\x02"), "later"],
    ["perf script", "sh   127 [002]   43.542056: sched:sched_switch: prev_comm=sh\n", "later"],
    ["perf script, no event line", "swapper     0/0     [000]  1.000001:          1 sched:sched_switch: a\n", "later"],
    ["atrace -z", "TRACE:\n\x78\x9c", "later"],
    ["zip", "PK\x03\x04", "unknown"],
    ["xz", "\xfd7zXZ\x00", "unknown"],
    ["UTF-16", "\xff\xfe#\x00", "unknown"],
    ["rubbish", "\x00\x01\x02\x03\x80\x90\xa0\x05\x06\x07", "unknown"],
    ["a line feed first", `\n${EVENT}`, "ftrace-text"],
  ]; // biome-ignore format: a table

  test.each(CASES)("%s", (_, head, kind) => {
    const content = detectContent(bytes(head));
    expect(content.kind === "trace" ? content.format : content.kind).toBe(kind);
  });
});
