// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { luto_2022 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import * as membarrier from "../../kernel/sched/membarrier/luto.ts";

export const luto_2022_mask_scan = design({
  name: "luto-2022-mask-scan",
  arch: "x86",
  parts: { lifetime: hazard_pointers, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...luto_2022, lazymm_cpumask: true },
  source: `[PATCH 00/23] mm, sched: Rework lazy mm handling (Lutomirski, 2022-01-08), patches 12, 14-16, 20-23 as
    intended, but that only CPUs in mm_cpumask are scanned, as posted (22); on Linux 6.12
    arch/x86/mm/tlb.c`,
  status: "posted 2022-01, never merged",
  base: "linux-6.12-x86",
  asked: ["lifetime", "hotplug", "mm-change"],
});
