// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as shootdown_batched from "../../kernel/lifetime/shootdown_batched.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const powerpc_shootdown_batched = design({
  name: "powerpc-shootdown-batched",
  arch: "powerpc",
  parts: { lifetime: shootdown_batched, coherence: radix_tlb, membarrier },
  config: { ...book3s_64, MMU_LAZY_TLB_SHOOTDOWN: true },
  source: `kernel/fork.c, comment of cleanup_lazy_tlbs() (2655421ae69f), ways to fewer interrupts: dead mms are
    gathered, and one round of interrupts serves them`,
  status: "an idea in a comment",
  base: "linux-6.12-powerpc-radix",
  asked: ["lifetime", "powerpc"],
});
