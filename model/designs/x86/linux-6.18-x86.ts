// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_18 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_18_x86 = design({
  name: "linux-6.18-x86",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_18 },
  source: "Linux 6.18 arch/x86/mm/tlb.c (83b0177a6c48 on top of 6.14), on CPUs without INVLPGB",
  status: "mainline since 6.18",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "mm-change", "nmi"],
});
