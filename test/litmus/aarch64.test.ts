// SPDX-License-Identifier: MIT
// What AArch64 instructions do, one thread at a time; that dependencies survive; and which instructions are refused.
import { describe, expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import type { Access } from "../../src/program/program.ts";
import { finalStates, lowered, problemOf } from "./run.ts";

const INIT = "x=0; y=5; int64_t z; 0:X1=x; 0:X3=y; 0:X5=z;";

describe("one thread", () => {
  test.each([
    [["MOV W0,#3", "STR W0,[X1]", "LDR W2,[X1]"], "0:X2; x;", "0:X2=3; [x]=3;"],
    [["STR WZR,[X3]", "LDUR W0,[X3]"], "0:X0; y;", "0:X0=0; [y]=0;"],
    [["LDR W0,[X3]", "ADD W2,W0,#1", "SUB W4,W2,W0", "ORR W6,W0,#2"], "0:X2; 0:X4; 0:X6;", "0:X2=6; 0:X4=1; 0:X6=7;"],
    [["LDR W0,[X3]", "EOR W2,W0,W0", "AND W4,W0,#4"], "0:X2; 0:X4;", "0:X2=0; 0:X4=4;"],
    [
      ["LDR W0,[X3]", "EOR W2,W0,W0", "LDR W4,[X3,W2,SXTW]", "ADD X6,X3,W2,SXTW", "LDR W7,[X6]"],
      "0:X4; 0:X7;",
      "0:X4=5; 0:X7=5;",
    ],
    [["STR X3,[X5]", "LDR X0,[X5]", "LDR W2,[X0]"], "0:X0; 0:X2; z;", "0:X0=y; 0:X2=5; [z]=y;"],
    [["LDR W0,[X3]", "CMP W0,#5", "B.EQ L0", "STR W0,[X1]", "L0: NOP"], "x;", "[x]=0;"],
    [["LDR W0,[X3]", "CMP W0,#4", "BLE L0", "STR W0,[X1]", "L0:"], "x;", "[x]=5;"],
    [["LDR W0,[X3]", "CBZ W0,L0", "STR W0,[X1]", "L0:"], "x;", "[x]=5;"],
    [["LDR W0,[X3]", "CBNZ W0,L0", "STR W0,[X1]", "L0:"], "x;", "[x]=0;"],
    [["LDR W0,[X3]", "TST W0,#2", "CSEL W2,W0,WZR,NE", "CSET W4,EQ"], "0:X2; 0:X4;", "0:X2=0; 0:X4=1;"],
    [["B end", "STR W0,[X1]", "end:"], "x;", "[x]=0;"],
    [["MOV W0,#3", "L0: SUBS W0,W0,#1", "LDADD W2,W4,[X1]", "MOV W2,#2", "B.GT L0"], "0:X4; x;", "0:X4=2; [x]=4;"],
    [["MOV W0,#5", "MOV W2,#9", "CAS W0,W2,[X3]"], "0:X0; y;", "0:X0=5; [y]=9;"],
    [["MOV W0,#4", "MOV W2,#9", "CASAL W0,W2,[X3]"], "0:X0; y;", "0:X0=5; [y]=5;"],
    [["MOV W0,#4", "SWPA W0,W2,[X3]", "SWPL W2,W2,[X1]"], "0:X2; x; y;", "0:X2=0; [x]=5; [y]=4;"],
    [["MOV W0,#3", "LDADD W0,W0,[X3]", "STADDL W0,[X3]"], "0:X0; y;", "0:X0=5; [y]=13;"],
    [
      ["MOV W0,#3", "LDSET W0,W2,[X3]", "LDEORA W0,W4,[X3]", "LDCLRL W0,W6,[X3]"],
      "0:X2; 0:X4; 0:X6; y;",
      "0:X2=5; 0:X4=7; 0:X6=4; [y]=4;",
    ],
    [["MOV W0,#3", "STSMAX W0,[X3]", "LDUMINAL W0,W2,[X3]"], "0:X2; y;", "0:X2=5; [y]=3;"],
    [["LDAR W0,[X3]", "STLR W0,[X1]", "LDAPR W2,[X1]"], "0:X0; 0:X2; x;", "0:X0=5; 0:X2=5; [x]=5;"],
  ])("%j", async (code, shown, expected) => {
    expect(await finalStates("AArch64", INIT, code, shown)).toEqual([expected]);
  });

  test("arrays: offsets are in bytes", async () => {
    const init = "int q[3]={1,2,3}; x=0; 0:X1=q; 0:X3=x;";
    const code = ["LDR W0,[X1,#4]", "LDR W2,[X1],#8", "LDR W4,[X1]", "STR W4,[X3]"];
    expect(await finalStates("AArch64", init, code, "0:X0; 0:X2; 0:X4; x; q[2];")).toEqual([
      "0:X0=2; 0:X2=1; 0:X4=3; [x]=3; q[2]=3;",
    ]);
  });
});

describe("accesses", () => {
  /** Of the only thread: what its steps do. */
  const accesses = (...code: string[]): Access[] => {
    const rows = code.map((line) => ` ${line} ;\n`).join("");
    const test = lowered(`AArch64 t\n{ ${INIT} }\n P0 ;\n${rows}exists (true)\n`);
    return defined(test.program.codes[0], "a thread")
      .steps.slice(1)
      .map((step) => step.access);
  };

  test.each([
    ["DMB SY", { kind: "fence", order: "mb" }],
    ["DMB ISH", { kind: "fence", order: "mb" }],
    ["DMB OSHLD", { kind: "fence", order: "rmb" }],
    ["DMB LD", { kind: "fence", order: "rmb" }],
    ["DMB ISHST", { kind: "fence", order: "wmb" }],
    ["DSB SY", { kind: "fence", order: "mb" }],
    ["DSB ISHST", { kind: "fence", order: "dsb_ishst" }],
    ["ISB", { kind: "fence", order: "isb" }],
    ["LDAR W0,[X1]", { kind: "load", order: "acquire" }],
    ["LDAPR W0,[X1]", { kind: "load", order: "acquire_pc" }],
    ["LDAXR W0,[X1]", { kind: "load", order: "acquire", exclusive: true }],
    ["STLR W0,[X1]", { kind: "store", order: "release" }],
    ["STLXR W2,W0,[X1]", { kind: "store_exclusive", order: "release" }],
    ["SWPAL W0,W2,[X1]", { kind: "rmw", order: "full" }],
    ["CASA W0,W2,[X1]", { kind: "rmw", order: "acquire" }],
    ["LDADDL W0,W2,[X1]", { kind: "rmw", order: "release" }],
    // What nobody can read is no acquire, and barriers for loads do not order it.
    ["SWPA W0,WZR,[X1]", { kind: "rmw", order: "relaxed", unread: true }],
    ["CASAL WZR,W2,[X1]", { kind: "rmw", order: "release", unread: true }],
    ["STADDL W0,[X1]", { kind: "rmw", order: "release", unread: true }],
  ])("%s", (line, expected) => {
    expect(accesses(line)).toMatchObject([expected]);
  });

  test("a dependency that computes nothing is still there", () => {
    const [, load, store] = accesses(
      "LDR W0,[X3]",
      "EOR W2,W0,W0",
      "LDR W4,[X1,W2,SXTW]",
      "SUB W6,W4,W4",
      "ADD W6,W6,#1",
      "STR W6,[X3]",
    );
    expect(load).toMatchObject({ place: { index: [{ kind: "local" }] } });
    expect(store).toMatchObject({ place: { index: [{ kind: "const" }] }, value: { kind: "local" } });
    const [, moved] = accesses("LDR W0,[X3]", "EOR W2,W0,W0", "ADD X6,X3,W2,SXTW", "LDR W4,[X6]");
    expect(JSON.stringify(moved)).toContain('"kind":"local"');
  });

  test("constants are none: MOV is not in the state", () => {
    const [store] = accesses("MOV W0,#1", "ADD W2,W0,#1", "STR W2,[X1]");
    expect(store).toMatchObject({ value: { kind: "const", value: 2 }, place: { index: [{ kind: "const" }] } });
  });

  test("a branch stays a branch, though both ways lead to the same place", () => {
    const rows = [" P0 ;", " LDR W0,[X3] ;", " CBNZ W0,L0 ;", " L0: STR W0,[X1] ;"].join("\n");
    const { program } = lowered(`AArch64 t\n{ ${INIT} }\n${rows}\nexists (true)\n`);
    expect(program.codes[0]?.steps[1]?.body).toMatchObject([{ kind: "if", test: { kind: "binary", op: "!=" } }]);
  });
});

test("what is not known is refused, at its place", () => {
  const problem = (line: string): string => problemOf(`AArch64 t\n{ ${INIT} }\n P0 ;\n ${line} ;\nexists (x=0)\n`);
  expect(problem("LDP W0,W2,[X1]")).toBe("4:2 unsupported: the instruction 'LDP W0,W2,[X1]'");
  expect(problem("STILP W0,W2,[X1]")).toBe("4:2 unsupported: the instruction 'STILP W0,W2,[X1]'");
  expect(problem("LDRB W0,[X1]")).toMatch(/unsupported: the instruction/);
  expect(problem("TLBI VAAE1IS,X1")).toMatch(/unsupported: the instruction/);
  expect(problem("STADDA W0,[X1]")).toMatch(/unsupported: the instruction/);
  expect(problem("DMB")).toBe("fine");
  expect(problem("DMB XX")).toBe("4:2 unsupported: the instruction 'DMB XX'");
  expect(problem("LDR W0,[X1,#4]")).toBe("4:2 unsupported: 'LDR W0,[X1,#4]': an access to what is no location");
  expect(problem("LDR W0,[X1,W2,SXTW #2]")).toMatch(/unsupported/);
  expect(problem("LDR W0,[X1,#4]!")).toMatch(/unsupported/);
  expect(problem("STR W99,[X1]")).toMatch(/unsupported/);
  expect(problem("CBZ W0")).toBe("4:2 syntax: 'CBZ W0': expected 2 operands");
  expect(problem("ADD W0,W1")).toMatch(/unsupported/);
});
