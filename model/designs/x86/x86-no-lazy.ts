// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as no_lazy from "../../kernel/lifetime/no_lazy.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const x86_no_lazy = design({
  name: "x86-no-lazy",
  arch: "x86",
  parts: { lifetime: no_lazy, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, lazy_tlb: false },
  source: `asked for by Torvalds, form given by Lutomirski (2022-01-09), in the thread of [PATCH 16/23] sched: Use
    lightweight hazard pointers to grab lazy mms; on Linux 6.12 arch/x86/mm/tlb.c`,
  status: "an experiment proposed in mail 2022-01, never posted",
  base: "linux-6.12-x86",
  asked: ["lifetime", "mm-change", "membarrier", "tlb"],
});
