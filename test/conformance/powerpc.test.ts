// SPDX-License-Identifier: MIT
// Recordings of powerpc kernels with a radix MMU, with and without MMU_LAZY_TLB_SHOOTDOWN. They are not part of the
// project: where they are absent, all of this is skipped.
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { groundTruth, RECORDINGS } from "../traces/text.ts";
import { changed, open, report, Scratch, textOf } from "./recorded.ts";

const ALL = groundTruth("ppc64le");
const REFCOUNTED = join(RECORDINGS, "ground-truth", "ppc64le-6.1.0-50-radix");
const SHOOTDOWN = join(RECORDINGS, "ground-truth", "ppc64le-6.12.107-radix-shootdown");

describe.skipIf(ALL.length === 0)("powerpc", () => {
  const scratch = new Scratch();
  afterAll(() => scratch.remove());

  test.each(ALL.map((path) => [`${basename(dirname(path))}/${basename(path)}`, path]))(
    "%s",
    async (_, path) => {
      const { conforms, design, steps, unexplained } = await report(path);
      expect({ conforms, unexplained }).toEqual({ conforms: true, unexplained: [] });
      expect(design).toBe(path.startsWith(SHOOTDOWN) ? "linux-6.12-powerpc-radix" : "linux-6.1-powerpc-radix");
      for (const kind of ["switch_mm", "flush_type", "flush_type_r", "tlbie", "exit_mmap", "__mmdrop"])
        expect(steps[kind]!.exact, kind).toBeGreaterThan(2);
    },
    120_000,
  );

  test.each([
    ["linux-6.12-powerpc-radix", join(REFCOUNTED, "shoot"), /__mmdrop|mm_count|cnt=/],
    // It has no flush_type_needed().
    ["linux-5.9-powerpc-radix", join(REFCOUNTED, "exitlazy"), /^flush_type/],
    ["linux-6.1-powerpc-radix", join(SHOOTDOWN, "pp_thr"), /__mmdrop/],
    ["powerpc-shootdown-filtered", join(SHOOTDOWN, "pp_thr"), /destroy_context/],
    ["powerpc-shootdown-mask-cleared", join(SHOOTDOWN, "pp_thr"), /tlbie/],
    ["powerpc-shootdown-exit-switches", join(SHOOTDOWN, "pp_thr"), /switch_mm_irqs_off in conform_exit/],
  ])(
    "%s is told which step contradicts it",
    async (design, path, reason) => {
      const { conforms, unexplained } = await report(path, design);
      expect(conforms).toBe(false);
      expect(`${unexplained[0]!.kind}: ${unexplained[0]!.reason}`).toMatch(reason);
    },
    180_000,
  );

  test.each([0.29, 0.61, 0.995])(
    "it may begin in the middle: at %d",
    async (share) => {
      const path = join(REFCOUNTED, "exitlazy");
      const lines = textOf(path).split("\n");
      const head = lines.filter((line) => line.startsWith("#"));
      const rows = lines.filter((line) => !line.startsWith("#"));
      const rest = [...head, ...rows.slice(Math.floor(rows.length * share))].join("\n");
      const { conforms, unexplained } = await report(scratch.recording(path, rest));
      expect({ conforms, unexplained }).toEqual({ conforms: true, unexplained: [] });
    },
    120_000,
  );

  const hex = (digits: string, change: (n: number) => number): string =>
    change(Number.parseInt(digits, 16)).toString(16);
  test.each<[string, RegExp, number, (match: RegExpExecArray) => string]>([
    ["another flush type", /(flush_type_r: .*ret=)(\d)/, 10, (m) => `${m[1]}${3 - Number(m[2])}`],
    ["a CPU too many", /(switch_mm: .* act=)(\d)/, 100, (m) => `${m[1]}${Number(m[2]) + 1}`],
    ["a bit too many", /(flush_type: .* cb=0x)(\w+)/, 20, (m) => `${m[1]}${hex(m[2]!, (n) => n ^ 8)}`],
    ["another set", /(tlbie: .* rb=0x)(1400)/, 2, (m) => `${m[1]}2400`],
    ["another PID", /(tlbie: .* rs=0x)(\w+)(00000000)/, 300, (m) => `${m[1]}${hex(m[2]!, (n) => n + 1)}${m[3]}`],
    ["an invalidation of more", /(tlbie: .* ric=0x)(0)/, 500, (m) => `${m[1]}2`],
    ["a broadcast", /(tlbie: .*local=)(1)/, 40, (m) => `${m[1]}0`],
    ["another context loaded", /(switch_ctx: .* nid=)(\d+)/, 3, (m) => `${m[1]}${Number(m[2]) + 40}`],
    ["a context id that is taken", /(mm_init: .* id=)(\d+)/, 2, (m) => `${m[1]}1`],
    ["nothing borrowed", /(finish_switch: .* pamm=)(0x\w{9,})/, 50, (m) => `${m[1]}0x0`],
    ["a CPU that is not asked", /(smp_many: .* mask=0x)(f)/, 0, (m) => `${m[1]}7`],
  ])(
    "a recording with %s is not explained",
    async (_, pattern, n, to) => {
      const path = join(SHOOTDOWN, "pp_thr");
      const found = await report(scratch.recording(path, changed(textOf(path), pattern, n, to)));
      expect(open(found)).toBeGreaterThan(0);
    },
    180_000,
  );

  const CONTEXT = "model/kernel/arch/powerpc/mm/mmu_context.ts";
  const RADIX = "model/kernel/arch/powerpc/mm/radix_tlb.ts";
  const REFCOUNT = "model/kernel/lifetime/refcount.ts";
  const exitlazy = join(REFCOUNTED, "exitlazy");
  const pp_thr = join(SHOOTDOWN, "pp_thr");
  test.each<[string, string, string, string, string, RegExp]>([
    [
      "a bit that is not set",
      pp_thr,
      CONTEXT,
      "    cpumask_set_cpu(cpu, mm_cpumask(next));\n",
      "",
      /cb=0x\w+ is recorded/,
    ],
    [
      "a CPU that is not counted",
      pp_thr,
      CONTEXT,
      "    atomic_inc(next.context.active_cpus);\n",
      "",
      /act=\d is recorded/,
    ],
    [
      "a global flush for fullmm alone",
      exitlazy,
      RADIX,
      "if (fullmm) return",
      "if (!fullmm) return",
      /flush_type_needed/,
    ],
    [
      "less that is flushed on the way out",
      pp_thr,
      RADIX,
      "if (flush) tlbiel_pid(pid, RIC_FLUSH_ALL)",
      "if (flush) tlbiel_pid(pid, RIC_FLUSH_TLB)",
      /ric=0x2 is recorded/,
    ],
    ["a bit that stays", pp_thr, RADIX, "      cpumask_clear_cpu(cpu, mm_cpumask(mm));\n", "", /cb=0x\w+ is recorded/],
    [
      "another mask for the shootdown",
      pp_thr,
      "model/kernel/lifetime/shootdown.ts",
      "on_each_cpu_mask(mm_cpumask(mm), do_shoot",
      "on_each_cpu_mask(mm_cpumask(init_mm), do_shoot",
      /mask=0x\w+ is recorded/,
    ],
  ])(
    "a design with %s is not admitted",
    async (_, trace, path, from, to, reason) => {
      const { conforms, unexplained } = await report(trace, undefined, scratch.overlay(path, from, to));
      expect(conforms).toBe(false);
      expect(`${unexplained[0]!.kind}: ${unexplained[0]!.reason}`).toMatch(reason);
    },
    240_000,
  );

  test("a design with a reference that is not taken: the environment must not make up for it", async () => {
    const [from, to] = ["(mm: mm_struct): void {\n  mmgrab(mm);\n", "(_mm: mm_struct): void {\n"];
    const overlay = scratch.overlay(REFCOUNT, from, to);
    const { conforms, notes } = await report(exitlazy, undefined, overlay);
    expect(conforms).toBe(false);
    expect(notes.join()).toMatch(/cnt was changed by nobody that is seen, at \d+ of \d+ steps/);
  }, 240_000);
});
