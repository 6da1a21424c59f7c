// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as shootdown_quiescent from "../../kernel/lifetime/shootdown_quiescent.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const powerpc_shootdown_quiescent = design({
  name: "powerpc-shootdown-quiescent",
  arch: "powerpc",
  parts: { lifetime: shootdown_quiescent, coherence: radix_tlb, membarrier },
  config: { ...book3s_64, MMU_LAZY_TLB_SHOOTDOWN: true },
  source: `kernel/fork.c, comment of cleanup_lazy_tlbs() (2655421ae69f), ways to fewer interrupts: no interrupts: a
    dead mm waits until nobody borrows it`,
  status: "an idea in a comment",
  base: "linux-6.12-powerpc-radix",
  asked: ["lifetime", "powerpc"],
});
