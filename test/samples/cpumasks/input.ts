// SPDX-License-Identifier: MIT
// cpumasks in memory, and copies of them.
interface globals {
  mask: cpumask_t;
  other: cpumask_t;
  seen: upto<"cpus">;
}
const g = DEFINE_SHARED<globals>();

export function cpu0(): void {
  const cpu = smp_processor_id();
  cpumask_set_cpu(cpu, g.mask);
  cpumask_or(g.other, g.mask);
  if (cpumask_test_cpu(2, g.mask)) cpumask_clear_cpu(2, g.mask);
  WRITE_ONCE(g.seen, cpumask_any_but(g.mask, cpu));
}

export function cpu1(): void {
  const copy = cpumask_copy(g.mask);
  let rest = cpumask_without(smp_processor_id(), copy);
  if (cpumask_empty(rest)) rest = cpumask_with(2, cpumask_none);
  for (const cpu of for_each_cpu(rest)) {
    if (cpumask_contains(cpu, cpumask_all)) cpumask_set_cpu(cpu, g.other);
  }
  cpumask_clear(g.mask);
}

export const cpumasks = scenario({
  question: "What do cpumask operations become?",
  machine: { cpus: 3 },
  init() {
    cpumask_set_cpu(2, g.mask);
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
