// SPDX-License-Identifier: MIT
// herd's sets of final states, where tests and oracle lie beside the project.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { litmus } from "../../src/jobs/litmus.ts";
import type { LitmusReport } from "../../src/jobs/litmus-report.ts";
import { root } from "../../tools/source-files.ts";
import { QUIET } from "./run.ts";

const folder = join(dirname(root), "shared", "litmus");
const present = existsSync(join(folder, "oracle.json"));

async function compare(suite: string, model: string): Promise<LitmusReport> {
  const options = { paths: [join(folder, suite)], model, oracle: join(folder, "oracle.json"), maxStates: undefined };
  const report = await litmus(options, QUIET);
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

const none = { different: 0, unsupported: 0, no_oracle: 0, incomplete: 0 };

describe.skipIf(!present)(present ? "against herd" : "skipped: the litmus tests beside the project are absent", () => {
  test("x86-TSO", async () => {
    expect((await compare("x86_64-catalogue", "x86_tso")).summary).toEqual({ total: 28, equal: 28, ...none });
    expect((await compare("x86-rems", "x86_tso")).summary).toEqual({ total: 639, equal: 639, ...none });
  });

  test("sequential consistency is not x86-TSO: states are missing, and none is extra", async () => {
    const { summary, tests } = await compare("x86_64-catalogue", "sc");
    expect(summary.different).toBeGreaterThan(5);
    for (const { verdict, extra, missing } of tests) {
      expect(extra).toEqual([]);
      expect(missing.length > 0).toBe(verdict === "different");
    }
  });

  test.each(["sc", "x86_tso"])("the LKMM allows what %s does, and more", async (model) => {
    const { summary, tests } = await compare("lkmm", model);
    expect(summary).toMatchObject({ total: 35, different: 0, unsupported: 0, no_oracle: 0 });
    expect(summary.equal).toBeGreaterThan(20);
    for (const { extra } of tests) expect(extra).toEqual([]);
  });

  test("AArch64 under sc: nothing extra, and what is not supported is an instruction", async () => {
    for (const suite of ["aarch64", "aarch64-pick", "aarch64-cas", "aarch64-readers-guide"]) {
      const { tests } = await compare(suite, "sc");
      for (const { extra, verdict, reason, at, damaged } of tests) {
        expect(extra).toEqual([]);
        expect(damaged).toBe(false);
        if (verdict === "unsupported") expect(`${at} ${reason}`).toMatch(/:\d+:\d+ \S/);
      }
    }
  });
});
