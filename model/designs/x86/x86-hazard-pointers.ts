// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const x86_hazard_pointers = design({
  name: "x86-hazard-pointers",
  arch: "x86",
  parts: { lifetime: hazard_pointers, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, kthread_use_mm_grabs: false },
  source: `[PATCH 00/23] mm, sched: Rework lazy mm handling (Lutomirski, 2022-01-08), patches 14-16, 20, 21 as intended,
    on Linux 6.12 arch/x86/mm/tlb.c`,
  status: "posted 2022-01, tabled by its author, never merged",
});
