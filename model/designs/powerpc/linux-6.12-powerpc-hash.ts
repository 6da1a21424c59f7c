// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as hash_tlb from "../../kernel/arch/powerpc/mm/hash_tlb.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_powerpc_hash = design({
  name: "linux-6.12-powerpc-hash",
  arch: "powerpc",
  parts: { lifetime: shootdown, coherence: hash_tlb, membarrier },
  config: { ...book3s_64, PPC_HASH_MMU: true, MMU_LAZY_TLB_SHOOTDOWN: true },
  source: "Linux 6.12 arch/powerpc/mm/book3s64/hash_utils.c, hash_tlb.c, as a guest of PowerVM",
  status: "mainline since 6.4",
});
