// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const powerpc_shootdown_mask_cleared = design({
  name: "powerpc-shootdown-mask-cleared",
  arch: "powerpc",
  parts: { lifetime: shootdown, coherence: radix_tlb, membarrier },
  config: { ...book3s_64, MMU_LAZY_TLB_SHOOTDOWN: true, clear_mask_of_dying_mm: true },
  source: `kernel/fork.c, comment of cleanup_lazy_tlbs() (2655421ae69f), ways to fewer interrupts: a CPU that
    switches away from a dying mm leaves its mask`,
  status: "an idea in a comment",
  base: "linux-6.12-powerpc-radix",
  asked: ["lifetime", "powerpc"],
});
