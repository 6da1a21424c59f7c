// SPDX-License-Identifier: MIT

import * as broadcast from "../../hw/mmu/invlpgb.ts";
import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_18_invlpgb } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_18_x86_invlpgb = design({
  name: "linux-6.18-x86-invlpgb",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes, broadcast },
  config: { ...x86_6_18_invlpgb },
  source: `Linux 6.18 arch/x86/mm/tlb.c with INVLPGB (4afeb0ed1753, be88a1dd6112, d504d1247e36, c9826613a9cb; since
    6.15, but up to 6.17.4 with CVE-2025-40174, see linux-6.14-x86)`,
  status: "mainline since 6.15",
  base: "linux-6.18-x86",
  asked: ["tlb", "broadcast", "lifetime"],
});
