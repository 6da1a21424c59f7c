// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_5_9_powerpc_radix = design({
  name: "linux-5.9-powerpc-radix",
  arch: "powerpc",
  parts: { lifetime: refcount, coherence: radix_tlb, membarrier },
  config: { ...book3s_64, powerpc_reset_thread_local: true },
  source: `Linux 5.9 arch/powerpc/mm/book3s64/radix_tlb.c, before a665eec0a22e`,
  status: "mainline until 5.9",
});
