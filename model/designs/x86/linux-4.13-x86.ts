// SPDX-License-Identifier: MIT

import * as ldt from "../../kernel/arch/x86/attributes/ldt.ts";
import { x86_4_13 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as native_4_13 from "../../kernel/backend/native_4_13.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_4_13_x86 = design({
  name: "linux-4.13-x86",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb_4_13, backend: native_4_13, membarrier, attributes: ldt },
  config: { ...x86_4_13 },
  source: "x86/mm: Rework lazy TLB to track the actual loaded mm (Lutomirski, 3d28ebceaffa), with bc0d5a89fbe3",
  status: "mainline in 4.13",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change", "attributes"],
});
