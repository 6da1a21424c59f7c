// SPDX-License-Identifier: MIT
// Mistakes that a recording must notice, by name, and small changes that none can, with the reason. `conform --mutants`
// generates the small ones by itself; those with a name are what somebody could really get wrong.

/** In the text of `file`, `from` stands once and reads `to`. */
export interface Replacement {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface NamedMutant {
  readonly name: string;
  readonly arch: "x86" | "arm64" | "powerpc";
  /** It is one of the designs that have this function, as path#name. */
  readonly of: string;
  readonly change: readonly Replacement[] | { readonly part: string; readonly variant: string };
}

/**
 * Generated mutants that nothing can contradict: of a function, as path#name, those in which `old` reads `text`, in a
 * line of which `within` is a part (« is where `old` begins). Without them: whatever stands there, or is put there,
 * wherever.
 */
export interface Equivalent {
  readonly of: string;
  readonly old?: string;
  readonly text?: string;
  readonly within?: string;
  readonly why: string;
}

const TLB = "model/kernel/arch/x86/mm/tlb.ts";
const ASID = "model/kernel/arch/x86/mm/asid.ts";
const REFCOUNT = "model/kernel/lifetime/refcount.ts";
const LIB_ASID = "model/kernel/lib/asid.ts";

/** Takes the slot that was used least recently, instead of the next one. */
const LRU: readonly Replacement[] = [
  {
    file: ASID,
    from: "/** The slot for `next`, and whether",
    to: `interface asid_lru {
  clock: upto<"ctx_ids">;
  used: array<upto<"ctx_ids">, "TLB_NR_DYN_ASIDS">;
}
const asid_lru = DEFINE_PER_CPU<asid_lru>();

/** The slot for \`next\`, and whether`,
  },
  {
    file: ASID,
    from: `  let asid = this_cpu_read(cpu_tlbstate.next_asid);
  if (asid >= config.TLB_NR_DYN_ASIDS) asid = 0;
`,
    to: `  let asid = 0;
  for (let other = 1; other < config.TLB_NR_DYN_ASIDS; other++) {
    if (this_cpu_read(asid_lru.used[other]) < this_cpu_read(asid_lru.used[asid])) asid = other;
  }
`,
  },
  {
    file: ASID,
    from: "asid: number, need_flush: boolean): void {\n  if (need_flush) {",
    to: `asid: number, need_flush: boolean): void {
  const now = this_cpu_read(asid_lru.clock) + 1;
  this_cpu_write(asid_lru.clock, now);
  this_cpu_write(asid_lru.used[asid], now);
  if (need_flush) {`,
  },
];

export const named: readonly NamedMutant[] = [
  {
    name: "no bit in the cpumask",
    arch: "x86",
    of: `${TLB}#switch_mm_irqs_off`,
    change: [{ file: TLB, from: "cpumask_set_cpu(cpu, mm_cpumask(next));", to: "{}" }],
  },
  {
    name: "freed_tables the other way round",
    arch: "x86",
    of: `${TLB}#native_flush_tlb_multi`,
    change: [{ file: TLB, from: "lazy_cpus_walk = info.freed_tables", to: "lazy_cpus_walk = !info.freed_tables" }],
  },
  { name: "the least recently used ASID", arch: "x86", of: `${ASID}#choose_new_asid`, change: LRU },
  {
    name: "32 pages for 33",
    arch: "x86",
    of: `${TLB}#range_to_flush`,
    change: [
      {
        file: TLB,
        from: "> config.tlb_single_page_flush_ceiling",
        to: "> config.tlb_single_page_flush_ceiling - 1",
      },
    ],
  },
  {
    name: "a generation too many",
    arch: "x86",
    of: `${TLB}#flush_tlb_mm_range`,
    change: [
      {
        file: TLB,
        from: "new_tlb_gen = atomic_inc_return(mm.context.tlb_gen);",
        to: "new_tlb_gen = atomic_inc_return(mm.context.tlb_gen) + 1;",
      },
    ],
  },
  {
    name: "no reference for who borrows",
    arch: "x86",
    of: `${REFCOUNT}#mmgrab_lazy_tlb`,
    change: [{ file: REFCOUNT, from: "  mmgrab(mm);\n", to: "" }],
  },
  {
    name: "flushes by hypercall",
    arch: "x86",
    of: `${TLB}#native_flush_tlb_multi`,
    change: { part: "backend", variant: "model/kernel/backend/hyperv.ts" },
  },
  {
    name: "reserved ASIDs stay as they were",
    arch: "arm64",
    of: `${LIB_ASID}#check_update_reserved_asid`,
    change: [{ file: LIB_ASID, from: "asid_info.reserved_asids[cpu] = newasid;", to: "{}" }],
  },
];

const CONTEXT = "model/kernel/arch/x86/mm/context.ts";
const GLOBAL_ASID = "model/kernel/arch/x86/mm/global_asid.ts";
const FORK = "model/kernel/fork.ts";
const MAINLINE = "model/kernel/lifetime/mainline.ts";
const MEMBARRIER = "model/kernel/sched/membarrier/mainline.ts";
const SMP = "model/kernel/smp.ts";

const NO_GLOBAL_ASID = "nobody gives an mm a global ASID, and no CPU uses one";
const OVERWRITTEN = "the next request overwrites all of it before anybody looks";
const BEFORE_ANYBODY_LOOKS = "it is set again before anybody looks";
const NO_TRIM = "trim_cpumask is off: it is false in every request";

const ORDERS = "it differs in what it orders, and in states of membarrier() that no probe shows";
const ONLINE = "no CPU goes offline beside a recording: either way it is online";
const SAME_CALL = "where references keep an mm, both are the same call";

const EAGER = "mm_cpumask is left at once: whoever is in it has the mm loaded, or is on the way to it or from it";
const OWN_CALL = "any task may drop a reference: the row of mmput() then begins a call of its own";

export const equivalent: readonly Equivalent[] = [
  { of: `${ASID}#choose_new_asid`, old: "config.INVLPGB", why: NO_GLOBAL_ASID },
  {
    of: `${CONTEXT}#init_new_context`,
    old: "atomic_set(mm.context.tlb_gen, 0);",
    why: "beside a recording every mm is an object of its own, which begins with 0",
  },
  { of: `${CONTEXT}#next_ctx_id`, why: "ids are names: which number it is cannot be told, as long as it is a new one" },
  { of: `${TLB}#switch_mm_irqs_off`, old: "0", text: "1", why: BEFORE_ANYBODY_LOOKS },
  { of: `${TLB}#switch_mm_irqs_off`, old: "true", text: "false", why: BEFORE_ANYBODY_LOOKS },
  { of: `${TLB}#switch_mm_irqs_off`, old: "config.INVLPGB", why: NO_GLOBAL_ASID },
  {
    of: `${TLB}#in_mask_already`,
    old: "config.lazy_mm_cpumask",
    why: "a bit that is set need not be set again: it spares a write",
  },
  { of: `${TLB}#flush_tlb_mm_range`, old: "info.trim_cpumask = should_trim_cpumask();", why: NO_TRIM },
  {
    of: `${TLB}#should_trim_cpumask`,
    old: "config.trim_cpumask",
    why: "whether to trim is anybody's guess, and conform takes the first one, which is not to",
  },
  {
    of: `${TLB}#get_flush_tlb_info`,
    old: "info.initiating_cpu = smp_processor_id();",
    why: "each CPU has a request of its own, and it says so from the start",
  },
  { of: `${TLB}#get_flush_tlb_info`, old: "info.trim_cpumask = false;", why: NO_TRIM },
  { of: `${TLB}#get_flush_tlb_info`, old: "false", why: "flush_tlb_mm_range() sets it before it sends the request" },
  { of: `${TLB}#put_flush_tlb_info`, why: OVERWRITTEN },
  {
    of: `${TLB}#should_trim_cpumask`,
    old: "config.trim_cpumask && any(2) === 1",
    why: EAGER,
  },
  { of: `${TLB}#should_flush_tlb`, old: "info.mm === null", why: EAGER },
  { of: `${TLB}#should_flush_tlb`, old: "loaded_mm === LOADED_MM_SWITCHING", why: EAGER },
  {
    of: `${TLB}#this_cpu_is_lazy`,
    old: "config.flush_skips_lazy",
    why: "either way it is a task without an mm that has a borrowed one loaded: only who knows it first differs",
  },
  {
    of: `${TLB}#wrong_cpu`,
    old: "config.lazy_mm_cpumask",
    why: "a CPU sends itself no request for an mm that it has not loaded",
  },
  {
    of: `${TLB}#switch_mm_irqs_off`,
    old: "parts.attributes.attributes_loaded(next)",
    within: "!was_lazy && «",
    why: "without attributes the rest finds the generation loaded, and ends as well",
  },
  {
    of: `${TLB}#range_to_flush`,
    old: "TLB_FLUSH_ALL",
    within: "if (end === «TLB_FLUSH_ALL",
    why: "who asks for everything asks for [0, TLB_FLUSH_ALL): that is what comes out either way",
  },
  {
    of: `${TLB}#trace_flush_sent`,
    old: "TLB_FLUSH_ALL",
    within: "if (info.end === «TLB_FLUSH_ALL",
    why: "-1 in pages is -1",
  },
  { of: `${TLB}#flush_tlb_func`, old: "config.INVLPGB", why: NO_GLOBAL_ASID },
  { of: `${FORK}#mm_count_dec_and_test`, old: "config.mmdrop_release", why: "it differs in what it orders" },
  { of: `${FORK}#mm_free_pgd`, old: "!config.pgd_lock", why: "it takes a lock, and lets go of it" },
  {
    of: `${MAINLINE}#context_switch_to_kernel`,
    old: "prev.active_mm = null;",
    why: "the next switch to that task sets it before anybody looks",
  },
  {
    of: `${MAINLINE}#context_switch_to_user`,
    old: "prev.active_mm = null;",
    why: "the next switch to that task sets it before anybody looks",
  },
  {
    of: `${MAINLINE}#mmdrop_waits`,
    old: "false",
    why: "what is not freed cannot be told from what is: no probe is behind it, and no object is used again",
  },
  {
    of: `${MEMBARRIER}#membarrier_mm_sync_core_before_usermode`,
    why: "it serialises a core, which is an order; no probe shows who has registered for that",
  },
  {
    of: `${MEMBARRIER}#membarrier_exec_mmap`,
    old: "!config.MEMBARRIER",
    why: "no probe shows who is registered, and nothing but barriers depends on it",
  },
  {
    of: `${SMP}#csd_unlock_iret`,
    old: "csd[from][cpu].info = as_void(null);",
    why: "the next call overwrites it before anybody looks",
  },
  { of: `${CONTEXT}#init_new_context`, old: "config.INVLPGB", why: NO_GLOBAL_ASID },
  { of: `${CONTEXT}#destroy_context`, old: "config.INVLPGB", why: NO_GLOBAL_ASID },
  { of: `${GLOBAL_ASID}#mm_in_asid_transition`, old: "config.INVLPGB", why: NO_GLOBAL_ASID },
  { of: `${GLOBAL_ASID}#mm_in_asid_transition`, old: "config.INVLPGB && mm !== null", why: NO_GLOBAL_ASID },
  { of: `${TLB}#switch_mm_irqs_off`, old: "config.switch_mm_smp_mb", why: ORDERS },
  {
    of: `${TLB}#switch_mm_irqs_off`,
    old: "!config.flush_reads_loaded_mm",
    why: "loaded_mm is LOADED_MM_SWITCHING already",
  },
  {
    of: `${TLB}#switch_mm_irqs_off`,
    old: "need_flush = this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) !== next_tlb_gen;",
    why: "who comes here has found them different, as there are no attributes to load: need_flush is true already",
  },
  { of: `${TLB}#flush_tlb_mm_range`, old: "put_flush_tlb_info();", why: OVERWRITTEN },
  {
    of: `${TLB}#flush_tlb_to_gen`,
    old: "0",
    text: "1",
    why: "only a request without a generation finds nothing to do, and none is made beside a recording",
  },
  { of: "model/kernel/cpu.ts#cpu_online", old: "config.HOTPLUG_CPU", why: ONLINE },
  { of: "model/kernel/cpu.ts#rcu_lockdep_assert_watching", old: "config.HOTPLUG_CPU", why: ONLINE },
  {
    of: "model/kernel/exec.ts#exec_mmap",
    old: "config.ARCH_WANT_IRQS_OFF_ACTIVATE_MM",
    why: "whether interrupts are on is the machine's own: no probe shows it",
  },
  {
    of: "model/kernel/exec.ts#exec_mmap",
    old: "config.change_current_mm",
    why: "the other function does the same in the same order, where references keep an mm",
  },
  { of: "model/kernel/exec.ts#exec_mmap", old: "mmput(old_mm!);", why: OWN_CALL },
  { of: "model/kernel/exit.ts#exit_mm", old: "mmput(mm!);", why: OWN_CALL },
  { of: "model/kernel/exit.ts#exit_mm", old: "config.exit_mm_lazy", why: SAME_CALL },
  { of: "model/kernel/exit.ts#exit_mm_grab", old: "config.exit_mm_lazy", why: SAME_CALL },
  {
    of: "model/kernel/sched/core.ts#context_switch",
    old: "config.KASAN",
    why: "it reads a count, and changes nothing",
  },
  { of: "model/kernel/sched/core.ts#context_switch", old: "config.MEMBARRIER", why: ORDERS },
  {
    of: "model/kernel/sched/core.ts#context_switch",
    old: "config.MEMBARRIER && config.ARCH_SWITCH_TO_IS_MB",
    why: ORDERS,
  },
  { of: "model/kernel/sync_core.ts#irqentry_exit", old: "config.MEMBARRIER", why: ORDERS },
  { of: "model/kernel/sync_core.ts#sync_core_before_usermode", why: ORDERS },
  {
    of: "model/kernel/sched/membarrier.ts#membarrier_private_expedited",
    old: "0",
    within: "return «0;",
    why: "no probe shows what the system call returns",
  },
];
