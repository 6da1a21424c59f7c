// SPDX-License-Identifier: MIT
// The kernel's C: what primitives do, which accesses they are, and what is refused.
import { describe, expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import type { Access } from "../../src/program/program.ts";
import { lowered, models, problemOf, run } from "./run.ts";

const PARAMETERS = "int *x, int *y, int *q, atomic_t *n, spinlock_t *s, int **p";

const program = (body: string, condition = "exists (true)", init = "y=5; int q[2]={1,2};"): string =>
  `C t\n{ ${init} }\nP0(${PARAMETERS})\n{\nint r0; int *r1;\n${body}\n}\n${condition}\n`;

async function states(body: string, shown: string, init?: string): Promise<string[]> {
  const result = await run(program(body, `locations [${shown}]\nexists (true)`, init), models.sc);
  if (result.verdict !== "no_oracle") throw new Error(`${result.at}: ${result.reason}`);
  return [...result.states];
}

describe("one thread", () => {
  test.each([
    ["r0 = READ_ONCE(*y); WRITE_ONCE(*x, r0 + 1);", "0:r0; x;", "0:r0=5; [x]=6;"],
    ["int a = *y, b = 2; *x = a * b - 1;", "x; 0:a;", "0:a=5; [x]=9;"],
    ["r0 = smp_load_acquire(y); smp_store_release(x, r0); smp_store_mb(*y, 1);", "x; y;", "[x]=5; [y]=1;"],
    ["if (READ_ONCE(*y) == 5) WRITE_ONCE(*x, 1); else WRITE_ONCE(*x, 2);", "x;", "[x]=1;"],
    ["if (*y != 5) { *x = 1; } else if (!*x) { *x = 3; }", "x;", "[x]=3;"],
    ["r0 = 3; while (r0) { r0 = r0 - 1; atomic_inc(x); }", "0:r0; x;", "0:r0=0; [x]=3;"],
    ["r0 = xchg(y, 7); *x = r0;", "x; y;", "[x]=5; [y]=7;"],
    ["r0 = cmpxchg(y, 5, 7); *x = cmpxchg_relaxed(y, 5, 9);", "0:r0; x; y;", "0:r0=5; [x]=7; [y]=7;"],
    ["atomic_set(n, 3); atomic_add(2, n); atomic_sub(1, n); r0 = atomic_read(n);", "0:r0;", "0:r0=4;"],
    ["r0 = atomic_add_return(2, y); *x = atomic_fetch_sub_release(3, y);", "0:r0; x; y;", "0:r0=7; [x]=7; [y]=4;"],
    ["r0 = atomic_dec_and_test(y); *x = atomic_sub_and_test(4, y);", "0:r0; x; y;", "0:r0=0; [x]=1; [y]=0;"],
    ["atomic_or(2, y); atomic_andnot(4, y); atomic64_xor(1, y);", "y;", "[y]=2;"],
    ["r0 = atomic_add_unless(y, 1, 5); *x = atomic_inc_not_zero(y);", "0:r0; x; y;", "0:r0=0; [x]=1; [y]=6;"],
    [
      "spin_lock(s); r0 = spin_is_locked(s); spin_unlock(s); *x = spin_trylock(s);",
      "0:r0; x; s;",
      "0:r0=1; [s]=1; [x]=1;",
    ],
    ["spin_lock(s); r0 = spin_trylock(s);", "0:r0; s;", "0:r0=0; [s]=1;"],
    [
      "rcu_assign_pointer(*p, y); r1 = rcu_dereference(*p); r0 = READ_ONCE(*r1);",
      "0:r0; 0:r1; p;",
      "0:r0=5; 0:r1=y; [p]=y;",
    ],
    [
      "r0 = READ_ONCE(q[1]); WRITE_ONCE(q[0], r0); *x = q[0]; r1 = &q[1];",
      "0:r1; x; q[0];",
      "0:r1=q[1]; [x]=2; q[0]=2;",
    ],
    ["r0 = (int)(1 < 2) + (3 == 3 && !0) - (1 | 2);", "0:r0;", "0:r0=-1;"],
    ["r0 = -1; *x = r0;", "x;", "[x]=-1;"],
  ])("%s", async (body, shown, expected) => {
    expect(await states(body, shown)).toEqual([expected]);
  });
});

describe("accesses", () => {
  const accesses = (body: string): Access[] => {
    const { program: built } = lowered(program(body));
    return defined(built.codes[0], "a thread")
      .steps.slice(1)
      .map((step) => step.access);
  };

  test.each([
    ["*x = 1;", { kind: "store", order: "plain" }],
    ["r0 = *x;", { kind: "load", order: "plain" }],
    ["WRITE_ONCE(*x, 1);", { kind: "store", order: "once" }],
    ["rcu_assign_pointer(*p, x);", { kind: "store", order: "release" }],
    ["r0 = smp_load_acquire(x);", { kind: "load", order: "acquire" }],
    ["smp_mb();", { kind: "fence", order: "mb" }],
    ["smp_rmb();", { kind: "fence", order: "rmb" }],
    ["smp_wmb();", { kind: "fence", order: "wmb" }],
    ["smp_mb__after_spinlock();", { kind: "fence", order: "after_spinlock" }],
    ["r0 = xchg_acquire(x, 1);", { kind: "rmw", order: "acquire" }],
    ["r0 = atomic_inc_return(n);", { kind: "rmw", order: "full" }],
    ["r0 = atomic_fetch_or_relaxed(1, n);", { kind: "rmw", order: "relaxed" }],
    ["atomic_inc(n);", { kind: "rmw", order: "relaxed", unread: true }],
    ["spin_lock(s);", { kind: "rmw", order: "acquire" }],
    ["spin_unlock(s);", { kind: "store", order: "release" }],
  ])("%s", (body, expected) => {
    expect(accesses(body)).toMatchObject([expected]);
  });
});

test("a lock waits, and one that nobody releases is no final state", async () => {
  const thread = (n: number): string => `P${n}(int *x, spinlock_t *s)\n{ spin_lock(s); *x = ${n + 1}; }\n`;
  const result = await run(`C t\n{}\n${thread(0)}${thread(1)}exists (x=1)\n`, models.x86_tso);
  expect(result).toMatchObject({ states: [], limit: null, condition: { observation: "Never" } });
});

test("what is not known is refused, at its place", () => {
  const problem = (body: string): string => problemOf(program(body));
  expect(problem("synchronize_rcu();")).toBe("6:1 unsupported: synchronize_rcu()");
  expect(problem("r0 = srcu_read_lock(s);")).toBe("6:6 unsupported: srcu_read_lock()");
  expect(problem("smp_mb__after_unlock_lock();")).toMatch(/unsupported/);
  expect(problem("atomic_inc_relaxed(n);")).toMatch(/unsupported/);
  expect(problem("toString(n);")).toBe("6:1 unsupported: toString()");
  expect(problem("r0 = READ_ONCE(x);")).toBe("6:16 unsupported: x as something in memory: expected *x");
  expect(problem("r0 = r7;")).toBe("6:6 syntax: P0 has no variable r7");
  expect(problem("x = 1;")).toBe("6:1 unsupported: assigning to the parameter x");
  expect(problem("r0 = 1 && READ_ONCE(*x);")).toMatch(/^6:8 unsupported: an access to memory behind '&&'/);
  expect(problem("r0 = smp_mb();")).toBe("6:6 syntax: smp_mb() has no value");
  expect(problem("WRITE_ONCE(*x);")).toBe("6:14 syntax: expected ',', found ')'");
  expect(problem("r0 = 1")).toBe("7:1 syntax: expected ';', found '}'");
  expect(problem("for (;;) ;")).toMatch(/^6:1 unsupported: for\(\)/);
  expect(problem("*r1 = 1;")).toBe("6:1 unsupported: '*r1 = 1': an access to what is no location");
  expect(problemOf("C t\n{}\nP1() {}\n")).toBe("3:1 syntax: expected the thread P0, found 'P1'");
  expect(problemOf("C t\n{}\nP0(int *x)\n{ if (1\n")).toMatch(/^4:8 syntax: expected '\)', found the end/);
});
