// SPDX-License-Identifier: MIT
// Recordings with losses: what was lost explains nothing and contradicts nothing, and behind it judging begins anew.
import { basename, dirname } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { betweenLosses } from "../../src/conformance/stretches.ts";
import { FIXTURE, groundTruth, parse } from "../traces/text.ts";
import { changed, report, Scratch, textOf } from "./recorded.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

/** `count` rows of a CPU are lost, from a share of the recording on. */
interface Loss {
  readonly at: number;
  readonly count: number;
  readonly cpu: number;
}

function withLosses(text: string, losses: readonly Loss[]): string {
  const lines = text.split("\n");
  const open = losses.map((loss) => ({
    ...loss,
    from: Math.floor(lines.length * loss.at),
    left: loss.count,
    told: false,
  }));
  return lines
    .flatMap((line, i) => {
      const marks: string[] = [];
      for (const loss of open) {
        if (i < loss.from || loss.told || !line.includes(`[00${loss.cpu}]`)) continue;
        if (loss.left-- > 0) return [];
        marks.push(`CPU:${loss.cpu} [LOST ${loss.count} EVENTS]`);
        loss.told = true;
      }
      return [...marks, line];
    })
    .join("\n");
}

const LOSSES: readonly Loss[] = [
  { at: 0.29, count: 8, cpu: 2 },
  { at: 0.55, count: 40, cpu: 0 },
  { at: 0.82, count: 1, cpu: 1 },
];

const ARM64 = "fixtures/arm64-6.1.0-asid8-forkexec";
const OTHERS = ["membar", "vhost", "pp_thr", "exitlazy"];
const RECORDINGS = groundTruth("").filter((path) => OTHERS.includes(basename(path)));
test.each([FIXTURE, ARM64, ...RECORDINGS].map((path) => [`${basename(dirname(path))}/${basename(path)}`, path]))(
  "%s",
  async (_, path) => {
    const found = await report(scratch.recording(path, withLosses(textOf(path), LOSSES)));
    expect({ conforms: found.conforms, unexplained: found.unexplained }).toEqual({ conforms: true, unexplained: [] });
    expect(found.notes.join("\n")).toMatch(/judged in \d pieces, each with a start of its own; \d+ rows are not/);
  },
  120_000,
);

test("a piece in which some CPU never shows its state is not called judged", async () => {
  const lines = textOf(FIXTURE).split("\n");
  const end = lines.findIndex((line) => line.includes("tracing_mark_write: END"));
  const last = (pattern: RegExp): string => lines.findLast((line) => pattern.test(line))!;
  // CPU 1 has shown its state, and is about to change it when CPU 3 shows its own.
  const behind = [/ switch_mm_r1: /, / flush_func1: /, / switch_mm_r3: /].map(last);
  const loss = [last(/\[000\].* cpu_idle: /), "CPU:0 [LOST 1 EVENTS]"];
  const text = [...lines.slice(0, end), ...loss, ...behind, ...lines.slice(end)].join("\n");
  const { notes } = await report(scratch.recording(FIXTURE, text));
  // The mark, and these three.
  expect(notes.join("\n")).toMatch(/judged in 2 pieces, each with a start of its own; 4 rows are not/);
}, 60_000);

test("what is wrong behind a loss is found, at its row", async () => {
  const lossy = withLosses(textOf(FIXTURE), [{ at: 0.3, count: 5, cpu: 2 }]);
  const slot = /(switch_mm_r\d: .* asid=)(\d)/;
  const last = [...lossy.matchAll(new RegExp(slot, "g"))].length - 1;
  const wrong = changed(lossy, slot, last, (m) => `${m[1]}${(Number(m[2]) + 1) % 6}`);
  const { conforms, unexplained } = await report(scratch.recording(FIXTURE, wrong));
  expect(conforms).toBe(false);
  const [first] = unexplained;
  expect(first!.kind).toMatch(/^switch_mm_r/);
  expect(first!.around.find(({ row }) => row === first!.row)!.text).toMatch(/^switch_mm_r/);
}, 120_000);

describe("pieces between losses", () => {
  const row = (cpu: number, time: number) =>
    `     a-${cpu + 1}     [00${cpu}] d..2.  ${time}.000000: sched_process_exit: comm=a pid=${cpu + 1} prio=120\n`;
  const pieces = (text: string) => {
    const { table } = parse(`# tracer: nop\n#\n${text}`);
    return betweenLosses(table, { from: 0, to: table.length }).map(({ from, to }) => [from, to]);
  };

  test.each<[string, string, number[][]]>([
    ["none", row(0, 1) + row(1, 2), [[0, 2]]],
    // Rows: 0 1 0 | 0 lost | 0. CPU 1's row in between may show what CPU 1 could not know of CPU 0.
    [
      "from the CPU's last row to the mark",
      `${row(0, 1) + row(1, 2)}CPU:0 [LOST 3 EVENTS]\n${row(0, 3)}${row(1, 4)}`,
      [
        [0, 1],
        [3, 5],
      ],
    ],
    ["a CPU that has not been seen before", `${row(0, 1)}CPU:1 [LOST 3 EVENTS]\n${row(1, 3)}`, [[2, 3]]],
    [
      "two at once",
      `${row(0, 1) + row(1, 2)}${row(0, 3)}CPU:1 [LOST 3 EVENTS]\n${row(1, 4)}CPU:0 [LOST 1 EVENTS]\n${row(0, 5)}`,
      [
        [0, 2],
        [6, 7],
      ],
    ],
  ])("%s", (_, text, expected) => expect(pieces(text)).toEqual(expected));
});
