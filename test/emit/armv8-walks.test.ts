// SPDX-License-Identifier: MIT
// Page walks, and invalidations that hardware carries to other CPUs, under all memory models: a page is unmapped, and
// freed once its translation is gone (model/hw/mmu/arm64.ts, broadcast.ts). Each barrier has a variant that lacks it.
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { compileFiles } from "../compiler/dialect.ts";
import { explore } from "./explore.ts";

const MODELS: readonly MemoryModel[] = [sc, x86_tso, armv8];

const DESIGN =
  'export const d = design({ name: "d", arch: "arm64", parts: {}, config: { ASIDS: 3 }, source: "s", status: "t" });';

const HEAD = `import { dsb_ish, dsb_nsh, tlbi_aside1, tlbi_aside1is, tlbi_vae1is, tlbi_vale1, tlbi_vale1is, tlbi_vmalle1,
  tlbi_vmalle1is, write_ttbr0 } from "lazymm/hw/mmu/arm64.ts";
import { frames, hw, no_stale_user_access, no_walk_of_freed_table, page_tables, pgds, user_load } from
  "lazymm/hw/mmu/cpu.ts";
interface globals { id: upto<"ids">; ready: upto<"ids">; lock: spinlock_t; }
const g = DEFINE_SHARED<globals>();
function free_page(): void { instruction(); pool_free(frames[0]); }
function free_table(): void { instruction(); pool_free(page_tables[0]); }
`;

interface Machine {
  readonly cpu0: string;
  readonly cpu1: string;
  readonly init?: string;
}

/** Both CPUs run the process whose one page is mapped, under ASID 1. */
function program({ cpu0, cpu1, init = "" }: Machine) {
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

/** The names of the models under which it is safe. */
function safeUnder(machine: Machine): string[] {
  const compiled = program(machine);
  return MODELS.flatMap((model) => {
    const { violated, limits, stuck } = explore(compiled, model);
    expect([...limits, stuck]).toEqual([0]);
    return violated.size === 0 ? [model.name] : [];
  });
}

const ALL = ["sc", "x86_tso", "armv8"];
const CLEAR = "WRITE_ONCE(page_tables[0].pte[0], null);";
const LOAD = "user_load(pgds[1], 0);";

describe("a page is unmapped and freed", () => {
  const unmap = (flush: string): string[] => safeUnder({ cpu0: `${CLEAR}${flush}free_page();`, cpu1: LOAD });
  test.each([
    ["cleared and complete, invalidated and complete", "dsb_ishst(); tlbi_vale1is(1, 0); dsb_ish();", ALL],
    ["by ASID", "dsb_ishst(); tlbi_aside1is(1); dsb_ish();", ALL],
    ["everything", "dsb_ishst(); tlbi_vmalle1is(); dsb_ish();", ALL],
    ["no DSB in front: the page may be walked once more", "tlbi_vale1is(1, 0); dsb_ish();", ["sc"]],
    ["a barrier for stores alone in front", "smp_wmb(); tlbi_vale1is(1, 0); dsb_ish();", ["sc"]],
    ["a full barrier in front", "smp_mb(); tlbi_vale1is(1, 0); dsb_ish();", ["sc", "x86_tso"]],
    ["a DSB for this CPU alone in front", "dsb_nshst(); tlbi_vale1is(1, 0); dsb_ish();", ["sc", "x86_tso"]],
    ["no DSB behind: not yet carried out", "dsb_ishst(); tlbi_vale1is(1, 0);", []],
    ["a DSB for stores behind", "dsb_ishst(); tlbi_vale1is(1, 0); dsb_ishst();", []],
    ["the invalidation first", "tlbi_vale1is(1, 0); dsb_ish(); dsb_ish();", ["sc"]],
    ["another ASID", "dsb_ishst(); tlbi_aside1is(2); dsb_ish();", []],
    ["on this CPU alone", "dsb_ishst(); tlbi_vmalle1(); dsb_ish();", []],
  ])("%s", (_, flush, safe) => expect(unmap(flush)).toEqual(safe));
});
