// SPDX-License-Identifier: MIT
// Spinlocks, and waiting for a value.
interface globals {
  lock: spinlock_t;
  inside: upto<"cpus">;
  ready: bool;
}
const g = DEFINE_SHARED<globals>();

const excluded = always("one CPU is inside", () => READ_ONCE(g.inside) < 2);
const waited = sometimes("CPU 1 is inside", () => READ_ONCE(g.inside) === 1 && g.ready);

function critical(): void {
  spin_lock(g.lock);
  smp_mb__after_spinlock();
  const n = READ_ONCE(g.inside);
  WRITE_ONCE(g.inside, n + 1);
  WRITE_ONCE(g.inside, n);
  spin_unlock(g.lock);
}

export function cpu0(): void {
  critical();
  smp_store_release(g.ready, true);
}

export function cpu1(): void {
  smp_cond_load_acquire(g.ready, !!VAL);
  critical();
}

export const locks = scenario({
  question: "What do locks become?",
  machine: { cpus: 2 },
  init() {},
  threads: {
    CPU0() {
      cpu0();
    },
    CPU1() {
      cpu1();
    },
  },
  check: [excluded],
  witness: [waited],
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});
