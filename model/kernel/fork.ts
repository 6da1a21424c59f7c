// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/fork.c and include/linux/sched/mm.h: the two counts of an mm, and its three deaths: mappings and
// page tables at exit_mmap() (mm_users 0), pgd and struct at __mmdrop() (mm_count 0), pages whenever they are unmapped.

import type { pgd_t } from "../hw/mmu/cpu.ts";
import { page_tables, pgds } from "../hw/mmu/cpu.ts";
import { rcu_lockdep_assert_watching } from "./cpu.ts";
import { exit_mmap } from "./mm/mmap.ts";
import type { mm_struct } from "./mm_types.ts";
import { mm_cpumask, mms } from "./mm_types.ts";
import { config, parts } from "./parts.ts";

export function mmgrab(mm: mm_struct): void {
  atomic_inc(mm.mm_count);
}

/** The last one frees pgd and struct. A full barrier either way: membarrier relies on it. */
export function mmdrop(mm: mm_struct): void {
  if (mm_count_dec_and_test(mm)) __mmdrop(mm);
}

export function mm_count_dec_and_test(mm: mm_struct): boolean {
  return config.mmdrop_release ? atomic_dec_return_release(mm.mm_count) === 0 : atomic_dec_and_test(mm.mm_count);
}

export function mmget(mm: mm_struct): void {
  atomic_inc(mm.mm_users);
}

/** Somebody who has only mm_count wants to use the address space: not if it is being torn down. */
export function mmget_not_zero(mm: mm_struct): boolean {
  return atomic_inc_not_zero(mm.mm_users);
}

export function mmput(mm: mm_struct): void {
  if (atomic_dec_and_test(mm.mm_users)) __mmput(mm);
}

function __mmput(mm: mm_struct): void {
  exit_mmap(mm);
  parts.lifetime.mmput_lazy(mm);
  mmdrop(mm);
}

export function __mmdrop(mm: mm_struct): void {
  if (!parts.lifetime.mmdrop_waits(mm)) free_mm_struct(mm);
}

/** Nobody will look at mm again, once mmdrop_final() has seen to it. */
export function free_mm_struct(mm: mm_struct): void {
  parts.lifetime.mmdrop_final(mm);
  mm_free_pgd();
  parts.coherence.destroy_context(mm);
  // What is freed with it (memory cgroups, debug objects) uses RCU.
  rcu_lockdep_assert_watching();
  free_mm(mm, mm.pgd);
}

/** pgd_dtor(), pgd_list_del(): arch/x86/mm/pgtable.c. Interrupts stay on, so that no handler may come here. */
function mm_free_pgd(): void {
  if (!config.pgd_lock) return;
  pgd_lock_pgd_list();
  spin_unlock(pgd_list.lock);
}

/** Who holds it changes kernel entries of all pgds, or the list of them: sync_global_pgds(), pgd_ctor(). */
export function pgd_lock_pgd_list(): void {
  spin_lock(pgd_list.lock);
}

interface pgd_list {
  lock: spinlock_t;
}
export const pgd_list = DEFINE_SHARED<pgd_list>();

/** kmem_cache_free() of the pgd and of the struct. */
function free_mm(mm: mm_struct, pgd: pgd_t): void {
  instruction();
  trace_mm_freed(mm);
  pool_free(pgd);
  pool_free(mm);
}

/** mm_init(): a new mm with one user and a context of its own. Nobody else knows it yet. */
export function mm_alloc(): mm_struct {
  const mm = pool_alloc(mms);
  WRITE_ONCE(mm.pgd, pool_alloc(pgds));
  parts.coherence.init_new_context(mm);
  cpumask_clear(mm_cpumask(mm));
  atomic_set(mm.mm_users, 1);
  atomic_set(mm.mm_count, 1);
  if (config.MEMBARRIER) atomic_set(mm.membarrier_state, 0);
  return mm;
}

/** A page table that maps nothing yet. */
export function pte_alloc(mm: mm_struct): void {
  const table = pool_alloc(page_tables);
  for (let page = 0; page < machine.pages; page++) WRITE_ONCE(table.pte[page], null);
  WRITE_ONCE(mm.pgd.entry, table);
}

declare function trace_mm_freed(mm: mm_struct): void;
