// SPDX-License-Identifier: MIT
// Recordings of arm64: the ASID allocator, with two rollovers in the bundled one.
import { basename, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { groundTruth } from "../traces/text.ts";
import { changed, open, report, Scratch, textOf } from "./recorded.ts";

const FIXTURE = "fixtures/arm64-6.1.0-asid8-forkexec";
const scratch = new Scratch();
afterAll(() => scratch.remove());

let text = "";
beforeAll(() => {
  text = textOf(FIXTURE);
});

test("the bundled recording is explained, rollovers and all", async () => {
  const { conforms, design, chosen, steps, unexplained } = await report(FIXTURE);
  expect({ conforms, unexplained }).toEqual({ conforms: true, unexplained: [] });
  expect({ design, chosen }).toEqual({
    design: "linux-6.1-arm64-asid8",
    chosen: "uname says 6.1, ASIDs have 8 bits",
  });
  for (const kind of ["switch_mm", "new_context", "new_context_r", "do_switch", "__mmdrop"])
    expect(steps[kind]!.exact, kind).toBeGreaterThan(400);
  const generations = new Set([...text.matchAll(/ agen=(0x\w+)/g)].map(([, generation]) => generation));
  expect(generations.size).toBe(3);
}, 120_000);

const RECORDINGS = groundTruth("arm64");
describe.skipIf(RECORDINGS.length === 0)("recordings of real kernels", () => {
  test.each(RECORDINGS.map((path) => [`${basename(dirname(path))}/${basename(path)}`, path]))(
    "%s",
    async (_, path) => {
      const { conforms, unexplained, environment } = await report(path);
      expect({ conforms, unexplained, environment }).toEqual({ conforms: true, unexplained: [], environment: {} });
    },
    120_000,
  );
});

test("16-bit ASIDs do not explain 8-bit ones", async () => {
  const { conforms, unexplained } = await report(FIXTURE, "linux-6.1-arm64");
  expect(conforms).toBe(false);
  // There is still room for 65536 when 256 have been given out.
  expect(unexplained[0]!.kind).toMatch(/^new_context/);
}, 120_000);

test.each([0.13, 0.5, 0.77])(
  "it may begin in the middle: at %d",
  async (share) => {
    const lines = text.split("\n");
    const head = lines.filter((line) => line.startsWith("#"));
    const rows = lines.filter((line) => !line.startsWith("#"));
    const rest = [...head, ...rows.slice(Math.floor(rows.length * share))].join("\n");
    const { conforms, unexplained } = await report(scratch.recording(FIXTURE, rest));
    expect({ conforms, unexplained }).toEqual({ conforms: true, unexplained: [] });
  },
  120_000,
);

const plus = (digits: string, by: number): string => (Number.parseInt(digits, 16) + by).toString(16);
test.each<[string, RegExp, number, (match: RegExpExecArray) => string]>([
  ["another ASID is given out", /(new_context_r: .* ret=0x)(\w+)/, 200, (m) => `${m[1]}${plus(m[2]!, 1)}`],
  ["another one is active", /(switch_mm_r: .* a1=0x)(\w+)/, 300, (m) => `${m[1]}${plus(m[2]!, 1)}`],
  ["another one is reserved", /(new_context_r: .* r2=0x)(\w+)/, 400, (m) => `${m[1]}${plus(m[2]!, 1)}`],
  ["the search goes on elsewhere", /(new_context: .* cidx=)(\d+)/, 250, (m) => `${m[1]}${Number(m[2]) + 1}`],
  ["a CPU need not flush", /(switch_mm_r: .* tfp=0xfffffffffffffff)(\w)/, 310, (m) => `${m[1]}${plus(m[2]!, -1)}`],
  ["the mm has another id", /(do_switch: .* id=0x)(\w+)/, 350, (m) => `${m[1]}${plus(m[2]!, 1)}`],
])(
  "a recording in which %s is not explained",
  async (_, pattern, n, to) => {
    expect(open(await report(scratch.recording(FIXTURE, changed(text, pattern, n, to))))).toBeGreaterThan(0);
  },
  120_000,
);

const ASID = "model/kernel/lib/asid.ts";
test("a design that does without what the recording shows is told so", async () => {
  const overlay = scratch.overlay(ASID, "  id = new_context(mm);\n", "");
  await expect(report(FIXTURE, undefined, overlay)).rejects.toThrow(/the design has no asid_info.asid_map, which/);
}, 60_000);

test.each([
  ["reserved ASIDs are not updated", "    asid_info.reserved_asids[cpu] = newasid;\n", "", /^new_context/],
  ["nobody's ASID is reserved", "    asid_info.asid_map[ctxid2asid(asid)] = true;\n", "", /^new_context/],
  ["the search starts anew each time", "  asid_info.cur_asid_idx = asid;\n", "", /^new_context/],
  ["no flush is pending", "asid_info.tlb_flush_pending[i] = true;", "asid_info.tlb_flush_pending[i] = false;", /./],
  ["an old ASID is not kept", "if (!test_and_set_bit(ctxid2asid(id))) return newasid;", "", /^new_context/],
  ["the fast path ignores generations", " || !asid_gen_match(id)) return false;", ") return false;", /./],
])(
  "a design in which %s is not admitted",
  async (_, from, to, kind) => {
    const { conforms, unexplained } = await report(FIXTURE, undefined, scratch.overlay(ASID, from, to));
    expect(conforms).toBe(false);
    expect(unexplained[0]!.kind).toMatch(kind);
  },
  120_000,
);
