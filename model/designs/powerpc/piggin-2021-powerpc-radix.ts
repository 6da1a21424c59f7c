// SPDX-License-Identifier: MIT
import { book3s_64 } from "../../kernel/arch/powerpc/Kconfig.ts";
import * as radix_tlb from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const piggin_2021_powerpc_radix = design({
  name: "piggin-2021-powerpc-radix",
  arch: "powerpc",
  parts: { lifetime: shootdown, coherence: radix_tlb, membarrier },
  config: { ...book3s_64, MMU_LAZY_TLB_SHOOTDOWN: true, radix_final_flush_is_local: true },
  source: `"powerpc/64s/radix: TLB flush optimization for lazy mm shootdown refcounting" (Piggin, 2021-02-23, sent
    to the thread of Lutomirski's 2022 series) with MMU_LAZY_TLB_SHOOTDOWN`,
  status: "shown in mail 2022-01; merged in another form in 6.4",
});
