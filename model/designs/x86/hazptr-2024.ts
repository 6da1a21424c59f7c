// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as hazptr_2024 from "../../kernel/lifetime/hazptr_2024.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const hazptr_2024_x86 = design({
  name: "hazptr-2024",
  arch: "x86",
  parts: { lifetime: hazptr_2024, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, exit_mm_grabs_irqs_off: true },
  source: `[RFC PATCH v2 4/4] sched+mm: Use hazard pointers to track lazy active mm existence (Desnoyers, 2024-10-04),
    as posted; on Linux 6.12 arch/x86/mm/tlb.c`,
  status: "RFC v3 2024-10-08; not merged, the library went on without it",
  base: "linux-6.12-x86",
  asked: ["lifetime", "hotplug", "mm-change", "nmi", "membarrier"],
});
