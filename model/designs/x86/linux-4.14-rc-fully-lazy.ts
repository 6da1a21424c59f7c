// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_4_14 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import * as native_4_14 from "../../kernel/backend/native_4_14.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_4_14_rc_fully_lazy = design({
  name: "linux-4.14-rc-fully-lazy",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb_4_14, backend: native_4_14, membarrier, attributes },
  config: { ...x86_4_14, fully_lazy_tlb: true, flush_skips_lazy: true },
  source: "x86/mm: Rework lazy TLB mode and TLB freshness tracking (Lutomirski, 94b1b03b519b)",
  status: "merged for 4.14, repaired before its release by b956575bed91",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change"],
});
