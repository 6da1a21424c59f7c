// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_4_14 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import * as native_4_14 from "../../kernel/backend/native_4_14.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_4_14_x86_nopcid = design({
  name: "linux-4.14-x86-nopcid",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb_4_14, backend: native_4_14, membarrier, attributes },
  config: { ...x86_4_14, PCID: false, TLB_NR_DYN_ASIDS: 1 },
  source: "Linux 4.14 arch/x86/mm/tlb.c without PCID: lazy CPUs keep the mm (b956575bed91)",
  status: "mainline from 4.14 to 4.18",
  base: "linux-6.12-x86",
  asked: ["tlb", "nmi", "lifetime", "mm-change"],
});
