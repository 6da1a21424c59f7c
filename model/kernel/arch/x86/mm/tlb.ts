// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/mm/tlb.c as Debian's 6.1.192 and 6.12.113 have it: tlb_gen and dynamic ASIDs, is_lazy and
// freed_tables, LOADED_MM_SWITCHING, and an eager mm_cpumask (prev's bit is cleared at every switch; trimming is
// computed and removes nothing). config takes it back as far as 4.20, where flushes began to skip lazy CPUs; older
// kernels are in tlb_4_14.ts, tlb_4_13.ts and tlb_classic.ts. Left out, as no property reads it: speculation
// mitigations.

import { flush_current_pcid, invlpg } from "../../../../hw/mmu/x86.ts";
import { local_irq_disable, local_irq_enable, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { config, parts } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { on_each_cpu_cond_mask } from "../../../smp.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { choose_new_asid, invalidate_user_asid, load_new_context } from "./asid.ts";
import {
  broadcast_tlb_flush,
  consider_global_asid,
  global_asid_adopted,
  is_global_asid,
  mm_global_asid,
  mm_in_asid_transition,
  mm_needs_global_asid,
} from "./global_asid.ts";
import {
  cpu_tlbstate,
  cpu_tlbstate_shared,
  flush_tlb_infos,
  LOADED_MM_SWITCHING,
  TLB_GENERATION_INVALID,
  TLB_LOCAL_MM_SHOOTDOWN,
  TLB_LOCAL_SHOOTDOWN,
  TLB_REMOTE_SEND_IPI,
  TLB_REMOTE_SHOOTDOWN,
  TLB_REMOTE_WRONG_CPU,
} from "./tlbstate.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export { tlb_flush } from "../../../tlbflush.ts";
export { arch_exit_mmap, boot_context, boot_mm, boot_slot, destroy_context, init_new_context } from "./context.ts";

declare function trace_tlb_flush(reason: number, pages: number): void;
// Not in Linux: what a replay counts.
declare function trace_lazy_enter(): void;
declare function trace_lazy_exit(): void;
declare function trace_lazy_left(local: boolean): void;
declare function trace_ipi_avoided(cpu: cpu_id): void;

/** A flush left a CPU alone because it is lazy. */
export const lazy_cpu_skipped = sometimes("a flush skips a lazy CPU");
/** A CPU came back from lazy mode and found that it had missed a flush. */
export const unlazy_flushes = sometimes("a CPU catches up with a missed flush when it leaves lazy mode");
/** A lazy CPU was told to leave the mm because page tables go away. */
export const lazy_cpu_leaves = sometimes("a flush makes a lazy CPU leave the mm");
/** A CPU returned to an mm whose entries it had kept, without a flush. */
export const asid_reused = sometimes("a switch reuses an ASID without a flush");

/** A flush reached a CPU that has another mm loaded, and took it out of the mask. */
export const mask_trimmed = sometimes("a flush takes a CPU that has left the mm out of mm_cpumask");

/** Makes `next` the address space of this CPU. Interrupts are off, so no flush request comes in between. */
export function switch_mm_irqs_off(_unused: mm_struct, next: mm_struct): void {
  const prev = this_cpu_read(cpu_tlbstate.loaded_mm);
  const prev_asid = this_cpu_read(cpu_tlbstate.loaded_mm_asid);
  const was_lazy = this_cpu_read(cpu_tlbstate_shared.is_lazy);
  const cpu = smp_processor_id();
  let next_tlb_gen = 0;
  let new_asid = prev_asid;
  let need_flush = true;

  parts.attributes.read_attributes(next, false);
  if (was_lazy) {
    this_cpu_write(cpu_tlbstate_shared.is_lazy, false);
    trace_lazy_exit();
  }

  if (prev === next) {
    if (config.INVLPGB && mm_needs_global_asid(next, prev_asid)) {
      new_asid = mm_global_asid(next); // as choose_new_asid() has it
      need_flush = false;
      reached(global_asid_adopted);
    } else {
      // Broadcasts reach it anyway.
      if (config.INVLPGB && is_global_asid(prev_asid)) return;
      // Another thread of the same process: no request was withheld from us.
      if (!was_lazy && parts.attributes.attributes_loaded(next)) return;

      // Pairs with: flush_tlb_mm_range(), inc_mm_tlb_gen(). We must see its tlb_gen, or it our is_lazy == false.
      smp_mb();
      next_tlb_gen = atomic_read(next.context.tlb_gen);
      const loaded = parts.attributes.attributes_loaded(next);
      if (this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) === next_tlb_gen && loaded) {
        parts.membarrier.sync_core_if_membarrier_enabled(next);
        return;
      }
      need_flush = this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) !== next_tlb_gen;
      if (need_flush) reached(unlazy_flushes);
    }
  } else {
    // Until CR3 and loaded_mm agree again, whoever asks must assume the worst: should_flush_tlb(), NMIs.
    if (config.flush_reads_loaded_mm) this_cpu_write(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);
    barrier();

    // No more requests for prev, or those that come clear the bit: see flush_tlb_func(). Kernel threads' init_mm is
    // never flushed by mask: do not bounce its line.
    if (prev !== init_mm) {
      VM_WARN_ON(!cpumask_test_cpu(cpu, mm_cpumask(prev)));
      if (!config.lazy_mm_cpumask) cpumask_clear_cpu(cpu, mm_cpumask(prev));
    }
    // Pairs with: flush_tlb_mm_range(), inc_mm_tlb_gen(). First the bit (a full barrier) and LOADED_MM_SWITCHING, then
    // the generation: we must see its tlb_gen, or it these two.
    if (next !== init_mm && !in_mask_already(cpu, next)) cpumask_set_cpu(cpu, mm_cpumask(next));
    else if (config.switch_mm_smp_mb) smp_mb();
    next_tlb_gen = atomic_read(next.context.tlb_gen);

    const choice = choose_new_asid(next, next_tlb_gen);
    new_asid = choice.asid;
    need_flush = choice.need_flush;
    // Where only NMIs ask, it is early enough here (4012e77a903d).
    if (!config.flush_reads_loaded_mm) this_cpu_write(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);
  }
  parts.attributes.read_attributes(next, true);

  if (!need_flush) reached(asid_reused);
  load_new_context(next, next_tlb_gen, new_asid, need_flush);
  // CR3 first, so that an NMI never finds the new loaded_mm over the old CR3.
  barrier();
  this_cpu_write(cpu_tlbstate.loaded_mm, next);
  this_cpu_write(cpu_tlbstate.loaded_mm_asid, new_asid);
  parts.attributes.switch_attributes(prev, next);
}

/** Where switching away leaves the bit as it is, it is mostly still set: a read, but then no barrier either. */
function in_mask_already(cpu: cpu_id, mm: mm_struct): boolean {
  return config.lazy_mm_cpumask && cpumask_test_cpu(cpu, mm_cpumask(mm));
}

/** The running CPU goes to a kernel thread and keeps mm loaded, or at least its bit in the mask. */
export function enter_lazy_tlb(mm: mm_struct): void {
  if (this_cpu_read(cpu_tlbstate.loaded_mm) === init_mm) return;
  if (config.lazy_switches_cr3) switch_mm_irqs_off(mm, init_mm);
  if (config.flush_skips_lazy) this_cpu_write(cpu_tlbstate_shared.is_lazy, true);
  trace_lazy_enter();
}

export function this_cpu_is_lazy(): boolean {
  if (config.flush_skips_lazy) return this_cpu_read(cpu_tlbstate_shared.is_lazy);
  // Where flushes do not ask, nobody else wants to know. A kernel thread may have loaded a temporary mm: it must not
  // be made to leave that one.
  const current = get_current();
  return current.mm === null && this_cpu_read(cpu_tlbstate.loaded_mm) === current.active_mm;
}

/** The running CPU, on a kernel thread, stops using the mm that it borrows: deep idle states, temporary mms. */
export function leave_mm(): void {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  if (loaded_mm === init_mm) return;
  WARN_ON_ONCE(!this_cpu_is_lazy());
  parts.lifetime.unlazy_mm_irqs_off();
}

/** After page-table entries of mm in [start, end) changed: no CPU uses an older translation once this returns. */
export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  preempt_disable();
  const cpu = smp_processor_id();
  const range = range_to_flush(start, end, stride_shift);

  // Pairs with: switch_mm_irqs_off(). A full barrier between the changed entries and our look at the mask.
  const new_tlb_gen = atomic_inc_return(mm.context.tlb_gen);
  const info = get_flush_tlb_info(mm, range.from, range.to, stride_shift, freed_tables, new_tlb_gen);

  // Without 4ce94eabac16 the others are asked only once this CPU has flushed; its turn among them then does nothing.
  if (!config.concurrent_flush) flush_tlb_here(mm, info);
  if (config.INVLPGB && mm_global_asid(mm) !== 0) {
    broadcast_tlb_flush(info);
  } else if (cpumask_any_but(mm_cpumask(mm), cpu) < nr_cpu_ids) {
    info.trim_cpumask = should_trim_cpumask();
    parts.backend.flush_tlb_multi(mm_cpumask(mm), info);
    if (config.INVLPGB) consider_global_asid(mm);
  } else if (config.concurrent_flush) {
    flush_tlb_here(mm, info);
  }
  put_flush_tlb_info();
  preempt_enable();
}

function flush_tlb_here(mm: mm_struct, info: flush_tlb_info): void {
  if (mm !== this_cpu_read(cpu_tlbstate.loaded_mm)) return;
  local_irq_disable();
  flush_tlb_func(info);
  local_irq_enable();
}

interface flush_range {
  from: number;
  to: number;
}

/** Beyond the ceiling one full flush is cheaper than many INVLPGs. */
export function range_to_flush(start: number, end: number, stride_shift: number): flush_range {
  if (end === TLB_FLUSH_ALL || (end - start) >> stride_shift > config.tlb_single_page_flush_ceiling)
    return { from: 0, to: TLB_FLUSH_ALL };
  return { from: start, to: end };
}

/** Once a second per mm, whenever that may be, all of the mask is asked: those that have left leave it. */
function should_trim_cpumask(): bool {
  return config.trim_cpumask && any(2) === 1;
}

export function get_flush_tlb_info(
  mm: mm_struct | null,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
  new_tlb_gen: number,
): flush_tlb_info {
  const info = this_cpu_ptr(flush_tlb_infos);
  info.mm = mm;
  info.start = start;
  info.end = end;
  info.stride_shift = stride_shift;
  info.freed_tables = freed_tables;
  info.new_tlb_gen = new_tlb_gen;
  info.initiating_cpu = smp_processor_id();
  info.trim_cpumask = false;
  return info;
}

export function put_flush_tlb_info(): void {
  const info = this_cpu_ptr(flush_tlb_infos);
  info.mm = null;
  info.start = 0;
  info.end = 0;
  info.stride_shift = 0;
  info.freed_tables = false;
  info.new_tlb_gen = 0;
  info.initiating_cpu = smp_processor_id();
  info.trim_cpumask = false;
}

/** One kernel for every flush: IPIs to all CPUs of the mask, or only to those that are not lazy. */
export function native_flush_tlb_multi(mask: cpumask_t, info: flush_tlb_info): void {
  trace_flush_sent(info);

  // A lazy CPU may keep stale leaf entries, nobody uses them; but it must not walk a table that is being freed.
  const lazy_cpus_walk = info.freed_tables && !config.lazy_switches_cr3;
  if (lazy_cpus_walk || mm_in_asid_transition(info.mm)) on_each_cpu_cond_mask(null, flush_tlb_func, info, mask);
  else if (config.flush_reads_loaded_mm) on_each_cpu_cond_mask(should_flush_tlb, flush_tlb_func, info, mask);
  else on_each_cpu_cond_mask(tlb_is_not_lazy, flush_tlb_func, info, mask);
}

export function trace_flush_sent(info: flush_tlb_info): void {
  if (info.end === TLB_FLUSH_ALL) trace_tlb_flush(TLB_REMOTE_SEND_IPI, TLB_FLUSH_ALL);
  else trace_tlb_flush(TLB_REMOTE_SEND_IPI, (info.end - info.start) >> machine.PAGE_SHIFT);
}

/** A lazy CPU looks at tlb_gen before it uses its entries again. */
export function tlb_is_not_lazy(cpu: cpu_id, _info: flush_tlb_info): boolean {
  if (!config.flush_skips_lazy || !data_race(per_cpu(cpu_tlbstate_shared.is_lazy, cpu))) return true;
  reached(lazy_cpu_skipped);
  if (cpu !== smp_processor_id()) trace_ipi_avoided(cpu);
  return false;
}

export function should_flush_tlb(cpu: cpu_id, info: flush_tlb_info): boolean {
  // Linux reads loaded_mm and is_lazy of other CPUs without any mark, which KCSAN reports: benign, and marked here.
  const loaded_mm = data_race(per_cpu(cpu_tlbstate.loaded_mm, cpu));

  // Pairs with: switch_mm_irqs_off(), whose stores to is_lazy and loaded_mm come in this order.
  smp_rmb();
  if (!tlb_is_not_lazy(cpu, info)) return false;
  if (info.mm === null) return true; // Kernel addresses.
  if (loaded_mm === LOADED_MM_SWITCHING) return true; // From or to our mm: it cannot be told.
  if (loaded_mm === info.mm) return true;
  if (info.trim_cpumask) return true;
  return false;
}

/** Carries out a request on this CPU, interrupts off: as the handler of the IPI, or locally. */
export function flush_tlb_func(f: flush_tlb_info): void {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  let loaded_mm_asid = this_cpu_read(cpu_tlbstate.loaded_mm_asid);
  const local = smp_processor_id() === f.initiating_cpu;

  if (wrong_cpu(f, loaded_mm, local)) {
    // It was left in the mask when it switched away.
    if (config.lazy_mm_cpumask) {
      reached(mask_trimmed);
      cpumask_clear_cpu(smp_processor_id(), mm_cpumask(f.mm!));
      trace_tlb_flush(TLB_REMOTE_WRONG_CPU, 0);
    }
    return;
  }
  if (loaded_mm === init_mm) return;

  if (config.INVLPGB) {
    if (mm_needs_global_asid(loaded_mm, loaded_mm_asid)) {
      switch_mm_irqs_off(loaded_mm, loaded_mm);
      loaded_mm_asid = this_cpu_read(cpu_tlbstate.loaded_mm_asid);
    }
    if (is_global_asid(loaded_mm_asid)) return;
  }

  if (this_cpu_is_lazy()) {
    // A flush of the paging-structure cache is due at least; to leave for init_mm costs no more than that.
    reached(lazy_cpu_leaves);
    trace_lazy_left(local);
    parts.lifetime.unlazy_mm_irqs_off();
    return;
  }

  const local_tlb_gen = this_cpu_read(cpu_tlbstate.ctxs[loaded_mm_asid].tlb_gen);
  // Someone has flushed for us, or a later request has: no need to touch mm's cache line.
  if (config.flush_skips_done && f.new_tlb_gen !== TLB_GENERATION_INVALID && f.new_tlb_gen <= local_tlb_gen) return;

  flush_tlb_to_gen(f, loaded_mm, loaded_mm_asid, local_tlb_gen, local);
}

/** flush_tlb_func() from here on is what b0579ade7cd8 (4.14) made it: up to which generation, and how. */
export function flush_tlb_to_gen(
  f: flush_tlb_info,
  loaded_mm: mm_struct,
  loaded_mm_asid: number,
  local_tlb_gen: number,
  local: bool,
): void {
  let nr_invalidate = 0;

  // Read before the flush: what comes later has a request of its own.
  const mm_tlb_gen = atomic_read(loaded_mm.context.tlb_gen);
  WARN_ON_ONCE(local_tlb_gen > mm_tlb_gen);
  WARN_ON_ONCE(f.new_tlb_gen > mm_tlb_gen);
  if (local_tlb_gen !== mm_tlb_gen) {
    // A ranged request covers exactly the step from new_tlb_gen - 1: with any other step missing, flush it all.
    if (f.end !== TLB_FLUSH_ALL && f.new_tlb_gen === local_tlb_gen + 1 && f.new_tlb_gen === mm_tlb_gen) {
      nr_invalidate = (f.end - f.start) >> f.stride_shift;
      flush_tlb_pages(f.start, f.end, f.stride_shift, loaded_mm_asid);
    } else {
      nr_invalidate = TLB_FLUSH_ALL;
      flush_tlb_local(loaded_mm_asid);
    }
    this_cpu_write(cpu_tlbstate.ctxs[loaded_mm_asid].tlb_gen, mm_tlb_gen);
  }
  trace_tlb_flushed(f, local, nr_invalidate);
}

export function trace_tlb_flushed(f: flush_tlb_info, local: bool, nr_invalidate: number): void {
  if (!local) trace_tlb_flush(TLB_REMOTE_SHOOTDOWN, nr_invalidate);
  else if (f.mm === null) trace_tlb_flush(TLB_LOCAL_SHOOTDOWN, nr_invalidate);
  else trace_tlb_flush(TLB_LOCAL_MM_SHOOTDOWN, nr_invalidate);
}

/** The request is for an mm that this CPU has left: with a lazily cleared mask that may be so for the initiator. */
export function wrong_cpu(f: flush_tlb_info, loaded_mm: mm_struct, local: bool): boolean {
  return f.mm !== null && f.mm !== loaded_mm && (config.lazy_mm_cpumask || !local);
}

/** One INVLPG a page; without INVPCID, PTI's user half of the slot goes as a whole. */
export function flush_tlb_pages(start: number, end: number, stride_shift: number, asid: number): void {
  for (let addr = start; addr < end; addr += 1 << stride_shift) {
    invlpg(addr >> machine.PAGE_SHIFT);
    if (!config.INVPCID) invalidate_user_asid(asid);
  }
}

export function flush_tlb_local(asid: number): void {
  invalidate_user_asid(asid);
  flush_current_pcid();
}
