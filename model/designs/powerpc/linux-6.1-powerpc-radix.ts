// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_1_powerpc_radix = design({
  name: "linux-6.1-powerpc-radix",
  arch: "powerpc",
  parts: { lifetime: refcount, coherence: radix_tlb, membarrier },
  config: { ...book3s_64 },
  source: `Linux 6.1 arch/powerpc/mm/book3s64/radix_tlb.c, as in Debian 6.1.192 on POWER9 and later`,
  status: "mainline until 6.3",
});
