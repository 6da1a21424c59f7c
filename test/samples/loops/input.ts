// SPDX-License-Identifier: MIT
// Loops that are written out, loops that are not, and loops over CPUs.
interface globals {
  n: upto<"n">;
  flag: bool;
  mask: cpumask_t;
  slots: array<upto<"n">, 3>;
}
const g = DEFINE_SHARED<globals>();

export function cpu0(): void {
  // Written out: three rounds.
  for (let i = 0; i < 3; i++) {
    if (i === 1) continue;
    WRITE_ONCE(g.slots[i], i);
  }
  // Not written out: the bound is read, once a round.
  for (let i = 0; i < READ_ONCE(g.n); i += 2) {
    if (READ_ONCE(g.slots[i]) === 2) break;
    WRITE_ONCE(g.slots[i], 3);
  }
  WRITE_ONCE(g.flag, true);
}

export function cpu1(): void {
  cpumask_set_cpu(1, g.mask);
  while (!READ_ONCE(g.flag)) {
    if (READ_ONCE(g.n) === 0) return;
  }
  for (const cpu of for_each_cpu(cpumask_copy(g.mask))) {
    if (cpu === 0) continue;
    WRITE_ONCE(g.n, cpu);
  }
  let sum = 0;
  for (const cpu of for_each_possible_cpu()) sum += READ_ONCE(g.slots[cpu]);
  WRITE_ONCE(g.n, sum & 3);
}

export const loops = scenario({
  question: "What do loops become?",
  machine: { cpus: 2, n: 3 },
  init() {
    WRITE_ONCE(g.n, 3);
    for (let i = 0; i < 3; i++) WRITE_ONCE(g.slots[i], 1);
  },
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
