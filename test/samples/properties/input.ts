// SPDX-License-Identifier: MIT
// Properties of every kind, of which a scenario asks only some; code behind a raise() that nobody asks for still runs.
interface globals {
  x: upto<"n">;
  y: upto<"n">;
}
const g = DEFINE_SHARED<globals>();

const asked = never("asked");
const ignored = never("ignored");
const small = always("x stays small", () => READ_ONCE(g.x) < 3);
const settled = at_end("x is settled", () => READ_ONCE(g.x) === 2);
const both = sometimes("x and y", () => count(2, (i) => (i === 0 ? g.x : g.y) > 0) === 2);
const passed = sometimes("passed");

export function cpu0(): void {
  WRITE_ONCE(g.x, 1);
  if (READ_ONCE(g.y) === 1) {
    raise(ignored);
    WRITE_ONCE(g.x, 2);
  } else return;
  if (READ_ONCE(g.y) === 2) raise(asked);
  WARN_ON_ONCE(READ_ONCE(g.y) === 0);
  VM_WARN_ON(READ_ONCE(g.y) === 0);
  reached(passed);
}

export function cpu1(): void {
  WRITE_ONCE(g.y, 1);
}

export const properties = scenario({
  question: "What do properties become?",
  machine: { cpus: 2, n: 3 },
  init() {},
  threads: {
    CPU0() {
      cpu0();
    },
    CPU1() {
      cpu1();
    },
  },
  check: [asked, small, settled],
  witness: [both, passed],
  expect: { sc: violates(settled), x86_tso: violates(settled) },
  mutants: [],
});
