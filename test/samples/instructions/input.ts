// SPDX-License-Identifier: MIT
// Machine instructions: one step each, with when(), with and without waiting for earlier stores.
interface cpu_hw {
  irqs_off: bool;
  reg: upto<"n">;
  wires: array<bool, "cpus">;
}
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
interface globals {
  x: upto<"n">;
}
const g = DEFINE_SHARED<globals>();

function local_irq_save(): bool {
  instruction();
  const flags = hw[smp_processor_id()].irqs_off;
  hw[smp_processor_id()].irqs_off = true;
  return flags;
}

function local_irq_restore(flags: bool): void {
  instruction();
  hw[smp_processor_id()].irqs_off = flags;
}

function raise_wires(n: number): number {
  serialising_instruction();
  const cpu = smp_processor_id();
  when(!hw[cpu].wires[cpu]);
  for (let other = 0; other < machine.cpus; other++) {
    if (other === cpu) continue;
    hw[other].wires[cpu] = true;
  }
  if (n > 1) return hw[cpu].reg;
  hw[cpu].reg = n;
  return n + 1;
}

function wait_for_wire(from: cpu_id): void {
  instruction();
  when(hw[smp_processor_id()].wires[from]);
}

export function cpu0(): void {
  const flags = local_irq_save();
  WRITE_ONCE(g.x, 1);
  const n = raise_wires(1);
  local_irq_restore(flags);
  WRITE_ONCE(g.x, n);
}

export function cpu1(): void {
  wait_for_wire(0);
  WRITE_ONCE(g.x, READ_ONCE(g.x) + 1);
}

export const instructions = scenario({
  question: "What do instructions become?",
  machine: { cpus: 2, n: 3 },
  init() {
    hw[1].irqs_off = true;
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
