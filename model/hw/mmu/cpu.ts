// SPDX-License-Identifier: MIT
// A CPU of any architecture, as far as address translation goes: what it has loaded, its TLB and paging-structure
// cache, and what its hardware may do by itself. The instructions of an architecture are in a file of their own.
//
// While a pgd is loaded, the hardware may at any moment walk it and cache what it finds: on behalf of nobody, on an
// idle lazy CPU too. Two levels stand for all: pgd -> table -> page. Left out: A/D bits, global and huge pages,
// permissions, the user half of a PCID under PTI.

declare const config: { readonly ASIDS: number };

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

interface cpu_hw {
  irqs_off: bool;
  /** preempt_disable() nesting; spinlocks count too. */
  preempt_count: int<0, 3>;
  /** Whose tables are walked, and the tag of what they yield: CR3 with its PCID, TTBR0 with its ASID, PIDR. */
  pgd: pgd_t;
  asid: index<"asids">;
  /** Leaf translations, by tag. */
  tlb: array<array<frame | null, "pages">, "asids">;
  /** Paging-structure cache: the pgd's entry as the hardware remembers it, by tag. */
  psc: array<page_table | null, "asids">;
}
export const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();

/** A user access went through a translation to a page that has been freed. */
export const no_stale_user_access = never("no user access through a translation to a freed page");
/** A user access ran on page tables that are not its task's. */
export const no_foreign_user_access = never("no user access on another mm's page tables");

// Parts of instructions: what they do to the TLB of `cpu`.

/** Everything that it has cached under this tag. */
export function drop_asid(cpu: cpu_id, asid: number): void {
  drop_leaves(cpu, asid);
  hw[cpu].psc[asid] = null;
}

/** All leaf translations of this tag. */
export function drop_leaves(cpu: cpu_id, asid: number): void {
  for (let page = 0; page < machine.pages; page++) hw[cpu].tlb[asid][page] = null;
}

/** Everything, under every tag. A replay's machine has no pages and nothing cached, but thousands of tags. */
export function drop_all(cpu: cpu_id): void {
  if (machine.pages > 0) for (let asid = 0; asid < config.ASIDS; asid++) drop_asid(cpu, asid);
}

/** One page of this tag, and every paging-structure entry of the tag. */
export function drop_page(cpu: cpu_id, asid: number, page: number): void {
  hw[cpu].tlb[asid][page] = null;
  hw[cpu].psc[asid] = null;
}

/** The leaf translation of one page of this tag. */
export function drop_leaf(cpu: cpu_id, asid: number, page: number): void {
  hw[cpu].tlb[asid][page] = null;
}

/** The hardware reads the loaded pgd's entry. What it remembered before may have been evicted meanwhile. */
export function walk_pgd(): void {
  const cpu = smp_processor_id();
  const asid = hw[cpu].asid;
  const table = walker_read(hw[cpu].pgd.entry);
  when(table !== null && hw[cpu].psc[asid] !== table);
  hw[cpu].psc[asid] = table;
}

/** The hardware reads a leaf entry of the table that its paging-structure cache names. */
export function walk_pte(page: index<"pages">): void {
  const cpu = smp_processor_id();
  const asid = hw[cpu].asid;
  const table = hw[cpu].psc[asid];
  when(table !== null);
  const pte = walker_read(table.pte[page]);
  when(pte !== null && hw[cpu].tlb[asid][page] !== pte);
  hw[cpu].tlb[asid][page] = pte;
}

export const pgd_walker = WALKER(walk_pgd);
export const pte_walker = WALKER(walk_pte);

/** A load by the user program whose page tables are at `pgd`. On a miss it walks, as the walkers do, or faults. */
export function user_load(pgd: pgd_t, page: number): void {
  instruction();
  const cpu = smp_processor_id();
  if (hw[cpu].pgd !== pgd) raise(no_foreign_user_access);
  const entry = hw[cpu].tlb[hw[cpu].asid][page];
  if (entry !== null && !is_allocated(entry)) raise(no_stale_user_access);
}

/** No CPU has a pgd loaded, or a table cached for its current tag, that has been freed: it may be walked right now. */
export const no_walk_of_freed_table = always("no walk of a freed page table", () =>
  every(
    machine.cpus,
    (cpu) =>
      is_allocated(hw[cpu].pgd) && (hw[cpu].psc[hw[cpu].asid] === null || is_allocated(hw[cpu].psc[hw[cpu].asid])),
  ),
);

/** Where a CPU starts: on init_mm, tag 0, nothing cached. */
export function reset_cpu(cpu: cpu_id): void {
  hw[cpu].pgd = swapper_pg_dir;
}
