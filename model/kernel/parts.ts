// SPDX-License-Identifier: GPL-2.0-only
// The seams at which designs differ. A design chooses one variant (one file) for each part; calls go through
// `parts`, and the compiler resolves them. A variant exports exactly the hooks of its part.
import type { frame, page_table, pgd_t } from "../hw/mmu/cpu.ts";
import type { mm_struct, task_struct } from "./mm_types.ts";

/** What keeps the mm of a lazy CPU alive. A task without an mm of its own is lazy: it borrows active_mm. */
export interface Lifetime {
  /** The running task is about to give up its mm and to borrow it from then on. */
  readonly mmgrab_lazy_tlb: (mm: mm_struct) => void;
  /** The running task has stopped to borrow mm: it may go. A full barrier, on which membarrier relies. */
  readonly mmdrop_lazy_tlb: (mm: mm_struct) => void;
  /** In exit_mm() and kthread_unuse_mm(), interrupts off: the running task has given up mm. */
  readonly enter_lazy_mm: (mm: mm_struct) => void;
  /** In exec_mmap() and kthread_use_mm(), preemption off: a task that borrowed has switched to an mm of its own. */
  readonly exit_lazy_mm: () => void;
  /** context_switch() to a task without an mm. Interrupts are off. */
  readonly context_switch_to_kernel: (prev: task_struct, next: task_struct) => void;
  /** context_switch() to a task with an mm, including the switch of page tables. Interrupts are off. */
  readonly context_switch_to_user: (prev: task_struct, next: task_struct) => void;
  /** End of finish_task_switch(), interrupts on: prev_mm is what the switch parked in the runqueue. */
  readonly finish_task_switch_mm: (prev_mm: mm_struct | null) => void;
  /** A lazy CPU leaves the mm that it has loaded, at the request of a flush or before it sleeps. Interrupts are off. */
  readonly unlazy_mm_irqs_off: () => void;
  /** __mmput(), after exit_mmap(): mm_users is 0. */
  readonly mmput_lazy: (mm: mm_struct) => void;
  /** __mmdrop(): mm_count is 0. True if the mm is not freed now: the variant calls free_mm_struct() later. */
  readonly mmdrop_waits: (mm: mm_struct) => boolean;
  /** free_mm_struct(), before the pgd is freed. */
  readonly mmdrop_final: (mm: mm_struct) => void;
  /** For properties: how many references in mm_count lazy CPUs hold, when nothing is under way. */
  readonly lazy_references: (mm: mm_struct) => number;
}

/** Who flushes whom, and when. */
export interface Coherence {
  /** mm_init(): the architecture's part of a new mm. */
  readonly init_new_context: (mm: mm_struct) => void;
  /** exit_mmap(), before anything is unmapped. */
  readonly arch_exit_mmap: (mm: mm_struct) => void;
  /** __mmdrop(): and what becomes of it. */
  readonly destroy_context: (mm: mm_struct) => void;
  /** `prev` is what the caller believes to be loaded; x86 knows better. Interrupts are off. */
  readonly switch_mm_irqs_off: (prev: mm_struct, next: mm_struct) => void;
  readonly enter_lazy_tlb: (mm: mm_struct) => void;
  readonly leave_mm: () => void;
  /** Addresses in bytes; end may be TLB_FLUSH_ALL. */
  readonly flush_tlb_mm_range: (
    mm: mm_struct,
    start: number,
    end: number,
    stride_shift: number,
    freed_tables: bool,
  ) => void;
  /** Takes a page-table entry away, and returns what was there. */
  readonly ptep_get_and_clear: (table: page_table, page: number) => frame | null;
  /** tlb_finish_mmu(): all that an mmu_gather has cleared. fullmm: the whole address space goes. */
  readonly tlb_flush: (mm: mm_struct, fullmm: bool, freed_tables: bool) => void;
  /** Not in Linux: how scenarios and replays start. Every CPU has init_mm loaded, and nothing else happened yet. */
  readonly boot_context: () => void;
  /** Not in Linux: `cpu` has mm loaded, nothing of it cached. `lazy`: a kernel thread borrows it. */
  readonly boot_mm: (cpu: cpu_id, mm: mm_struct, lazy: bool) => void;
  /** Not in Linux: what a recorded ASID slot holds. `loaded`: it is in use. For designs with slots. */
  readonly boot_slot: (
    cpu: cpu_id,
    asid: number,
    mm: mm_struct | null,
    tlb_gen: number,
    loaded: bool,
    next_asid: number,
  ) => void;
}

/** Where membarrier(2) has its barriers and its state, besides the system call. */
export interface Membarrier {
  /** context_switch() to a task with an mm, before the page tables change. Interrupts are off. */
  readonly membarrier_switch_mm: (prev_mm: mm_struct, next_mm: mm_struct) => void;
  /** context_switch(), kthread_use_mm() and exec_mmap(), after the page tables have changed to those of mm. */
  readonly membarrier_finish_switch_mm: (mm: mm_struct) => void;
  /** For architectures whose switch_mm_irqs_off() is no barrier: they call it there. Interrupts are off. */
  readonly membarrier_arch_switch_mm: (prev: mm_struct, next: mm_struct) => void;
  /** finish_task_switch(), interrupts on, before mmdrop_lazy_tlb(mm): the lazy mm that was left. */
  readonly membarrier_mm_sync_core_before_usermode: (mm: mm_struct) => void;
  /** x86's switch_mm_irqs_off(): it leaves lazy mode in `next`, and writes no CR3. Interrupts are off. */
  readonly sync_core_if_membarrier_enabled: (next: mm_struct) => void;
  /** Where membarrier(2) relies on the mmdrop_lazy_tlb() that follows. */
  readonly smp_mb__before_mmdrop: () => void;
  /** exec_mmap(), under task_lock(), before tsk->mm changes. */
  readonly membarrier_exec_mmap: (mm: mm_struct) => void;
  /** kthread_use_mm(), under task_lock(), before tsk->mm changes. */
  readonly membarrier_use_mm: () => void;
  /** The running task has got this mm, or none. Interrupts are off. */
  readonly membarrier_update_current_mm: (next_mm: mm_struct | null) => void;
}

/** What of an mm a CPU holds besides its page tables: LAM bits in CR3, the LDT. x86 only. All with interrupts off. */
export interface Attributes {
  /** mm_init(): a new mm has none. */
  readonly init_new_attributes: (mm: mm_struct) => void;
  /** switch_mm_irqs_off(), as it begins and again when `subscribed`: who changes next's attributes finds this CPU. */
  readonly read_attributes: (next: mm_struct, subscribed: bool) => void;
  /** next is loaded already: are its attributes? */
  readonly attributes_loaded: (next: mm_struct) => boolean;
  /** MOV to CR3, with the attributes that are in there. */
  readonly load_cr3: (pgd: pgd_t, pcid: number, flush: bool) => void;
  /** switch_mm_irqs_off() has written CR3, though prev may be next. */
  readonly switch_attributes: (prev: mm_struct, next: mm_struct) => void;
}

/** How a flush reaches the other CPUs. x86 only: elsewhere the hardware broadcasts, or coherence decides. */
export interface Backend {
  readonly flush_tlb_multi: (mask: cpumask_t, info: flush_tlb_info) => void;
}

/** Invalidations that hardware carries to all CPUs: x86 with INVLPGB only. They are carried out some time later. */
export interface Broadcast {
  readonly invlpgb_page: (pcid: number, page: number) => void;
  readonly invlpgb_pcid: (pcid: number) => void;
  readonly invlpgb_all: () => void;
  /** All that this CPU has issued has been carried out. */
  readonly tlbsync: () => void;
}

/** One flush request: arch/x86/include/asm/tlbflush.h. It lives in the initiator's frame while the request is out. */
export interface flush_tlb_info {
  mm: mm_struct | null;
  start: upto<"address">;
  /** -1 is TLB_FLUSH_ALL. */
  end: int<-1, "address">;
  new_tlb_gen: counter<"tlb_gens", "mm">;
  initiating_cpu: cpu_id;
  stride_shift: upto<"stride_shift">;
  freed_tables: bool;
  trim_cpumask: bool;
}

export declare const parts: {
  readonly lifetime: Lifetime;
  readonly coherence: Coherence;
  readonly backend: Backend;
  readonly membarrier: Membarrier;
  readonly attributes: Attributes;
  /** Where a design has none, nothing calls it. */
  readonly broadcast: Broadcast | null;
};

/** Compile-time choices of a design. */
export declare const config: {
  /** Whether kernel threads borrow an mm at all: scenarios about lazy CPUs need it. */
  readonly lazy_tlb: boolean;
  /** There is no task without an mm: kernel threads have init_mm, and are not lazy (asked for by Torvalds in 2022). */
  readonly kthread_has_init_mm: boolean;
  readonly PCID: boolean;
  readonly PTI: boolean;
  /** Not in Linux: interrupts are an event apart from the calls that they are for, as recordings show them. */
  readonly ipis_recorded: boolean;
  /** PTI: one address of a slot's user half can be invalidated at once. */
  readonly INVPCID: boolean;
  readonly TLB_NR_DYN_ASIDS: number;
  readonly tlb_single_page_flush_ceiling: number;
  /** should_trim_cpumask(): once a second per mm, a flush also asks CPUs that have another mm loaded. */
  readonly trim_cpumask: boolean;
  /** 209954cbc7d0 (6.14): switching away leaves prev's bit in mm_cpumask; a flush that reaches the CPU clears it. */
  readonly lazy_mm_cpumask: boolean;
  /** 83b0177a6c48 (6.18, 6.17.5): a full barrier also where the bit of next is set already, and for init_mm. */
  readonly switch_mm_smp_mb: boolean;
  /** AMD's broadcast invalidation, and global ASIDs (4afeb0ed1753, 6.15): ASIDs from TLB_NR_DYN_ASIDS on. */
  readonly INVLPGB: boolean;
  /** Hypothetical hardware: every mm has a PCID of its own for ever. */
  readonly PCID64: boolean;
  /** A process that runs on more CPUs than this may get a global ASID: 3 in Linux. */
  readonly global_asid_threshold: number;
  /** Requests and slots have generations (b0579ade7cd8, 4.14); a variant that is older has them as first posted. */
  readonly tlb_gen: boolean;
  /** A CPU that goes lazy keeps the mm loaded. 4.14 with PCID does not (b956575bed91). */
  readonly tlb_use_lazy_mode: boolean;
  /** A lazy CPU leaves mm_cpumask, and keeps the mm loaded (94b1b03b519b, in 4.14-rc only). */
  readonly fully_lazy_tlb: boolean;
  /** A flush that frees no page tables leaves lazy CPUs alone: they catch up (145f573b89a6, 4.20). */
  readonly flush_skips_lazy: boolean;
  /** A CPU that goes lazy loads init_mm, and is lazy for flushes and mm_cpumask only (Amit in 2022). */
  readonly lazy_switches_cr3: boolean;
  /** This CPU and the others flush at the same time (4ce94eabac16, 5.13). */
  readonly concurrent_flush: boolean;
  /** should_flush_tlb(), where flushes look at loaded_mm from afar (6db2526c1d69, fea4e317f9e7; in stable kernels). */
  readonly flush_reads_loaded_mm: boolean;
  /** flush_tlb_func() knows by new_tlb_gen that a request is done (aa44284960d5, 6.0). */
  readonly flush_skips_done: boolean;
  /** flush_tlb_range() says that it may free page tables, as it does for khugepaged (3ef938c35035, 6.14 and stable). */
  readonly flush_tlb_range_frees_tables: boolean;
  /** CONFIG_MODIFY_LDT_SYSCALL: scenarios about LDTs set it. */
  readonly MODIFY_LDT_SYSCALL: boolean;
  /** A guest whose page tables Xen loads: flushes run no code on other CPUs, and exit_mmap() makes borrowers leave. */
  readonly XEN_PV: boolean;
  /** An NMI compares loaded_mm with the running task's mm before it reads user memory (4012e77a903d, 4.19). */
  readonly nmi_uaccess_okay: boolean;
  /** Page tables are freed after a grace period: x86 guests with paravirtual flushes, and all of x86 from 6.14 on. */
  readonly MMU_GATHER_RCU_TABLE_FREE: boolean;
  /** activate_mm() with interrupts off: powerpc; not x86. */
  readonly ARCH_WANT_IRQS_OFF_ACTIVATE_MM: boolean;
  /** Each ASID slot of each CPU holds an mm_count: with the lifetime asid_references. */
  readonly asid_holds_mm: boolean;
  /** kthread_use_mm() holds an mm_count of its own: mainline, not in Lutomirski's patch 15. */
  readonly kthread_use_mm_grabs: boolean;
  /** One function changes the running task's mm, for exec_mmap() and kthread_use_mm(): Lutomirski's patches 14, 15. */
  readonly change_current_mm: boolean;
  /** exit_mm() borrows mm as the lifetime part wants it; Lutomirski's series of 2022 as posted forgot that. */
  readonly exit_mm_lazy: boolean;
  /** exit_mm() does so where the task cannot migrate any more: hazard pointers of 2024. */
  readonly exit_mm_grabs_irqs_off: boolean;
  /** Who may borrow a dying mm (patch 16 of 2022): all possible CPUs; only online ones; only mm_cpumask (22). */
  readonly lazymm_online: boolean;
  readonly lazymm_cpumask: boolean;
  /** A CPU that leaves what it borrows drops at once what was parked on it (patch 16), in a flush IPI too (21). */
  readonly unlazy_drops: boolean;
  /** pgd_alloc() and pgd_free() take pgd_lock: x86; scenarios that ask about it set it. */
  readonly pgd_lock: boolean;
  /** CONFIG_HOTPLUG_CPU: scenarios in which a CPU goes offline set it; elsewhere all are online for ever. */
  readonly HOTPLUG_CPU: boolean;
  /** idle_task_exit() drops what the dying CPU borrows: until 5.7 (bf2c59fce407 leaves it to finish_cpu()). */
  readonly idle_task_exit_drops: boolean;
  /** The hotplug thread of a CPU that goes offline leaves what it borrows: 6.13 (21641bd9a7a7), no idle_task_exit(). */
  readonly sched_force_init_mm: boolean;
  /** The idle task does, before RCU stops to watch the CPU: Lutomirski's patch 12 of 2022, no idle_task_exit(). */
  readonly unlazy_before_idle_dead: boolean;
  /** CONFIG_DEBUG_PREEMPT: scenarios that list no_warning set it. */
  readonly DEBUG_PREEMPT: boolean;
  /** How often the ASID allocator of arm64 and riscv may roll over, and one: one more is a limit. */
  readonly asid_generations: number;
  /** riscv: there are more ASIDs than two for each hart, so that mms get some. */
  readonly use_asid_allocator: boolean;
  /** Flushes stay on the CPU on which alone an mm has run: mm.context.active_cpu. */
  readonly arm64_local_tlbi: boolean;
  /** switch_mm() sets the CPU's bit in mm_cpumask, for good: no arm64 kernel, but what shootdown asks for. */
  readonly arm64_mm_cpumask: boolean;
  /** context_switch() begins with kasan_check_byte(active_mm), as was proposed (2022): scenarios that ask set it. */
  readonly KASAN: boolean;
  /** CONFIG_MEMBARRIER: scenarios about membarrier(2) set it; elsewhere nobody looks at its state. */
  readonly MEMBARRIER: boolean;
  /** switch_mm_irqs_off() calls membarrier_arch_switch_mm(): powerpc, and riscv from d6cfd1770f20 (6.9) on. */
  readonly ARCH_HAS_MEMBARRIER_CALLBACKS: boolean;
  /** The return from a system call does not serialise the core: x86 (SYSRET, SYSEXIT). */
  readonly ARCH_HAS_SYNC_CORE_BEFORE_USERMODE: boolean;
  /** __switch_to() is a full barrier: arm64 (DSB ISH). */
  readonly ARCH_SWITCH_TO_IS_MB: boolean;
  /** mmdrop() only releases: what 2022's patches and Desnoyers' answer make possible; a full barrier in Linux. */
  readonly mmdrop_release: boolean;
  /** The LAM bits of next are read before this CPU is in its mask: 6.4 to 6.11 (82721d8b25d7). */
  readonly lam_read_early: boolean;
  /** And again for cpu_tlbstate, which may differ then: until ec225f8c255f (6.12). */
  readonly lam_read_twice: boolean;
  /** A CPU that has next loaded already compares its LAM bits with next's: Ahmed's RFC of 2024. */
  readonly lam_compared: boolean;
  /** To enable LAM counts as a change of the page tables: Hansen's answer to it. */
  readonly lam_inc_tlb_gen: boolean;
  /** To enable LAM interrupts all CPUs of mm_cpumask: 6.12 (3b299b99556c). */
  readonly lam_ipi: boolean;
  /** A temporary mm's mask forgets this CPU: 6.14, with the lazily cleared masks (209954cbc7d0). */
  readonly unuse_temporary_mm_clears: boolean;
  /** EFI has a temporary mm like any other: 6.16 (e7021e2fe0b4, af8967158f9a). */
  readonly efi_temporary_mm: boolean;
  /** How many tags the hardware has, where that is a choice: ASIDs of arm64, PIDs of powerpc (0 is the kernel's);
   *  x86's with INVLPGB. */
  readonly ASIDS: number;
  /** A host may take a vCPU off its core: backend kvm. */
  readonly KVM_GUEST: boolean;
  /** powerpc: the hardware walks a hash table, never a pgd. Scenarios whose users walk theirs are not for it. */
  readonly PPC_HASH_MMU: boolean;
  /** The architecture's final flush chases borrowers away as well (powerpc); with the lifetime of that name. */
  readonly MMU_LAZY_TLB_SHOOTDOWN: boolean;
  /** After a shootdown, all CPUs are asked whether they borrow the mm: who does was not in mm_cpumask. */
  readonly DEBUG_VM_SHOOT_LAZIES: boolean;
  /** powerpc: a CPU that switches away from an mm without users leaves its mask. */
  readonly clear_mask_of_dying_mm: boolean;
  /** powerpc: that flush does without tlbie. */
  readonly radix_final_flush_is_local: boolean;
  /** powerpc until a665eec0a22e (5.10): a single-threaded process takes its mask to be itself. */
  readonly powerpc_reset_thread_local: boolean;
  /** powerpc: now and then a flush trims mm_cpumask. */
  readonly powerpc_trim_clock: boolean;
};
