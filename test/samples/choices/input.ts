// SPDX-License-Identifier: MIT
// Time and luck: any value, any value that fits, and waiting until one does.
interface cpu_hw {
  ready: bool;
}
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
interface globals {
  x: upto<"n">;
}
const g = DEFINE_SHARED<globals>();

function set_ready(): void {
  instruction();
  hw[smp_processor_id()].ready = true;
}

export function cpu0(): void {
  const n = any(3);
  if (n > 0) WRITE_ONCE(g.x, n);
  set_ready();
}

export function cpu1(): void {
  const from = any_such(machine.cpus, (cpu) => hw[cpu].ready);
  const even = any_such(4, (i) => i % 2 === 0 && i !== from);
  WRITE_ONCE(g.x, even);
}

export const choices = scenario({
  question: "What do choices become?",
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
  check: [],
  witness: [],
  expect: {},
  mutants: [],
});
