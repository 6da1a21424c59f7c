// SPDX-License-Identifier: MIT
import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as hyperv from "../../kernel/backend/hyperv.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86_hyperv = design({
  name: "linux-6.12-x86-hyperv",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: hyperv, membarrier, attributes },
  config: { ...x86_6_12, MMU_GATHER_RCU_TABLE_FREE: true },
  source: "Linux 6.12 arch/x86/hyperv/mmu.c, hyperv_flush_tlb_multi()",
  status: "mainline since 4.14",
  base: "linux-6.12-x86",
  asked: ["virt", "gup_fast_vs_freed_table"],
});
