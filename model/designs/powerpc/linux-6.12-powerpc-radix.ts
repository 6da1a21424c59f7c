// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_powerpc_radix = design({
  name: "linux-6.12-powerpc-radix",
  arch: "powerpc",
  parts: { lifetime: shootdown, coherence: radix_tlb, membarrier },
  config: { ...book3s_64, MMU_LAZY_TLB_SHOOTDOWN: true },
  source: `Linux 6.12 arch/powerpc/mm/book3s64/radix_tlb.c with MMU_LAZY_TLB_SHOOTDOWN (2655421ae69f), as in Debian
    6.12.107`,
  status: "mainline since 6.4",
});
