// SPDX-License-Identifier: MIT
// A function call interrupt: a callback and its argument in a slot, a handler that runs it, a sender that waits.
interface cpu_hw {
  irqs_off: bool;
}
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
interface request {
  value: upto<"n">;
  from: cpu_id;
}
const requests = DEFINE_PER_CPU_FRAME<request>();
interface slot {
  func: callback<never> | null;
  info: void_star;
}
const slots = DEFINE_FRAME<array<slot, "cpus">>();
interface percpu {
  done: upto<"n">;
}
const pcpu = DEFINE_PER_CPU<percpu>();
interface globals {
  last: upto<"n">;
}
const g = DEFINE_SHARED<globals>();

const called = sometimes("a call is carried out");

function store(r: request): void {
  this_cpu_write(pcpu.done, r.value);
  reached(called);
}

function report(r: request): void {
  if (r.from !== smp_processor_id()) WRITE_ONCE(g.last, r.value);
}

function queue(cpu: cpu_id, func: callback<never>, info: void_star): void {
  serialising_instruction();
  when(slots[cpu].func === null);
  slots[cpu].func = func;
  slots[cpu].info = info;
}

function finish(): void {
  serialising_instruction();
  slots[smp_processor_id()].func = null;
  slots[smp_processor_id()].info = as_void(null);
}

function wait_for(cpu: cpu_id): void {
  instruction();
  when(slots[cpu].func === null);
}

function call(cpu: cpu_id, func: (r: request) => void, value: number): void {
  const r = this_cpu_ptr(requests);
  r.value = value;
  r.from = smp_processor_id();
  queue(cpu, func as callback<never>, as_void(r));
  wait_for(cpu);
  r.value = 0;
}

function handler(): void {
  const cpu = smp_processor_id();
  when(!hw[cpu].irqs_off && slots[cpu].func !== null);
  call_func(slots[cpu].func, slots[cpu].info);
  finish();
}
export const vector = INTERRUPT(handler, 2);

export function cpu0(): void {
  call(1, store, 1);
  call(1, report, 2);
}

export function cpu1(): void {
  WRITE_ONCE(g.last, 3);
}

export const callbacks = scenario({
  question: "What do calls of other CPUs become?",
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
  witness: [called],
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});
