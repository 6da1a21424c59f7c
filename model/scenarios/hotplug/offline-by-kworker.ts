// SPDX-License-Identifier: MIT
import { finish_cpu, takedown_cpu } from "../../kernel/cpu.ts";
import { mmput } from "../../kernel/fork.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import { mm_unlazy_mm_count } from "../../kernel/lifetime/hazard_pointers.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms } from "../../kernel/mm_types.ts";
import { no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import { small, two_asids } from "../setup.ts";
import { cpu_dies, lazy_after_exec } from "./setup.ts";

/** The kworker comes to the end of the mm. */
export const mm_dies = sometimes("the last user reference is dropped");

export const offline_by_kworker = scenario({
  question: `A kworker on CPU 0, lazy in an mm, takes CPU 1 offline, as a kworker always does since 6.6 (2b8272ff4a70),
    and then drops the last user reference to that mm (mmput_async()). finish_cpu() works on behalf of CPU 1, but on
    CPU 0: whose lazy mm does it let go of?`,
  needs: { arch: "x86", config: { lazy_tlb: true } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids, HOTPLUG_CPU: true },
  init() {
    lazy_after_exec(false);
  },
  threads: {
    CPU0() {
      takedown_cpu(1);
      reached(mm_dies);
      mmput(mms[1]);
    },
    CPU1() {
      cpu_dies();
    },
  },
  check: [no_freed_pgd_loaded],
  witness: [mm_dies],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // mmdrop_lazy_tlb() clears the slot of the CPU that it runs on, the kworker's.
    "hazptr-2024": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    // Nothing is mapped: no flush.
    "x86-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a lazy CPU takes no reference",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(mainline.context_switch_to_kernel, "mmgrab_lazy_tlb"),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the last mmput() does not look for borrowers",
      needs: { parts: { lifetime: "hazard_pointers" } },
      mutant: replace(mm_unlazy_mm_count, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the last mmdrop() shoots nobody",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: replace(shootdown.mmdrop_final, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "repaired: finish_cpu() does not let go of anything",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: replace(finish_cpu, finish_nothing),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}

export function finish_nothing(_cpu: cpu_id): void {}
