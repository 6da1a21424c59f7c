// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/mm_types.h and sched.h, cut to the fields that decide lazy-TLB correctness.

import type { pgd_t } from "../hw/mmu/cpu.ts";
import { config } from "./parts.ts";

/** The largest context.id: a generation, and the ASID in it. */
export const context_ids = config.ASIDS * (config.asid_generations + 1) - 1;

export interface mm_struct {
  /** Tasks (and mmget() callers) that use the address space; at 0, mmput() tears the mappings down. */
  mm_users: atomic<"refs">;
  /** References to the struct: all of mm_users hold one between them, a counted lazy CPU one more. */
  mm_count: atomic<"refs">;
  /** Constant while the mm lives. */
  pgd: pgd_t;
  context: {
    /** Never reused: tells a recycled mm_struct from its predecessor. Constant while the mm lives. */
    ctx_id: upto<"ctx_ids">;
    /** Number of changes that needed a flush. Only grows. */
    tlb_gen: atomic_counter<"tlb_gens", "ctx_id">;
    /** x86: LAM_U57, once the process has asked for it. Until it has more threads than one; kernel threads read it. */
    lam_cr3_mask: bool;
    /** x86: which LDT, where a scenario is about them; 0: none. modify_ldt(2) replaces it, and nobody takes it away. */
    ldt: int<0, 2>;
    /** x86: how many events the process has mapped. Written under mmap_lock. */
    perf_rdpmc_allowed: atomic<"refs">;
    /**
     * arm64, riscv: asid_generation and ASID as of when it last got one; 0: never. Written under cpu_asid_lock.
     * powerpc: PID, and entry of the process table. Constant while the mm lives.
     */
    id: upto<"context_ids">;
    /** arm64: devices that use the ASID as well. Written under cpu_asid_lock. */
    pinned: upto<"refs">;
    /** arm64_local_tlbi: the only CPU that may have cached anything under the ASID, ACTIVE_CPU_NONE, or _MULTIPLE. */
    active_cpu: int<-2, "cpus">;
    /** powerpc: how many CPUs are in mm_cpumask, and coprocessors that have attached. */
    active_cpus: atomic<"cpus">;
    copros: atomic<"cpus">;
    /** x86 with INVLPGB: the same ASID on all CPUs; 0: none. Once assigned, constant. */
    global_asid: index<"asids">;
    /** CPUs may still run mm on ASIDs of their own. Set before global_asid. */
    asid_transition: bool;
  };
  /** Held by whoever changes mappings, where that matters beside the page tables. */
  mmap_lock: spinlock_t;
  /** CPUs that must hear of a flush. Set and cleared by the CPU itself. */
  cpu_bitmap: cpumask_t;
  /** What membarrier() has registered: see membarrier.ts. */
  membarrier_state: atomic<"membarrier_states">;
}
/** machine.mms counts init_mm, which is mms[0]. */
export const mms = DEFINE_POOL<mm_struct>("mms");
export const init_mm: mm_struct = mms[0];

export function mm_cpumask(mm: mm_struct): cpumask_t {
  return mm.cpu_bitmap;
}

/** The mm of a task that has no address space of its own. */
export function kthread_mm(): mm_struct | null {
  return config.kthread_has_init_mm ? init_mm : null;
}

export interface task_struct {
  /**
   * Own address space; kthread_mm() for a kernel thread. Written by the task itself, under task_lock() and with irqs
   * off.
   */
  mm: mm_struct | null;
  /** What it runs on: its own mm, or the one it borrows. Only its own CPU reads it. */
  active_mm: mm_struct | null;
  /** Release-cleared by the CPU that switched away from it, acquired by the CPU that takes it next. */
  on_cpu: bool;
  alloc_lock: spinlock_t;
  /** A restartable sequence was disturbed. Only the CPU that runs the task touches it. */
  rseq_event_mask: bool;
}
/** machine.tasks; tasks[cpu] is the idle task of that CPU. */
export const tasks = DEFINE_POOL<task_struct>("tasks");

/** The source of ctx_id: a counter that every mm_init_context() takes one from. */
interface mm_globals {
  last_mm_ctx_id: atomic<"ctx_ids">;
}
export const mm_globals = DEFINE_SHARED<mm_globals>();
