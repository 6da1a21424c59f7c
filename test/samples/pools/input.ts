// SPDX-License-Identifier: MIT
// Objects that are counted, freed, and used again: CPU 1 may look at one that is gone.
interface node {
  refs: atomic<"refs">;
  value: upto<"n">;
  next: node | null;
}
const objects = DEFINE_POOL<node>("objects");
const first: node = objects[0];
const poison = INVALID_POINTER(objects);
interface globals {
  head: node | null;
}
const g = DEFINE_SHARED<globals>();

function free_object(o: node): void {
  instruction();
  pool_free(o);
}

function put(o: node): void {
  if (atomic_dec_and_test(o.refs)) free_object(o);
}

export function cpu0(): void {
  const o = pool_alloc(objects);
  WRITE_ONCE(o.value, 1);
  WRITE_ONCE(o.next, READ_ONCE(g.head));
  atomic_set(o.refs, 1);
  const old = xchg(g.head, o);
  if (old !== null && old !== poison) put(old);
}

/** No reference of its own: the object may go while it looks. */
export function cpu1(): void {
  const o = READ_ONCE(g.head);
  if (o === null) return;
  WRITE_ONCE(o.value, 2);
  if (o.next === first) BUG_ON(o === first);
}

export const pools = scenario({
  question: "What does the life of an node become?",
  machine: { cpus: 2, n: 2, refs: 1, objects: 2 },
  init() {
    const o = pool_alloc(objects);
    atomic_set(o.refs, 1);
    WRITE_ONCE(g.head, o);
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
  expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
  mutants: [],
});
