// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_14 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_14_x86 = design({
  name: "linux-6.14-x86",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_14 },
  source: `Linux 6.14 arch/x86/mm/tlb.c (209954cbc7d0, 6db2526c1d69) with fea4e317f9e7, as in 6.14.7 to 6.17.4:
    CVE-2025-40174 is in it`,
  status: "mainline 6.14 to 6.17",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "mm-change"],
});
