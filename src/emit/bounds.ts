// SPDX-License-Identifier: MIT
// Indices that are not certain to be within bounds. A packed field lies beside others: an access that misses its own
// must not reach them.
import { defined } from "../base/assert.ts";
import type { Range } from "../program/intervals.ts";
import type { Expr, Stmt } from "../program/program.ts";
import type { RangeContext } from "./ranges.ts";
import { rangeOfExpr } from "./ranges.ts";

/** The test that every index is within bounds, as far as the ranges leave it open; "" if it is certain. */
export function boundsTest(
  cx: RangeContext,
  dims: readonly number[],
  index: readonly Expr[],
  print: (e: Expr) => string,
): string {
  const tests = index.flatMap((e, i) => {
    const range = rangeOfExpr(cx, e);
    const last = defined(dims[i], "one index per dimension") - 1;
    return [...(range.min < 0 ? [`${print(e)}>=0`] : []), ...(range.max > last ? [`${print(e)}<=${last}`] : [])];
  });
  return tests.join("&&");
}

/** What passes `if (p == 0 || p > n) raise`, the compiler's check of a pointer, is a pointer to one of n objects. */
export function checkedPointer(s: Stmt): { readonly local: number; readonly range: Range } | undefined {
  if (s.kind !== "if" || s.then[0]?.kind !== "raise" || s.test.kind !== "binary" || s.test.op !== "||")
    return undefined;
  const { a, b } = s.test;
  if (a.kind !== "binary" || a.op !== "==" || b.kind !== "binary" || b.op !== ">") return undefined;
  if (a.a.kind !== "local" || b.a.kind !== "local" || a.a.local !== b.a.local) return undefined;
  if (a.b.kind !== "const" || a.b.value !== 0 || b.b.kind !== "const") return undefined;
  return { local: a.a.local, range: { min: 1, max: b.b.value } };
}
