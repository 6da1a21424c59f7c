// SPDX-License-Identifier: MIT
// Reductions of programs in which hardware carries invalidations out by itself: each gives the verdict of the search
// without. An invalidation is put off like a page walk; that it throws entries away is no reason not to fill.
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import { fillsOf } from "../../src/reductions/fills.ts";
import { arm64Program, CLEAR, LOAD, type Machine, PARKED, XCHG } from "../emit/arm64-program.ts";
import { fused, putOffIn, type Sample, searched } from "./programs.ts";

const freed = (flush: string): Machine => ({ cpu0: `${CLEAR}${flush}free_page();`, cpu1: LOAD + LOAD });
const FLUSH = "dsb_ishst(); tlbi_vale1is(1, 0);";
const MACHINES: Readonly<Record<string, Machine>> = {
  complete: freed(`${FLUSH}dsb_ish();`),
  "not complete": freed(FLUSH),
  "too early": freed("tlbi_vale1is(1, 0); dsb_ish();"),
  "two at once": freed(`${FLUSH}tlbi_aside1is(2);dsb_ish();`),
  "the wrong one": freed("dsb_ishst(); tlbi_aside1is(2); dsb_ish();"),
  "both CPUs": {
    cpu0: `${CLEAR}${FLUSH}dsb_ish();free_page();`,
    cpu1: `${CLEAR}${FLUSH}dsb_ish();${LOAD}`,
  },
  "a new ASID": {
    cpu0: `${XCHG}dsb_ishst();const id = READ_ONCE(g.id);tlbi_aside1is(id);dsb_ish();free_page();`,
    cpu1: `WRITE_ONCE(g.id, 2);dsb_nshst();tlbi_vmalle1();dsb_nsh();write_ttbr0(pgds[1], 2);${LOAD}`,
    init: PARKED,
  },
};

describe.each(Object.entries(MACHINES))("%s", (name, machine) => {
  const program = arm64Program(machine);
  const fills = fillsOf(program);
  test("caches can be filled at once", () => expect(fills).toHaveLength(2));
  test.each([sc, x86_tso])("under $name", (model) => {
    const sample: Sample = { name, program, model, depth: model.depth };
    const verdict = (one: Sample, options: Parameters<typeof searched>[1]): string => {
      const { verdict: found } = searched(one, options);
      return found.kind === "violates" ? found.violation.property : found.kind;
    };
    const less = fused(sample);
    const raw = verdict(sample, {});
    expect(verdict(less, {})).toBe(raw);
    expect(verdict(sample, { fills })).toBe(raw);
    expect(verdict(sample, { putOff: putOffIn(sample) })).toBe(raw);
    expect(verdict(less, { putOff: putOffIn(less), fills: defined(fillsOf(less.program), "it walks") })).toBe(raw);
  });
});
