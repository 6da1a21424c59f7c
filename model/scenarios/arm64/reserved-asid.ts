// SPDX-License-Identifier: MIT
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import {
  ACTIVE_CPU_NONE,
  asid_gen_match,
  asid_info,
  check_update_reserved_asid,
  flush_context,
  new_context,
  reserved_kept,
  reserved_twice,
  rollover,
  validate_context,
} from "../../kernel/lib/asid.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { five_mms, ran, rolls_over_once, rolls_over_twice } from "../rollover.ts";
import { boot, map_pages, new_mm, new_thread, run_user } from "../setup.ts";

export const reserved_asid = scenario({
  question: `CPU 1 runs a process all the time. CPU 0 starts another one, for which there is no ASID left, and then
    one more thread of the first, which unmaps a page. Does the flush name the ASID that CPU 1 still runs with?`,
  needs: { arch: "arm64", config: { ASIDS: 256 } },
  machine: { ...five_mms, mms: 6, tasks: 8 },
  config: { ...rolls_over_once, ASIDS: 5 },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(1, tasks[2]);
    ran(tasks[4]);
    ran(tasks[5]);
    ran(tasks[6]);
    run_user(0, tasks[6]);
    new_mm(tasks[7]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[7]);
      __schedule(tasks[3]);
      unmap_page(mms[1], 0);
    },
    CPU1() {
      user_load(mms[1].pgd, 0);
    },
  },
  check: [no_stale_user_access],
  witness: [rollover, reserved_kept],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "a rollover reserves nobody's ASID",
      mutant: omit(flush_context, "asid_info.reserved_asids[i] = asid"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
    {
      name: "active_cpu starts again though the ASID stays",
      needs: { config: { arm64_local_tlbi: true } },
      mutant: replace(validate_context, validate_and_forget),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});

export function validate_and_forget(mm: mm_struct): number {
  const id = READ_ONCE(mm.context.id);
  if (asid_gen_match(id)) return id;
  const next = new_context(mm);
  WRITE_ONCE(mm.context.id, next);
  WRITE_ONCE(mm.context.active_cpu, ACTIVE_CPU_NONE);
  return next;
}

export const reserved_asid_through_two_rollovers = scenario({
  question: `Two CPUs run a process. CPU 0 goes through other processes and back, and the ASIDs roll over twice; CPU 1
    stays all the time. Then CPU 0 unmaps a page. Does the flush name the ASID that CPU 1 runs with?`,
  needs: { arch: "arm64", config: { ASIDS: 256 } },
  machine: { ...five_mms },
  config: { ...rolls_over_twice },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[3]);
    run_user(1, tasks[2]);
    ran(tasks[4]);
    ran(tasks[5]);
    new_mm(tasks[6]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[6]);
      __schedule(tasks[3]);
      __schedule(tasks[4]);
      __schedule(tasks[5]);
      __schedule(tasks[3]);
      unmap_page(mms[1], 0);
    },
    CPU1() {
      user_load(mms[1].pgd, 0);
    },
  },
  check: [no_stale_user_access],
  witness: [reserved_twice],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "only the first copy of a reserved ASID is updated",
      mutant: replace(check_update_reserved_asid, update_first_copy),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
    {
      name: "a CPU that has not switched since the last rollover loses its reserved ASID",
      mutant: omit(flush_context, "asid = asid_info.reserved_asids[i]"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});

export function update_first_copy(asid: number, newasid: number): boolean {
  for (const cpu of for_each_possible_cpu()) {
    if (asid_info.reserved_asids[cpu] !== asid) continue;
    asid_info.reserved_asids[cpu] = newasid;
    return true;
  }
  return false;
}
