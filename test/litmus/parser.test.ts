// SPDX-License-Identifier: MIT
// The parts of a litmus file that are the same for all architectures, and what is said about bad ones.
import { describe, expect, test } from "vitest";
import { holds } from "../../src/litmus/condition.ts";
import { splitSections } from "../../src/litmus/sections.ts";
import type { Prop } from "../../src/litmus/test.ts";
import { parsed, problemOf } from "./run.ts";

const x86 = (init: string, condition: string, code = " P0 ;\n movq $1,(x) ;"): string =>
  `X86_64 t\n{ ${init} }\n${code}\n${condition}\n`;

describe("sections", () => {
  test("metadata, quoted text and comments may hold anything", () => {
    const text = [
      "  X86_64   a+b.litmus (x)",
      '"a { brace"',
      "Cycle=Rfe { Fre",
      "(* { (* nested *) exists *)",
      "{",
      "x=1; (* 0:rax=7; *)",
      "}",
      " P0 (* the only one *) ;",
      " mfence ;",
      "exists (x=1) (* never mind *)",
    ].join("\n");
    const test = parsed(text);
    expect(test.name).toBe("a+b");
    expect(test.locations.names).toEqual(["x"]);
    expect(test.threads[0]?.ops.map((op) => op.text)).toEqual(["mfence"]);
    expect(splitSections(text).text).toHaveLength(text.length);
  });

  test("in C, (* is an expression and // a comment", () => {
    const text =
      "C c\n(* head *)\n{}\nP0(int *x) // exists\n{ int r0; r0 = (*x); /* forall */ }\nexists (0:r0=0) (* end *)\n";
    expect(parsed(text).threads[0]?.ops[0]).toMatchObject({ kind: "load", order: "plain" });
  });
});

describe("initial state", () => {
  test("forms", () => {
    const text = x86(
      "x=1; int y; int64_t z=0x10; [a]=3; *p = &x; int q[2]={4,5}; 0:rax=2; 0:%rbx=x; P0:rcx=q; 0:rdx; uint64_t 0:rsi",
      "exists (x=1)",
    );
    const { locations, threads } = parsed(text);
    const at = (name: string, index?: number): number | undefined => locations.initial[locations.find(name, index, 0)];
    expect([at("x"), at("y"), at("z"), at("a"), at("q", 0), at("q", 1)]).toEqual([1, 0, 16, 3, 4, 5]);
    expect(locations.print(at("p") ?? 0)).toBe("x");
    const [thread] = threads;
    const value = (name: string): string => locations.print(thread?.initial[thread.registers.indexOf(name)] ?? -1);
    expect(["rax", "rbx", "rcx", "rdx", "rsi"].map(value)).toEqual(["2", "x", "q[0]", "0", "0"]);
  });
});

describe("condition", () => {
  const prop = (text: string): Prop => parsed(x86("x=0; y=0; z=0;", text)).condition;
  /** For all values in {0, 1} of x, y and z, in the order in which the condition mentions them. */
  const table = (text: string): string => {
    const condition = prop(text);
    return Array.from({ length: 8 }, (_, i) => Number(holds(condition, [(i >> 2) & 1, (i >> 1) & 1, i & 1]))).join("");
  };

  test.each([
    ["exists (x=1 /\\ y=1 \\/ z=1)", "01010111"],
    ["exists x=1 \\/ y=1 /\\ z=1", "00011111"],
    ["exists (x=1 => y=1 /\\ z=1)", "01010001"],
    ["exists (not x=1 /\\ y=1) /\\ (z=1 \\/ true)", "00110000"],
    ["exists (~(x=1 /\\ y<>1) /\\ z!=1)", "10100010"],
    ["exists ([x]=[y] /\\ [y]=[z])", "10000001"],
    ["exists (x=1 \\/ y=1 \\/ z=1 /\\ false)", "00111111"],
    ["exists (x==0 => y==0 => z==0)", "10111111"],
  ])("%s", (text, expected) => {
    expect(table(text)).toBe(expected);
  });

  test("what is shown, and what only the filter mentions", () => {
    const test = parsed(
      x86(
        "",
        "locations [x; 0:rax; y;]\nfilter (0:rbx=0)\nforall (x=1 /\\ 0:rcx=0)",
        " P0 ;\n movq (y),%rax ;\n movq $1,(x) ;",
      ),
    );
    expect(test.quantifier).toBe("forall");
    expect(test.shown.map((i) => test.observed[i]?.name)).toEqual(["[x]", "0:rax", "[y]", "0:rcx"]);
    expect(test.observed.map((o) => o.name)).toContain("0:rbx");
  });

  test.each([
    ["exists (x=1)", "exists"],
    ["~exists (x=1)", "~exists"],
    ["~ exists x=1", "~exists"],
    ["not exists (x=1);", "~exists"],
    ["final (x=1)", "exists"],
    ["forall (x=1) with tso: exists; power: forall;", "forall"],
    ["", "forall"],
  ])("%s", (text, quantifier) => {
    expect(parsed(x86("", text)).quantifier).toBe(quantifier);
  });
});

describe("bad files are refused, with a place", () => {
  test.each([
    ["", "1:1 syntax: expected an architecture (X86, X86_64, AArch64, C) and the name of the test"],
    ["x86 t\n{}\n", "1:1 syntax: expected an architecture (X86, X86_64, AArch64, C), found 'x86'"],
    ["PPC t\n{}\n", "1:1 unsupported: the architecture PPC: known are X86, X86_64, AArch64, C"],
    ["X86_64 t\n P0 ;\n", "1:9 syntax: expected the initial state: '{', what it sets, '}'"],
    ["X86_64 t\n{ x=1;\n P0 ;\n", "2:1 syntax: the initial state has no end: expected '}'"],
    ["X86_64 t\n(* {}\n P0 ;\n", "2:1 syntax: this comment has no end: expected '*)'"],
    ["C t\n{}\nP0() { /* }\n", "3:8 syntax: this comment has no end: expected '*/'"],
    ["AArch64 t\nVariant=vmsa\n{}\n P0 ;\n NOP ;", "2:1 unsupported: the variant 'vmsa'"],
    [x86("x=1 y=2", ""), "2:7 syntax: expected ';', found 'y'"],
    [x86("x=", ""), "2:5 syntax: expected a location or a register, found the end"],
    [x86("int q[2]={1}", ""), "2:3 syntax: the array has 2 elements, but 1 values"],
    [x86("q[2]={1,2}", ""), "2:3 syntax: an array needs a type: int q[2]={...}"],
    [x86("x=1048576", ""), "2:5 unsupported: the number 1048576: at most 1048575"],
    [x86("uint8_t x", ""), "2:3 unsupported: the type uint8_t: accesses of 32 or 64 bits only"],
    [x86("[PTE(x)]=(oa:PA(x))", ""), "2:4 unsupported: PTE(...): page tables and tags"],
    [x86("1:rax=0", ""), "2:3 syntax: the test has no thread 1"],
    [x86("0:X1=0", ""), "2:3 syntax: expected a register of X86_64, found 'X1'"],
    [x86("", "exists (y=1)"), "5:9 syntax: the test has no location y"],
    [x86("", "exists (x=y)"), "5:11 syntax: the test has no location y"],
    [x86("", "exists (2:rax=1)"), "5:9 syntax: the test has no thread 2"],
    [x86("", "exists (x=1"), "5:12 syntax: expected ')', found the end"],
    [x86("", "exists (x)"), "5:10 syntax: expected '=', found ')'"],
    [x86("", "exists (x=1) y"), "5:14 syntax: expected the end of the file, found 'y'"],
    [x86("", "exists (fault(P0:L0,x))"), "5:9 unsupported: faults"],
    [x86("int q[2]={0,0}", "exists (q=1)"), "5:9 unsupported: q: an array as a whole"],
    [x86("", "observed x=1;"), "5:1 unsupported: 'observed' in place of a condition"],
    [x86("", "", " P0 | P2 ;\n"), "3:7 syntax: expected the name of a thread, P1, found 'P2'"],
    [x86("", "", " P0 | P1:F ;\n"), "3:7 unsupported: P1:F: fault handlers and privilege levels"],
    [x86("", "", " P0 ;\n mfence | mfence ;"), "4:11 syntax: this row has more columns than there are threads (1)"],
    [x86("", "", " P0 ;\n mfence"), "4:2 syntax: expected ';' at the end of the row"],
    [x86("", "", " P0 ;\n jmp L0 ;"), "4:2 unsupported: jmp L0: there is no label L0 in this thread"],
    [x86("", "", " P0 ;\n L0: ;\n L0: ;"), "5:2 syntax: the label L0 is there twice"],
  ])("%j: %s", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test("nested beyond reason", () => {
    expect(problemOf(x86("", `exists ${"(".repeat(1e5)}`))).toMatch(/^5:\d+ unsupported: nesting deeper/);
    expect(problemOf(x86("", `exists ${"not ".repeat(1e5)} x=1`))).toBe("fine");
    const c = `C t\n{}\nP0(int *x) { int r; r = ${"(".repeat(1e5)}; }\n`;
    expect(problemOf(c)).toMatch(/^3:\d+ unsupported: nesting deeper/);
  });
});
