// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_18 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as no_lazy from "../../kernel/lifetime/no_lazy.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const amit_2022_switched_cr3 = design({
  name: "amit-2022-switched-cr3",
  arch: "x86",
  parts: { lifetime: no_lazy, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_18, lazy_tlb: false, lazy_switches_cr3: true },
  source: `Amit (2022-01-09), in the thread of [PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy mms;
    on Linux 6.18 arch/x86/mm/tlb.c, whose mm_cpumask a CPU need not leave`,
  status: "proposed in mail 2022-01, never posted as a patch",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change"],
});
