// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as asid_references from "../../kernel/lifetime/asid_references.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linus_2022_hybrid_x86 = design({
  name: "linus-2022-hybrid-x86",
  arch: "x86",
  parts: { lifetime: asid_references, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, asid_holds_mm: true },
  source: `Torvalds (2022-01-09), "hybrid scheme" (b'), in the thread of [PATCH 16/23] sched: Use lightweight hazard
    pointers to grab lazy mms; meant for architectures with hardware shootdown, here on Linux 6.12 arch/x86/mm/tlb.c`,
  status: "proposed in mail 2022-01, never posted as a patch",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change", "hotplug"],
});
