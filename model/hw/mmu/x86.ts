// SPDX-License-Identifier: MIT
// An x86 CPU as far as address translation goes: CR3, PCIDs, TLB and paging-structure cache.
// Source: Intel SDM vol. 3A §4.10 (caching of translations, PCIDs, INVLPG, MOV to CR3), §8.3 (serialising).
//
// While a pgd is loaded, the hardware may at any moment walk it and cache what it finds: on behalf of nobody, on an
// idle lazy CPU too. Two levels stand for all: pgd -> table -> page. Left out: A/D bits, global and huge pages, the
// PTI user half of a PCID, permissions.

declare const config: { readonly PCID: boolean; readonly TLB_NR_DYN_ASIDS: number };

/** One page of memory: what a stale translation must not reach. */
export interface frame {
  readonly __opaque: "frame";
}
export const frames = DEFINE_POOL<frame>("frames");

/** A lower-level page table. Dies when the mappings go: munmap with free_pgtables(), exit_mmap(). */
export interface page_table {
  /** Written under the mm's page-table lock; read by every walker at any time. */
  pte: array<frame | null, "pages">;
}
export const page_tables = DEFINE_POOL<page_table>("tables");

/** The top level, cut to one entry. Dies with its mm_struct. */
export interface pgd_t {
  entry: page_table | null;
}
export const pgds = DEFINE_POOL<pgd_t>("mms");
export const swapper_pg_dir: pgd_t = pgds[0];

/** Without PCID there is one tag for all. */
export const pcids = config.PCID ? config.TLB_NR_DYN_ASIDS : 1;

interface cpu_hw {
  irqs_off: bool;
  /** preempt_disable() nesting; spinlocks count too. */
  preempt_count: int<0, 3>;
  /** The loaded pgd, and the PCID in CR3's low bits. */
  cr3: pgd_t;
  pcid: index<"pcids">;
  /** Leaf translations, tagged by PCID. */
  tlb: array<array<frame | null, "pages">, "pcids">;
  /** Paging-structure cache: the pgd's entry as the hardware remembers it, tagged by PCID. */
  psc: array<page_table | null, "pcids">;
}
export const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();

/** A user access went through a translation to a page that has been freed. */
export const no_stale_user_access = never("no user access through a translation to a freed page");
/** A user access ran on page tables that are not its task's. */
export const no_foreign_user_access = never("no user access on another mm's page tables");

/** MOV to CR3. Bit 63 of the operand (here: !flush) keeps the entries of the new PCID. */
export function write_cr3(pgd: pgd_t, pcid: number, flush: bool): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  hw[cpu].cr3 = pgd;
  hw[cpu].pcid = pcid;
  if (flush) drop_pcid(cpu, pcid);
}

/** INVLPG: the page's entry, and every paging-structure entry of the current PCID. */
export function invlpg(page: number): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  const pcid = hw[cpu].pcid;
  hw[cpu].tlb[pcid][page] = null;
  hw[cpu].psc[pcid] = null;
}

/** CR3 written back, or INVPCID type 1: everything that the current PCID has cached. */
export function flush_current_pcid(): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  drop_pcid(cpu, hw[cpu].pcid);
}

function drop_pcid(cpu: cpu_id, pcid: number): void {
  for (let page = 0; page < machine.pages; page++) hw[cpu].tlb[pcid][page] = null;
  hw[cpu].psc[pcid] = null;
}

/** The hardware reads the loaded pgd's entry. What it remembered before may have been evicted meanwhile. */
export function walk_pgd(): void {
  const cpu = smp_processor_id();
  const pcid = hw[cpu].pcid;
  const table = walker_read(hw[cpu].cr3.entry);
  when(table !== null && hw[cpu].psc[pcid] !== table);
  hw[cpu].psc[pcid] = table;
}

/** The hardware reads a leaf entry of the table that its paging-structure cache names. */
export function walk_pte(page: index<"pages">): void {
  const cpu = smp_processor_id();
  const pcid = hw[cpu].pcid;
  const table = hw[cpu].psc[pcid];
  when(table !== null);
  const pte = walker_read(table.pte[page]);
  when(pte !== null && hw[cpu].tlb[pcid][page] !== pte);
  hw[cpu].tlb[pcid][page] = pte;
}

export const pgd_walker = WALKER(walk_pgd);
export const pte_walker = WALKER(walk_pte);

/** A load by the user program whose page tables are at `pgd`. On a miss it walks, as the walkers do, or faults. */
export function user_load(pgd: pgd_t, page: number): void {
  instruction();
  const cpu = smp_processor_id();
  const pcid = hw[cpu].pcid;
  if (hw[cpu].cr3 !== pgd) raise(no_foreign_user_access);
  const entry = hw[cpu].tlb[pcid][page];
  if (entry !== null && !is_allocated(entry)) raise(no_stale_user_access);
}

/** No CPU has a pgd loaded, or a table cached for its current PCID, that has been freed: it may be walked right now. */
export const no_walk_of_freed_table = always("no walk of a freed page table", () =>
  every(
    machine.cpus,
    (cpu) =>
      is_allocated(hw[cpu].cr3) && (hw[cpu].psc[hw[cpu].pcid] === null || is_allocated(hw[cpu].psc[hw[cpu].pcid])),
  ),
);

/** Where a CPU starts: on init_mm, PCID 0, nothing cached. */
export function reset_cpu(cpu: cpu_id): void {
  hw[cpu].cr3 = swapper_pg_dir;
}
