// SPDX-License-Identifier: MIT
// What x86 instructions do, one thread at a time, and which ones are refused.
import { describe, expect, test } from "vitest";
import { finalStates, models, problemOf, run } from "./run.ts";

const att = (init: string, code: readonly string[], shown: string) => finalStates("X86_64", init, code, shown);

describe("one thread", () => {
  test.each([
    [["movq $3,%rax", "movl %eax,%ebx"], "0:rax; 0:rbx;", "0:rax=3; 0:rbx=3;"],
    [["MOVQ $0x10,(x)", "mov [x],%r8d"], "0:r8; x;", "0:r8=16; [x]=16;"],
    [["movq $1,(x)", "incq (x)", "addq $3,(x)", "decl (x)"], "x;", "[x]=4;"],
    [["lock addq $3,(x)", "lock subq $1,(x)", "lock orq $4,(x)", "lock andq $5,(x)"], "x;", "[x]=4;"],
    [["movq $2,%rcx", "xorq (y),%rcx", "xorq %rdx,%rdx"], "0:rcx; 0:rdx;", "0:rcx=7; 0:rdx=0;"],
    [["movq $2,%rax", "xchgq (y),%rax", "xchg %rax,%rbx"], "0:rax; 0:rbx; y;", "0:rax=0; 0:rbx=5; [y]=2;"],
    [["movq $2,%rax", "lock xaddq %rax,(y)"], "0:rax; y;", "0:rax=5; [y]=7;"],
    [["movq $5,%rax", "movq $9,%rbx", "lock cmpxchgq %rbx,(y)"], "0:rax; y;", "0:rax=5; [y]=9;"],
    [["movq $4,%rax", "movq $9,%rbx", "LOCK CMPXCHG (y),%rbx"], "0:rax; y;", "0:rax=5; [y]=5;"],
    [["cmpq $5,(y)", "je L0", "movq $1,(x)", "L0: movq $2,(z)"], "x; z;", "[x]=0; [z]=2;"],
    [["cmpq $6,(y)", "jl L0", "movq $1,(x)", "L0:"], "x;", "[x]=0;"],
    [["cmpq $4,(y)", "jle L0", "movq $1,(x)", "L0:"], "x;", "[x]=1;"],
    [["testq $2,(y)", "jnz L0", "movq $1,(x)", "L0: nop"], "x;", "[x]=1;"],
    [["movq $3,%rax", "L0: incq (x)", "decq %rax", "jne L0"], "0:rax; x;", "0:rax=0; [x]=3;"],
    [["jmp L1", "L0: movq $1,(x)", "L1: movq $2,(z)"], "x; z;", "[x]=0; [z]=2;"],
    [["movq $7,%rbx", "cmpq $5,(y)", "cmoveq %rbx,%rax", "cmovneq %rbx,%rcx"], "0:rax; 0:rcx;", "0:rax=7; 0:rcx=0;"],
    [
      ["movq (%rsi),%rax", "movq $1,(%rsi)", "movq (p),%rbx", "movq (%rbx),%rcx"],
      "0:rbx; 0:rcx; x;",
      "0:rbx=y; 0:rcx=5; [x]=1;",
    ],
    [["lfence", "SFENCE", "mfence"], "x;", "[x]=0;"],
  ])("%j", async (code, shown, expected) => {
    expect(await att("x=0; y=5; z=0; p=y; 0:rsi=x;", code, shown)).toEqual([expected]);
  });

  test("X86 has the destination first", async () => {
    const code = [
      "MOV EAX,$2",
      "MOV [x],EAX",
      "MOV EBX,[y]",
      "XCHG [x],EBX",
      "LOCK INC [y]",
      "CMP EAX,$2",
      "JE L0",
      "MOV [z],$1",
      "L0:",
    ];
    expect(await finalStates("X86", "y=5; z=0;", code, "0:EAX; 0:EBX; x; y; z;")).toEqual([
      "0:EAX=2; 0:EBX=2; [x]=5; [y]=6; [z]=0;",
    ]);
  });
});

test("what is not known is refused, at its place", () => {
  const problem = (line: string): string => problemOf(`X86_64 t\n{ x=0; }\n P0 ;\n ${line} ;\nexists (x=0)\n`);
  expect(problem("movntiq %rax,(x)")).toBe("4:2 unsupported: the instruction 'movntiq %rax,(x)'");
  expect(problem("movb $1,(x)")).toMatch(/unsupported: the instruction/);
  expect(problem("movq %al,(x)")).toBe("4:2 unsupported: the register al: accesses of 32 or 64 bits only");
  expect(problem("movq $1,8(%rax)")).toMatch(/unsupported/);
  expect(problem("movq (x),(y)")).toMatch(/unsupported/);
  expect(problem("movq $-1,(x)")).toBe("4:2 unsupported: the number -1: negative");
  expect(problem("lock movq $1,(x)")).toMatch(/unsupported/);
  expect(problem("lock xchg %rax,%rbx")).toMatch(/unsupported/);
  expect(problem("movq $1")).toBe("4:2 syntax: 'movq $1': expected 2 operands");
  expect(problem("movq $1,(%rax)")).toBe("4:2 unsupported: 'movq $1,(%rax)': an access to what is no location");
});

test("a negative number is a limit: how it is printed is not modelled", async () => {
  const text = "X86_64 t\n{ x=1; }\n P0 | P1 ;\n decq (x) | decq (x) ;\nexists (x=0)\n";
  const result = await run(text, models.sc, ["[x]=0;"]);
  expect(result).toMatchObject({ verdict: "incomplete", states: ["[x]=0;"] });
  expect(result.limit).toBe("memory would leave 0 … 1: negative, or grown in a loop");
});

test("three CPUs with two LOCK INC each take few states: that is how soon they are answered", async () => {
  const inc = " lock incq (x) | lock incq (x) | lock incq (x) ;\n";
  const text = `X86_64 t\n{ x=0; }\n P0 | P1 | P2 ;\n${inc}${inc}forall (x=6)\n`;
  const result = await run(text, models.x86_tso, ["[x]=6;"]);
  expect(result.explored).toBeLessThan(1000);
  expect(result).toMatchObject({ verdict: "equal", states: ["[x]=6;"], condition: { holds: true } });
});
