// SPDX-License-Identifier: MIT
// Functions that return structs, nested places, functions as parameters, and what is known when it is compiled.
interface context {
  id: upto<"n">;
  gen: upto<"n">;
}
interface percpu {
  asid: index<"slots">;
  ctxs: array<context, "slots">;
}
const pcpu = DEFINE_PER_CPU<percpu>();
export const DEBUG = false;
const LAST = machine.slots - 1;

function choose(id: number): { asid: number; need_flush: bool } {
  for (let asid = 0; asid < machine.slots; asid++) {
    if (this_cpu_read(pcpu.ctxs[asid].id) !== id) continue;
    return { asid, need_flush: this_cpu_read(pcpu.ctxs[asid].gen) < id };
  }
  const next = this_cpu_read(pcpu.asid);
  return { asid: next < LAST ? next + 1 : 0, need_flush: true };
}

function twice(f: (id: number) => void, id: number): void {
  f(id);
  if (!DEBUG) f(id - 1);
}

function load(id: number): void {
  const slot = choose(id);
  if (slot.need_flush) {
    this_cpu_write(pcpu.ctxs[slot.asid].id, id);
    this_cpu_write(pcpu.ctxs[slot.asid].gen, id);
  }
  this_cpu_write(pcpu.asid, slot.asid);
}

export function cpu0(): void {
  twice(load, 2);
}

export const structs = scenario({
  question: "What do structs become?",
  machine: { cpus: 1, n: 3, slots: 2 },
  init() {
    WRITE_ONCE(per_cpu(pcpu.ctxs[1].id, 0), 2);
  },
  threads: {
    CPU0() {
      cpu0();
    },
  },
  check: [],
  witness: [],
  expect: {},
  mutants: [],
});
