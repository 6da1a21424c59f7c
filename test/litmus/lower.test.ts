// SPDX-License-Identifier: MIT
// How a test becomes a Program: a step per access and none besides, room for every value, loops, and load buffering.
import { expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import type { Code } from "../../src/program/program.ts";
import { lowered, models, run } from "./run.ts";

const a64 = (init: string, rows: readonly string[], condition = "exists (true)"): string =>
  `AArch64 t\n{ ${init} }\n${rows.map((row) => ` ${row} ;\n`).join("")}${condition}\n`;
const X_AND_Y = "0:X1=x; 0:X3=y; 1:X1=x; 1:X3=y;";

function kinds(code: Code | undefined): string[] {
  return defined(code, "a thread").steps.map((step) => step.access.kind);
}

test("a step per access; the rest is in the steps' bodies", () => {
  const rows = ["P0", "MOV W0,#1", "LDR W2,[X1]", "ADD W4,W2,W0", "EOR W6,W4,W4", "STR W4,[X3,W6,SXTW]", "MOV W8,W4"];
  const { program, values } = lowered(a64(X_AND_Y.slice(0, 16), rows, "exists (0:X8=1 /\\ 0:X0=1)"));
  expect(kinds(program.codes[0])).toEqual(["none", "load", "store"]);
  // X0 is 1 whatever happens, and so needs no cell.
  expect(values.map((v) => v.kind)).toEqual(["cell", "constant"]);
  expect(program.cells.map((c) => [c.name, c.storage, c.max])).toEqual([
    ["memory", "memory", 1],
    ["0:X8", "frame", 1],
  ]);
});

test("a thread without accesses, and one that computes first, start with a step of their own", () => {
  const rows = ["P0 | P1", "movq $1,%rax | L0: incq %rax", "| cmpq $2,%rax", "| jne L0", "| movq %rax,(x)"];
  const { program } = lowered(`X86_64 t\n{}\n${rows.map((row) => ` ${row} ;\n`).join("")}exists (x=2)`);
  expect(kinds(program.codes[0])).toEqual(["none", "none"]);
  expect(kinds(program.codes[1])).toEqual(["none", "none", "none", "store"]);
});

test("memory has room for what loop-free code can store, and for no more", () => {
  const inc = " lock incq (x) | lock incq (x) | lock incq (x) ;\n";
  const { program, depth } = lowered(`X86_64 t\n{}\n P0 | P1 | P2 ;\n${inc}${inc}exists (x=6)`);
  expect(program.cells[0]).toMatchObject({ min: 0, max: 6 });
  expect(depth).toBe(1);
});

test("a loop that waits ends; one that only runs is no final state; one that counts is a limit", async () => {
  const two = (loop: string): string => `X86_64 t\n{}\n P0 | P1 ;\n movq $1,(x) | ${loop} ;\nexists (1:rax=1)`;
  const waits = await run(two("L0: movq (x),%rax ;\n | cmpq $1,%rax ;\n | jne L0"), models.x86_tso);
  expect(waits).toMatchObject({ states: ["1:rax=1;"], limit: null });
  const runs = await run(two("L0: jmp L0"), models.x86_tso);
  expect(runs).toMatchObject({ states: [], limit: null });
  const counts = await run(two("L0: incq (y) ;\n | jmp L0"), models.sc, ["1:rax=0;"]);
  expect(counts).toMatchObject({ verdict: "incomplete" });
  expect(counts.limit).toMatch(/^memory would leave 0 … \d+: negative, or grown in a loop$/);
});

test("an address that may be none is a limit, and only if it is one", async () => {
  const text = (init: string): string =>
    a64(`p=${init}; 0:X1=p; 1:X1=p; 0:X5=x;`, ["P0|P1", "STR X5,[X1]|LDR X2,[X1]", "|LDR W4,[X2]"], "exists (1:X2=x)");
  expect(await run(text("y"), models.sc)).toMatchObject({ states: ["1:X2=x;", "1:X2=y;"], limit: null });
  expect((await run(text("0"), models.sc)).limit).toBe("'LDR W4,[X2]' may access what is no location");
});

test.each([
  ["LB", true, ["LDR W0,[X1]|LDR W0,[X3]", "STR W2,[X3]|STR W2,[X1]"]],
  ["LB with dependencies", true, ["LDR W0,[X1]|LDR W0,[X3]", "STR W0,[X3]|STR W0,[X1]"]],
  ["MP", false, ["STR W0,[X1]|LDR W0,[X3]", "STR W0,[X3]|LDR W2,[X1]"]],
  ["SB", false, ["STR W0,[X1]|STR W0,[X3]", "LDR W2,[X3]|LDR W2,[X1]"]],
  ["S", false, ["STR W0,[X1]|LDR W0,[X3]", "STR W0,[X3]|STR W2,[X1]"]],
  ["a store in front of the load", false, ["STR W2,[X3]|STR W2,[X1]", "LDR W0,[X1]|LDR W0,[X3]"]],
  ["two swaps", true, ["SWP W0,W2,[X1]|SWP W0,W2,[X3]", "SWP W0,W2,[X3]|SWP W0,W2,[X1]"]],
  ["other locations", false, ["LDR W0,[X1]|LDR W0,[X3]", "STR W2,[X5]|STR W2,[X1]"]],
])("load buffering: %s: %s", (_, expected, rows) => {
  expect(lowered(a64(`${X_AND_Y} 0:X5=z;`, ["P0|P1", ...rows])).loadBuffering).toBe(expected);
});
