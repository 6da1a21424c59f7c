// SPDX-License-Identifier: MIT
// Random expressions: what is printed computes what the interpreter computes, and never leaves the range that is known.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bigMasks, intMasks, type MaskPrinter } from "../../src/emit/masks.ts";
import { type Layout, RUNTIME, value } from "../../src/emit/printer.ts";
import { rangeOfExpr } from "../../src/emit/ranges.ts";
import { evaluateExpr } from "../../src/program/evaluate.ts";
import type { BinaryOp, Expr, Program } from "../../src/program/program.ts";

const RUNS = Number(process.env.RUNS ?? 3000);
const CPUS = 5;
/** What the locals can hold. The last one is a mask. */
const LOCALS = [
  { min: 0, max: 7 },
  { min: -3, max: 2 },
  { min: 2, max: 2 ** 31 - 1 },
  { min: 0, max: 2 ** CPUS - 1 },
];
const MASK = LOCALS.length - 1;

const NUMBERS: BinaryOp[] = ["+", "-", "*", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];
const binary = (op: BinaryOp, a: Expr, b: Expr): Expr => ({ kind: "binary", op, a, b });
const constant = (n: number): Expr => ({ kind: "const", value: n });

const { number } = fc.letrec<{ number: Expr; mask: Expr; truth: Expr }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.integer({ min: -5, max: 40 }).map(constant),
    fc.nat(MASK - 1).map((local): Expr => ({ kind: "local", local })),
    fc.constant<Expr>({ kind: "cpu" }),
    fc.tuple(fc.constantFrom(...NUMBERS), tie("number"), tie("number")).map(([op, a, b]) => binary(op, a, b)),
    fc
      .tuple(fc.constantFrom<BinaryOp>("<<", ">>"), tie("number"), fc.nat(9))
      .map(([op, a, n]) => binary(op, a, constant(n))),
    fc
      .tuple(fc.constantFrom<BinaryOp>("/", "%"), tie("number"), fc.constantFrom(-7, -1, 1, 2, 16))
      .map(([op, a, n]) => binary(op, a, constant(n))),
    fc.tuple(fc.constantFrom("!", "-"), tie("number")).map(([op, a]): Expr => ({ kind: "unary", op, a })),
    fc
      .tuple(tie("truth"), tie("number"), tie("number"))
      .map(([test, then, other]): Expr => ({ kind: "cond", test, then, else: other })),
    fc
      .tuple(tie("mask"), fc.integer({ min: -1, max: CPUS - 1 }))
      .map(([a, after]) => binary("mask_next", a, constant(after))),
    fc.tuple(tie("mask"), fc.nat(CPUS - 1)).map(([a, cpu]) => binary("mask_test", a, constant(cpu))),
    fc
      .tuple(fc.constantFrom("mask_empty", "mask_weight"), tie("mask"))
      .map(([op, a]): Expr => ({ kind: "unary", op, a })),
  ),
  mask: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Expr>(
      { kind: "local", local: MASK },
      { kind: "unary", op: "mask_of", a: constant(CPUS) },
      constant(0),
    ),
    fc
      .tuple(fc.constantFrom<BinaryOp>("mask_add", "mask_del"), tie("mask"), fc.nat(CPUS - 1))
      .map(([op, a, cpu]) => binary(op, a, constant(cpu))),
    fc
      .tuple(fc.constantFrom<BinaryOp>("mask_and", "mask_or", "mask_andnot"), tie("mask"), tie("mask"))
      .map(([op, a, b]) => binary(op, a, b)),
  ),
  truth: fc
    .tuple(fc.constantFrom(...NUMBERS.slice(6)), tie("number"), tie("number"))
    .map(([op, a, b]) => binary(op, a, b)),
}));

const program = { cpus: CPUS, cells: [] } as unknown as Program;
const values = fc.tuple(...LOCALS.map(({ min, max }) => fc.integer({ min, max })));

function layoutOf(masks: MaskPrinter): Layout {
  const none = (): string => "";
  const unused = {
    readCell: none,
    writeCell: none,
    setLocal: none,
    raise: none,
    reach: none,
    trace: none,
    limit: none,
    label: none,
  };
  return { ...unused, disabled: none, goto: none, end: none, cpu: "2", cpus: CPUS, masks };
}

describe.each([
  ["32-bit masks", intMasks],
  ["masks of more CPUs", bigMasks],
] as const)("%s", (_, masks) => {
  test("printed as interpreted", () => {
    fc.assert(
      fc.property(number, values, (e, locals) => {
        const expected = evaluateExpr(program, { cells: [], locals: [...locals], cpu: 2, cpus: CPUS }, e) + 0;
        const given = locals.map((n, l) => (l === MASK && masks === bigMasks ? `${n}n` : `${n}`));
        const declared = given.map((n, l) => `l${l}=${n}`).join(",");
        const text = `${RUNTIME}const ${declared};return ${value(layoutOf(masks), e)};`;
        expect(new Function(text)() + 0).toBe(expected);
      }),
      { numRuns: RUNS },
    );
  });
});

test("within the range that is known of it", () => {
  let finite = 0;
  fc.assert(
    fc.property(number, values, (e, locals) => {
      const result = evaluateExpr(program, { cells: [], locals: [...locals], cpu: 2, cpus: CPUS }, e);
      const { min, max } = rangeOfExpr({ program, locals: LOCALS }, e);
      if (Number.isFinite(max - min)) finite++;
      expect(result).toBeGreaterThanOrEqual(min);
      expect(result).toBeLessThanOrEqual(max);
    }),
    { numRuns: RUNS },
  );
  expect(finite).toBeGreaterThan(RUNS * 0.9);
});

describe("masks of many CPUs", () => {
  const next = new Function(`${RUNTIME}return nextBig;`)() as (mask: bigint, after: number, cpus: number) => number;
  const weight = new Function(`${RUNTIME}return weightBig;`)() as (mask: bigint) => number;
  const members = (mask: bigint, cpus: number): number[] =>
    Array.from({ length: cpus }, (_, cpu) => cpu).filter((cpu) => ((mask >> BigInt(cpu)) & 1n) === 1n);

  test.each<[bigint, number, number, number]>([
    [0n, -1, 64, 64],
    [1n, -1, 64, 0],
    [1n, 0, 64, 64],
    [1n << 31n, -1, 64, 31],
    [1n << 31n, 30, 64, 31],
    [1n << 31n, 31, 64, 64],
    [1n << 32n, -1, 64, 32],
    [1n << 63n, 31, 64, 63],
    [(1n << 63n) | (1n << 32n), 32, 64, 63],
    [1n << 511n, -1, 512, 511],
    [1n << 511n, 511, 512, 512],
    [(1n << 96n) - 1n, 95, 96, 96],
  ])("the first of %i after %i of %i CPUs", (mask, after, cpus, expected) => {
    expect(next(mask, after, cpus)).toBe(expected);
  });

  test("iterating visits all members in order", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 130n) - 1n }), (mask) => {
        const seen: number[] = [];
        for (let cpu = next(mask, -1, 130); cpu < 130; cpu = next(mask, cpu, 130)) seen.push(cpu);
        expect(seen).toEqual(members(mask, 130));
        expect(weight(mask)).toBe(seen.length);
      }),
    );
  });
});
