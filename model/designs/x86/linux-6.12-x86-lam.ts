// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/lam.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86_lam = design({
  name: "linux-6.12-x86-lam",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, lam_ipi: true },
  source: `3b299b99556c "x86/mm: Use IPIs to synchronize LAM enablement", ec225f8c255f, b7c35279e0da (Ahmed;
    idea: Lutomirski), on the rest of linux-6.12-x86`,
  status: "mainline since 6.12",
  base: "linux-6.12-x86",
  asked: ["attributes"],
});
