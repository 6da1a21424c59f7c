// SPDX-License-Identifier: MIT
// Branches, early returns, and conditions whose right side takes a step.
interface globals {
  a: bool;
  b: bool;
  result: upto<"n">;
}
const g = DEFINE_SHARED<globals>();

function classify(limit: number): number {
  if (READ_ONCE(g.a) && !READ_ONCE(g.b)) return 1;
  if (limit === 0 || READ_ONCE(g.b)) {
    if (g.a) return 2;
  } else if (limit > 1) return 3;
  return limit > 0 ? limit : 4;
}

export function cpu0(): void {
  WRITE_ONCE(g.a, true);
  const n = classify(0);
  WRITE_ONCE(g.result, n + classify(2));
  WRITE_ONCE(g.a, n !== 2);
}

export function cpu1(): void {
  WRITE_ONCE(g.b, true);
  if (classify(1) === 3) {
    WRITE_ONCE(g.b, false);
    return;
  }
  WRITE_ONCE(g.result, 0);
}

export const branches = scenario({
  question: "What do branches become?",
  machine: { cpus: 2, n: 8 },
  init() {},
  threads: {
    CPU0() {
      cpu0();
    },
    CPU1() {
      cpu1();
    },
  },
  check: [],
  witness: [],
  expect: {},
  mutants: [],
});
