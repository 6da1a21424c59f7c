// SPDX-License-Identifier: MIT

import { arm64_6_1 } from "../../kernel/arch/arm64/Kconfig.ts";
import * as asid from "../../kernel/arch/arm64/mm/asid.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import * as membarrier from "../../kernel/sched/membarrier/luto.ts";

export const arm64_hazard_pointers = design({
  name: "arm64-hazard-pointers",
  arch: "arm64",
  parts: { lifetime: hazard_pointers, coherence: asid, membarrier },
  config: { ...arm64_6_1, kthread_use_mm_grabs: false },
  source: `[PATCH 00/23] mm, sched: Rework lazy mm handling (Lutomirski, 2022-01-08), patches 14-16 as intended, on
    Linux 6.1 arch/arm64`,
  status: "posted 2022-01, tabled by its author, never merged",
  base: "linux-6.1-arm64",
  asked: ["lifetime", "arm64", "mm-change"],
});
