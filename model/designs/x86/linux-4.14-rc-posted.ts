// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_4_13 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as native_4_13 from "../../kernel/backend/native_4_13.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_4_14_rc_posted = design({
  name: "linux-4.14-rc-posted",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb_4_13, backend: native_4_13, membarrier, attributes },
  config: { ...x86_4_13, tlb_gen: true },
  source: `[PATCH v2 04/10] x86/mm: Track the TLB's tlb_gen and update the flushing algorithm (Lutomirski,
    2017-06-13), with the decisions of b0579ade7cd8`,
  status: "posted 2017-06; merged for 4.14 in another order of accesses",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change"],
});
