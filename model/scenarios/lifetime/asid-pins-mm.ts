// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import { mmdrop, mmput } from "../../kernel/fork.ts";
import * as asid_references from "../../kernel/lifetime/asid_references.ts";
import { slot_taken_over } from "../../kernel/lifetime/asid_references.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { dead_mms_are_freed, no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, new_mm, new_thread, run_user, switched_to, three_asids, two_asids, two_mms } from "../setup.ts";

/** CPU 0 goes on with another process, and the mm has no users any more. */
export const mm_has_died = sometimes(
  "the mm has no users",
  () => !is_allocated(mms[1]) || atomic_read(mms[1].mm_users) === 0,
);

export const asid_pins_mm = scenario({
  question: `CPU 0, lazy in a process, goes on with another one, and so does CPU 1, where the last task of the first
    exits. No CPU has it loaded then, but both still have an ASID slot for it. Is it freed?`,
  needs: { arch: "x86", parts: { lifetime: ["refcount", "asid_references"], coherence: "tlb" } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_thread(tasks[4], new_mm(tasks[3]));
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
    },
  },
  check: [no_freed_pgd_loaded, references_conserved, dead_mms_are_freed],
  witness: [mm_has_died],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // Lutomirski: x86's ASIDs "are never explicitly freed -- they just expire off a percpu LRU". Until as many other
    // mms have come to each of these CPUs as there are slots.
    asid_references: { sc: violates(dead_mms_are_freed), x86_tso: violates(dead_mms_are_freed) },
  },
  mutants: [
    {
      name: "what was borrowed is not dropped",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(mainline.finish_task_switch_mm, "mmdrop_lazy_tlb"),
      expect: { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    },
  ],
});

export const asid_slot_taken_over = scenario({
  question: `CPU 0, lazy in a process whose last user reference CPU 1 drops, switches to a third one, which gets
    the slot that is loaded. Is the first one freed, and not before CR3 has left it?`,
  needs: { arch: "x86", parts: { lifetime: "asid_references" } },
  machine: { ...two_mms, mms: 4, tasks: 5, ctx_ids: 5 },
  config: { ...two_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_mm(tasks[3]);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    // Slot 0, which was init_mm's; and back.
    switched_to(tasks[3]);
    switched_to(tasks[2]);
    switched_to(tasks[0]);
    // Its task is gone; somebody else has the last user reference.
    WRITE_ONCE(tasks[2].mm, null);
    WRITE_ONCE(tasks[2].active_mm, null);
  },
  threads: {
    CPU0() {
      __schedule(tasks[4]);
    },
    CPU1() {
      mmput(mms[1]);
    },
  },
  check: [no_freed_pgd_loaded, references_conserved, dead_mms_are_freed],
  witness: [slot_taken_over],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "what the slot held is dropped at once",
      mutant: replace(asid_references.park, drop_at_once),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "what is parked is not dropped behind the switch",
      mutant: drop(asid_references.mmdrop_lazy_tlb, "drop_parked"),
      expect: { sc: violates(dead_mms_are_freed), x86_tso: violates(dead_mms_are_freed) },
    },
  ],
});

/** Under the rq lock, too. */
export function drop_at_once(_asid: number, old: mm_struct): void {
  mmdrop(old);
}
