// SPDX-License-Identifier: MIT
// What the user sees: tables, colour, progress, messages, exit codes, and what happens at Ctrl-C and at a closed pipe.
import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import { err, ok } from "../../src/base/result.ts";
import { runJob, type Shell } from "../../src/cli/command.ts";
import { exitOfCheck } from "../../src/cli/commands/check.ts";
import { EXIT, editDistance, nearest, unknownName } from "../../src/cli/errors.ts";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { formatTable, painter, wantsColor } from "../../src/cli/output.ts";
import { createProgress } from "../../src/cli/progress.ts";
import { formatCount, formatDuration, formatPrice } from "../../src/cli/render/numbers.ts";
import type { CheckResult, MutantResult, Verdict } from "../../src/jobs/reports.ts";
import { root } from "../../tools/source-files.ts";

interface FakeIo extends Io {
  readonly printed: { out: string; err: string };
}

function fakeIo(over: Partial<Io> = {}): FakeIo {
  const printed = { out: "", err: "" };
  return {
    printed,
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    env: {},
    signal: new AbortController().signal,
    ...over,
  };
}

describe("nearest name", () => {
  const designs = ["linux-6.12-x86", "linux-6.12-x86-nopcid", "x86-shootdown", "luto-2022-intended", "x86-no-lazy"];
  test.each([
    ["linux-6.12-x68", "linux-6.12-x86"],
    ["Linux-6.12-X86", "linux-6.12-x86"],
    ["x86-shotdown", "x86-shootdown"],
    ["intended", "luto-2022-intended"],
    ["x86-nolazy", "x86-no-lazy"],
    ["completely-different", undefined],
    ["", undefined],
  ])("%s → %s", (name, meant) => {
    expect(nearest(name, designs)).toBe(meant);
  });

  test("swapped neighbours are one slip", () => {
    expect(editDistance("chekc", "check")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });

  test("the message names what is known where nothing is near", () => {
    expect(unknownName("model", "zzz", ["sc", "x86_tso"]).message).toBe("unknown model 'zzz'; known: sc, x86_tso");
    expect(unknownName("model", "x86-tso", ["sc", "x86_tso"])).toEqual({
      exit: 2,
      message: "unknown model 'x86-tso'; did you mean 'x86_tso'?",
    });
  });
});

describe("tables and numbers", () => {
  test("columns line up, colour or not, and no line ends in blanks", () => {
    const paint = painter(true);
    const table = formatTable(
      [{ title: "design" }, { title: "IPIs", align: "right" }, { title: "sc" }],
      [
        ["a", "1,234", paint("green", "safe")],
        ["a-long-name", "5", "violates"],
        ["b", "-", ""],
      ],
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a colour code
    expect(table.replace(/\x1b\[\d+m/g, "").split("\n")).toEqual([
      "design        IPIs  sc",
      "a            1,234  safe",
      "a-long-name      5  violates",
      "b                -",
      "",
    ]);
  });

  test("columns that do not fit go below, behind the first", () => {
    const columns = [{ title: "design" }, { title: "IPIs", align: "right" as const }, { title: "sc" }];
    expect(formatTable(columns, [["x86", "5", "safe"]], { columns: 14 }).split("\n")).toEqual([
      "design  IPIs",
      "x86        5",
      "",
      "design  sc",
      "x86     safe",
      "",
    ]);
    const three = formatTable(columns, [["x86", "5", "safe"]], { columns: 1 }).split("\n\n");
    expect(three).toEqual(["design  IPIs\nx86        5", "design  sc\nx86     safe\n"]);
    expect(formatTable(columns, [["x86", "5", "safe"]], { columns: 1, keys: 2 }).split("\n")[0]).toBe(
      "design  IPIs  sc",
    );
  });

  test("counts, pairs, durations, prices", () => {
    expect(formatCount(1234567)).toBe("1,234,567");
    expect(formatCount([10, 2000])).toBe("10..2,000");
    expect(formatCount([7, 7])).toBe("7");
    expect(formatCount(undefined)).toBe("-");
    expect([0, 999, 1234, 56_789_000, 3.2e9].map(formatDuration)).toEqual([
      "0 ns",
      "999 ns",
      "1.23 us",
      "56.8 ms",
      "3.2 s",
    ]);
    const missing = [{ cost: "tlb_refill", count: 3 }];
    expect(formatPrice({ known_ns: [1000, 2000], missing, complete: false })).toBe("1..2 us + ?");
    expect(formatPrice({ known_ns: [999, 2000], missing: [], complete: true })).toBe("999 ns..2 us");
    expect(formatPrice({ known_ns: [1000, 1000], missing: [], complete: true })).toBe("1 us");
  });

  test.each<[string, boolean, Partial<Io>, "auto" | "always" | "never"]>([
    ["a terminal", true, { outIsTerminal: true }, "auto"],
    ["a pipe", false, {}, "auto"],
    ["NO_COLOR", false, { outIsTerminal: true, env: { NO_COLOR: "1" } }, "auto"],
    ["an empty NO_COLOR is none", true, { outIsTerminal: true, env: { NO_COLOR: "" } }, "auto"],
    ["FORCE_COLOR", true, { env: { FORCE_COLOR: "1" } }, "auto"],
    ["FORCE_COLOR=0", false, { outIsTerminal: true, env: { FORCE_COLOR: "0" } }, "auto"],
    ["--color over NO_COLOR", true, { env: { NO_COLOR: "1" } }, "always"],
    ["--color never", false, { outIsTerminal: true, env: { FORCE_COLOR: "1" } }, "never"],
    ["a dumb terminal", false, { outIsTerminal: true, env: { TERM: "dumb" } }, "auto"],
  ])("colour: %s", (_why, on, over, color) => {
    expect(wantsColor({ color }, fakeIo(over))).toBe(on);
  });
});

describe("progress", () => {
  test("is silent where stderr is not a terminal", () => {
    const io = fakeIo();
    const progress = createProgress(io);
    progress.update("states", 5, undefined);
    progress.end();
    expect(io.printed.err).toBe("");
  });

  test("rewrites one line, not more often than ten times a second, and leaves nothing behind", () => {
    const io = fakeIo({ errIsTerminal: true });
    let now = 1000;
    const progress = createProgress(io, () => now);
    progress.update("states", 1000, undefined);
    progress.update("states", 1001, undefined);
    now += 100;
    progress.update("states", 2000, 4000);
    progress.note("a note");
    progress.end();
    expect(io.printed.err).toBe("\r\x1b[Kstates: 1,000\r\x1b[Kstates: 2,000 of 4,000\r\x1b[Ka note\n");
  });
});

describe("a job's result becomes an exit code", () => {
  type Report = { readonly schema: string; readonly interrupted?: boolean };
  async function run(result: Parameters<typeof runJob<Report>>[2]["work"], io = fakeIo()) {
    let code = -1;
    const finish: Shell["finish"] = (exit) => {
      code = exit;
    };
    await runJob<Report>({ io, finish }, {}, { work: result, text: () => "text\n", exit: () => EXIT.ok });
    return { code, ...io.printed };
  }

  test("a report", async () => {
    expect(await run(async () => ok({ schema: "x/1" }))).toEqual({ code: 0, out: "text\n", err: "" });
  });
  test("an unknown name", async () => {
    const error = { kind: "unknown name", what: "design", name: "lnux", known: ["linux"] } as const;
    expect(await run(async () => err(error))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/did you mean 'linux'/),
    });
  });
  test("bad input, and a rejected file with all of its diagnostics", async () => {
    expect(await run(async () => err({ kind: "input", message: "t: empty" }))).toMatchObject({
      code: 3,
      err: "lazymm: t: empty\n",
    });
    const hostile = await run(async () => err({ kind: "input", message: "t: \x1b[2Jgone\x07" }));
    expect(hostile.err).toBe("lazymm: t: \ufffd[2Jgone\ufffd\n");
    const rejected = await run(async () => err({ kind: "rejected", diagnostics: ["a.ts:1:1 x", "a.ts:2:1 y"] }));
    expect(rejected).toMatchObject({ code: 3, err: "lazymm: a.ts:1:1 x\nlazymm: a.ts:2:1 y\n" });
  });
  test("an interrupted job still prints what it has", async () => {
    const partial = await run(async () => ok({ schema: "x/1", interrupted: true }));
    expect(partial).toMatchObject({ code: 130, out: "text\n", err: expect.stringMatching(/partial/) });
  });
});

describe("exit code of check", () => {
  const searched = {
    verdict: "safe" as Verdict,
    property: null,
    expected: "safe" as Verdict,
    expected_property: null,
    agrees: true,
    states: 1,
    transitions: 1,
    depth: 1,
    seconds: 0,
    bytes_per_state: 16,
    reductions: [],
    witnesses: {},
    claim: "",
    counterexample: null,
  };
  function result(over: Partial<CheckResult>): CheckResult {
    return { scenario: "s", question: "q", design: "d", model: "sc", ...searched, mutants: [], ...over };
  }
  const mutant = (verdict: Verdict, agrees: boolean): MutantResult => ({
    ...searched,
    mutant: "m",
    number: 1,
    verdict,
    expected: "violates",
    agrees,
  });
  test.each<[string, number, Partial<CheckResult>[]]>([
    ["all agree", 0, [{}]],
    ["an expected violation", 0, [{ verdict: "violates", expected: "violates" }]],
    ["an unexpected violation", 1, [{ verdict: "violates", agrees: false }]],
    ["safe where a violation was expected", 1, [{ expected: "violates", agrees: false }]],
    ["a user's design that violates", 1, [{ verdict: "violates", expected: null, agrees: false }]],
    ["a mutant that survives", 1, [{ mutants: [mutant("safe", false)] }]],
    ["a limit", 4, [{ verdict: "unknown", agrees: false }]],
    ["a limit in a mutant", 4, [{ mutants: [mutant("unknown", false)] }]],
    [
      "a limit is not shown over a violation",
      1,
      [
        { verdict: "unknown", agrees: false },
        { verdict: "violates", agrees: false },
      ],
    ],
  ])("%s → %i", (_why, code, results) => {
    expect(exitOfCheck({ schema: "lazymm.check/1", notes: [], results: results.map(result) })).toBe(code);
  });
});

describe("main", () => {
  test("returns a code, prints through its Io, and never exits", async () => {
    const io = fakeIo();
    expect(await main(["--version"], io)).toBe(0);
    expect(io.printed.out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await main(["no-such-command"], io)).toBe(2);
  });

  test("a bug does not look like a verdict", async () => {
    const io = fakeIo();
    const broken = { ...io, out: () => void JSON.parse("{") };
    expect(await main(["list", "models"], broken)).toBe(70);
    expect(io.printed.err).toMatch(/^lazymm: this is a bug .*\nSyntaxError/);
  });

  test("a closed pipe is silent", async () => {
    const child = spawn(process.execPath, ["bin/lazymm.js", "record", "--root", "test/cli/roots/debian-6.12"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, trace: /EPIPE|at .*\.js/.test(said) }).toEqual({ code: 0, trace: false });
  });
});
