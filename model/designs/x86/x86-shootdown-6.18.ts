// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_18 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const x86_shootdown_6_18 = design({
  name: "x86-shootdown-6.18",
  arch: "x86",
  parts: { lifetime: shootdown, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_18 },
  source: "MMU_LAZY_TLB_SHOOTDOWN (Piggin, 2655421ae69f) on Linux 6.18 arch/x86/mm/tlb.c",
  status: "a thought experiment: mainline selects the option on 64-bit powerpc only, x86 was never posted",
  base: "linux-6.18-x86",
  asked: ["lifetime", "mm-change", "nmi"],
});
