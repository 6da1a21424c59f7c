// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_4_13 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as xen_pv from "../../kernel/backend/xen_pv.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_4_13_x86_xen_pv = design({
  name: "linux-4.13-x86-xen-pv",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb_4_13, backend: xen_pv, membarrier, attributes },
  config: { ...x86_4_13, XEN_PV: true },
  source: `x86/mm: Rework lazy TLB to track the actual loaded mm (Lutomirski, 3d28ebceaffa): arch/x86/xen/mmu_pv.c, a
    paravirtualised guest of Xen`,
  status: "mainline in 4.13",
  base: "linux-6.12-x86",
  asked: ["virt", "tlb", "lifetime", "mm-change"],
});
