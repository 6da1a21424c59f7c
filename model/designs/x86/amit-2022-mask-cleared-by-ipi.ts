// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const amit_2022_mask_cleared_by_ipi = design({
  name: "amit-2022-mask-cleared-by-ipi",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, flush_skips_lazy: false },
  source: `Amit (2022-01-09), in the thread of [PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy mms;
    on Linux 6.12 arch/x86/mm/tlb.c`,
  status: "proposed in mail 2022-01, never posted as a patch",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change"],
});
