// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { describePathError, parsePath, printPath, replay } from "../../src/checker/path.ts";
import { dining, grid } from "./models/classics.ts";
import { compileExplicit } from "./models/explicit.ts";

describe("a path", () => {
  test.each([[[]], [[0]], [[0, 0, 1, 12]], [[0, 0, 0, 0, 1, 1, 1, 2, 2]]])("prints and parses: %j", (path) => {
    expect(parsePath(printPath(path))).toEqual({ ok: true, value: path });
  });

  test("counts repetitions, and reads them in any form", () => {
    expect(printPath([0, 0, 0, 0, 1, 1, 12, 12, 12])).toBe("0x4.1.1.12x3");
    expect(parsePath("0.0x2.0.1x1.1.12x3")).toEqual(parsePath("0.0.0.0.1.1.12.12.12"));
  });

  test.each([
    ["0.x.1", 1, "x"],
    ["0.1x", 1, "1x"],
    ["0x0", 0, "0x0"],
    ["0x03", 0, "0x03"],
    ["0x2x2", 0, "0x2x2"],
    ["0x1000000.1", 1, "1"],
    ["0x999999999", 0, "0x999999999"],
    ["0.", 1, ""],
    [".", 0, ""],
    ["-1", 0, "-1"],
    ["0.01", 1, "01"],
    ["1e3", 0, "1e3"],
    ["0 .1", 0, "0 "],
    ["9999999999", 0, "9999999999"],
  ])("%j is none", (text, position, part) => {
    const error = { kind: "malformed", text, position, part } as const;
    expect(parsePath(text)).toEqual({ ok: false, error });
    expect(describePathError(error)).toContain(`"${part}" (part ${position + 1} of the path)`);
  });
});

describe("replay", () => {
  test("gives the states along the way and the choices taken", () => {
    const run = replay(compileExplicit(grid([2, 3])), [1, 0, 0]);
    expect(run).toEqual({
      ok: true,
      value: {
        states: [Int32Array.of(0, 0), Int32Array.of(0, 1), Int32Array.of(1, 1), Int32Array.of(1, 2)],
        choices: [
          { code: 0, cpu: 1, step: 0 },
          { code: 0, cpu: 0, step: 0 },
          { code: 0, cpu: 1, step: 1 },
        ],
        end: { progress: 0, atRest: true },
      },
    });
  });

  test("of the empty path is the initial state", () => {
    const run = replay(compileExplicit(grid([2, 3])), []);
    expect(run.ok && run.value.states).toEqual([Int32Array.of(0, 0)]);
  });

  test.each([
    [[2], 0, 2, 2, "after 0 steps there is no choice 2: the indices there are 0 to 1"],
    [[0, 1, 0], 2, 0, 0, "after 2 steps there is no choice 0: nothing can happen there"],
  ])("says where %j leaves the model", (path, position, index, available, message) => {
    const error = { kind: "no_such_choice", position, index, available } as const;
    expect(replay(compileExplicit(dining(2, false)), path)).toEqual({ ok: false, error });
    expect(describePathError(error)).toBe(message);
  });
});
