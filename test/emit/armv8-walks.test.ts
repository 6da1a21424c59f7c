// SPDX-License-Identifier: MIT
// Page walks, and invalidations that hardware carries to other CPUs, under all memory models: a page is unmapped, and
// freed once its translation is gone (model/hw/mmu/arm64.ts, broadcast.ts). Each barrier has a variant that lacks it.
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { arm64Program, CLEAR, LOAD, type Machine, PARKED, XCHG } from "./arm64-program.ts";
import { explore } from "./explore.ts";

const MODELS: readonly MemoryModel[] = [sc, x86_tso, armv8];

/** The names of the models under which it is safe. */
function safeUnder(machine: Machine): string[] {
  const compiled = arm64Program(machine);
  return MODELS.flatMap((model) => {
    const { violated, limits, stuck } = explore(compiled, model);
    expect([...limits, stuck]).toEqual([0]);
    return violated.size === 0 ? [model.name] : [];
  });
}

const ALL = ["sc", "x86_tso", "armv8"];

describe("a page is unmapped and freed", () => {
  const unmap = (flush: string): string[] => safeUnder({ cpu0: `${CLEAR}${flush}free_page();`, cpu1: LOAD });
  test.each([
    ["cleared and complete, invalidated and complete", "dsb_ishst(); tlbi_vale1is(1, 0); dsb_ish();", ALL],
    ["by ASID", "dsb_ishst(); tlbi_aside1is(1); dsb_ish();", ALL],
    ["everything", "dsb_ishst(); tlbi_vmalle1is(); dsb_ish();", ALL],
    ["no DSB in front: the page may be walked once more", "tlbi_vale1is(1, 0); dsb_ish();", ["sc"]],
    ["a barrier for stores alone in front", "smp_wmb(); tlbi_vale1is(1, 0); dsb_ish();", ["sc"]],
    ["a full barrier in front", "smp_mb(); tlbi_vale1is(1, 0); dsb_ish();", ["sc", "x86_tso"]],
    ["order for its own walks alone in front", "order_walks(); tlbi_vale1is(1, 0); dsb_ish();", ["sc", "x86_tso"]],
    ["a DSB for this CPU alone in front", "dsb_nshst(); tlbi_vale1is(1, 0); dsb_ish();", ["sc", "x86_tso"]],
    ["no DSB behind: not yet carried out", "dsb_ishst(); tlbi_vale1is(1, 0);", []],
    ["a DSB for stores behind", "dsb_ishst(); tlbi_vale1is(1, 0); dsb_ishst();", []],
    ["another ASID", "dsb_ishst(); tlbi_aside1is(2); dsb_ish();", []],
    ["on this CPU alone", "dsb_ishst(); tlbi_vmalle1(); dsb_ish();", []],
  ])("%s", (_, flush, safe) => expect(unmap(flush)).toEqual(safe));
});

describe("the process gets a new ASID on CPU 1 while CPU 0 flushes", () => {
  const flush = "const id = READ_ONCE(g.id);";
  const rest = "tlbi_aside1is(id); dsb_ish(); free_page();";
  const local = "dsb_nshst(); tlbi_vmalle1(); dsb_nsh();";
  const cpu1 = (flushes: string): string => `WRITE_ONCE(g.id, 2);${flushes}write_ttbr0(pgds[1], 2);${LOAD}`;
  const race = (cpu0: string, flushes: string): string[] => safeUnder({ cpu0, cpu1: cpu1(flushes), init: PARKED });

  test("the ASID is read behind the DSB", () => expect(race(`${XCHG}dsb_ishst();${flush}${rest}`, local)).toEqual(ALL));
  test("the ASID is read in front of it: before the page is unmapped (Linux 5e10f9887ed8)", () =>
    expect(race(`${XCHG}${flush}dsb_ishst();${rest}`, local)).toEqual(["sc", "x86_tso"]));
  test("the new ASID is not out when it is first walked under", () =>
    expect(race(`${XCHG}dsb_ishst();${flush}${rest}`, "")).toEqual(["sc"]));
});

describe("a page table is freed", () => {
  const unmap = (flush: string): string[] =>
    safeUnder({ cpu0: `WRITE_ONCE(pgds[1].entry, null);${flush}free_table();`, cpu1: LOAD });
  test("with the entries that lead to it", () =>
    expect(unmap("dsb_ishst(); tlbi_vae1is(1, 0); dsb_ish();")).toEqual(ALL));
  test("the last level alone", () => expect(unmap("dsb_ishst(); tlbi_vale1is(1, 0); dsb_ish();")).toEqual([]));
});

describe("on one CPU", () => {
  const unmap = (flush: string): string[] =>
    safeUnder({ cpu0: `${CLEAR}${flush}free_page();${LOAD}`, cpu1: "", init: PARKED });
  test("a flush for itself", () => expect(unmap("dsb_nshst(); tlbi_aside1(1); dsb_nsh();")).toEqual(ALL));
  test("not completed", () => expect(unmap("dsb_nshst(); tlbi_aside1(1);")).toEqual([]));
  test("walks in order alone", () => expect(unmap("order_walks(); tlbi_aside1(1); dsb_nsh();")).toEqual(ALL));
});

describe("AMD's broadcasts", () => {
  const unmap = (flush: string): string[] => safeUnder({ cpu0: `${CLEAR}smp_mb();${flush}free_page();`, cpu1: LOAD });
  test("complete", () => expect(unmap("invlpgb_page(1, 0); tlbsync();")).toEqual(["sc", "x86_tso"]));
  test("two, complete", () => expect(unmap("invlpgb_pcid(2); invlpgb_pcid(1); tlbsync();")).toEqual(["sc", "x86_tso"]));
  test("not complete", () => expect(unmap("invlpgb_page(1, 0);")).toEqual([]));
});

test("no more invalidations may be outstanding than there is room for: that is a limit", () => {
  const cpu0 = `${CLEAR}dsb_ishst();tlbi_aside1is(1);tlbi_aside1is(1);tlbi_aside1is(1);dsb_ish();free_page();`;
  expect([...explore(arm64Program({ cpu0, cpu1: "" }), sc).limits]).toHaveLength(1);
});

test("CPUs that map, unmap and walk for ever: old stores leave the memory order", () => {
  const map = "WRITE_ONCE(page_tables[0].pte[0], frames[0]);dsb_ishst();";
  const cpu0 = `while (true) { ${CLEAR}dsb_ishst();tlbi_vale1is(1, 0);dsb_ish();${map} }`;
  const { limits, violated, states } = explore(arm64Program({ cpu0, cpu1: `while (true) { ${LOAD} }` }), armv8);
  expect([...limits, ...violated]).toEqual([]);
  expect(states.size).toBeLessThan(2000);
});
