// SPDX-License-Identifier: MIT
// Two CPUs in one process of one page: what flushes and frees it is filled in, mostly by arm64's instructions
// (model/hw/mmu/arm64.ts).
import type { Program } from "../../src/program/program.ts";
import { compileFiles } from "../compiler/dialect.ts";

const DESIGN =
  'export const d = design({ name: "d", arch: "arm64", parts: {}, config: { ASIDS: 3 }, source: "s", status: "t" });';

const HEAD = `import { dsb_ish, dsb_nsh, tlbi_aside1, tlbi_aside1is, tlbi_vae1is, tlbi_vale1is } from
  "lazymm/hw/mmu/arm64.ts";
import { tlbi_vmalle1, tlbi_vmalle1is, write_ttbr0 } from "lazymm/hw/mmu/arm64.ts";
import { invlpgb_page, invlpgb_pcid, tlbsync } from "lazymm/hw/mmu/invlpgb.ts";
import { frames, hw, no_stale_user_access, no_walk_of_freed_table, page_tables, pgds, swapper_pg_dir, user_load }
  from "lazymm/hw/mmu/cpu.ts";
interface globals { id: upto<"ids">; ready: upto<"ids">; lock: spinlock_t; }
const g = DEFINE_SHARED<globals>();
function free_page(): void { instruction(); pool_free(frames[0]); }
function free_table(): void { instruction(); pool_free(page_tables[0]); }
`;

export interface Machine {
  readonly cpu0: string;
  readonly cpu1: string;
  readonly init?: string;
}

/** Both CPUs run the process, under ASID 1. */
export function arm64Program({ cpu0, cpu1, init = "" }: Machine): Program {
  const text = `${HEAD}export const s = scenario({
    question: "?",
    machine: { cpus: 2, mms: 2, tables: 1, pages: 1, frames: 1, ids: 2 },
    init() {
      pool_alloc(pgds); pool_alloc(pgds); pool_alloc(page_tables);
      WRITE_ONCE(pgds[1].entry, page_tables[0]);
      WRITE_ONCE(page_tables[0].pte[0], pool_alloc(frames));
      WRITE_ONCE(g.id, 1);
      for (let cpu = 0; cpu < machine.cpus; cpu++) { hw[cpu].pgd = pgds[1]; hw[cpu].asid = 1; }
      ${init}
    },
    threads: { CPU0() { ${cpu0} }, CPU1() { ${cpu1} } },
    check: [no_stale_user_access, no_walk_of_freed_table], witness: [], expect: {}, mutants: [],
  });`;
  return compileFiles({ "design.ts": DESIGN, "scenario.ts": text });
}

export const CLEAR = "WRITE_ONCE(page_tables[0].pte[0], null);";
/** What ptep_get_and_clear() is on arm64: an atomic operation without any order. */
export const XCHG = "try_cmpxchg_relaxed(page_tables[0].pte[0], frames[0], null);";
export const LOAD = "user_load(pgds[1], 0);";
/** CPU 1 is somewhere else. */
export const PARKED = "hw[1].pgd = swapper_pg_dir; hw[1].asid = 0;";
