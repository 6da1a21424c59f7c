// SPDX-License-Identifier: MIT
// Every kind of access, to shared memory, to a per-CPU variable, and to one that another CPU looks at.
interface globals {
  x: upto<"n">;
  y: int<-1, "n">;
  count: atomic<"n">;
}
const g = DEFINE_SHARED<globals>();
interface percpu {
  /** Only its own CPU touches it: it needs no store buffer. */
  own: upto<"n">;
  seen: upto<"n">;
}
const pcpu = DEFINE_PER_CPU<percpu>();

export function writer(): void {
  WRITE_ONCE(g.x, 1);
  g.y = -1;
  smp_store_release(g.x, 2);
  this_cpu_write(pcpu.seen, 1);
  this_cpu_write(pcpu.own, this_cpu_read(pcpu.own) + 1);
  smp_wmb();
  atomic_inc(g.count);
  atomic_add(1, g.count);
  atomic_or(1, g.count);
  if (atomic_dec_and_test(g.count)) atomic_set(g.count, 3);
  else if (atomic_dec_return_release(g.count) === 1) atomic_inc(g.count);
}

export function reader(): void {
  const x = smp_load_acquire(g.x);
  smp_rmb();
  const other = READ_ONCE(per_cpu(pcpu.seen, 0));
  const y = data_race(g.y);
  smp_mb();
  xchg(g.x, x & other);
  if (try_cmpxchg(g.y, y, x)) cmpxchg(g.x, 0, atomic_inc_return(g.count) & 1);
  if (atomic_inc_not_zero(g.count)) atomic_sub(1, g.count);
}

export const accesses = scenario({
  question: "What does each access become?",
  machine: { cpus: 2, n: 3 },
  init() {
    atomic_set(g.count, 1);
  },
  threads: {
    CPU0() {
      writer();
    },
    CPU1() {
      reader();
    },
  },
  check: [],
  witness: [],
  expect: {},
  mutants: [],
});
