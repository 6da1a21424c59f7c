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

/** Generated mutants of a function, `old` reading `text` (any of them, if there is none), that nothing can contradict. */
export interface Equivalent {
  readonly of: string;
  readonly old: string;
  readonly text?: string;
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

export const equivalent: readonly Equivalent[] = [];
