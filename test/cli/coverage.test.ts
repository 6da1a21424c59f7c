// SPDX-License-Identifier: MIT
// What `check --coverage` prints, and how it ends.
import { describe, expect, test } from "vitest";
import { SECOND, scenario, tiny } from "../jobs/covered.ts";
import { lazymm } from "./run.ts";

describe("lazymm check --coverage", () => {
  test("prints a table, the lines with their text, and why", async () => {
    const names = scenario(`export function first(): void {
  if (READ_ONCE(s.y) > 1) WRITE_ONCE(s.x, 1);
  WRITE_ONCE(s.r, 1);
}
export function unused(): void {
  WRITE_ONCE(s.x, 0);
}
${SECOND}`);
    const { exit, out, err } = await lazymm("check", names.scenario, "-d", tiny, "-m", "sc", "--coverage");
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(out).toMatch(/^coverage of 1 scenario, 1 design, 1 memory model: 1 search, \d+ states\n/);
    expect(out).toMatch(/\.ts +4 +3 +75 % +1 +1\n/);
    expect(out).toContain("  unused(): not called by what was searched\n       9  WRITE_ONCE(s.x, 0);\n");
    expect(out).toContain("  conditions with one outcome\n       5  first(): never true: READ_ONCE(s.y) > 1\n");
    expect(out).toMatch(/\nnote: /);
  });

  test("ends with 4 where a limit was hit", async () => {
    const names = scenario(`export function first(): void { WRITE_ONCE(s.x, 1); }\n${SECOND}`);
    const { exit } = await lazymm("check", names.scenario, "-d", tiny, "--coverage", "--max-states", "2");
    expect(exit).toBe(4);
  });

  test("is not for counterexamples", async () => {
    const { exit, err } = await lazymm("check", "--coverage", "--explain");
    expect(exit).toBe(2);
    expect(err).toMatch(/--coverage/);
  });
});
