// SPDX-License-Identifier: MIT
import { riscv_6_9_noasid } from "../../kernel/arch/riscv/Kconfig.ts";
import * as context from "../../kernel/arch/riscv/mm/context.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const riscv_shootdown = design({
  name: "riscv-shootdown",
  arch: "riscv",
  parts: { lifetime: shootdown, coherence: context, membarrier },
  config: { ...riscv_6_9_noasid },
  source: "MMU_LAZY_TLB_SHOOTDOWN (Piggin, 2655421ae69f) on Linux 6.9 arch/riscv, on harts without ASIDs",
  status: "a thought experiment: nobody posted it for riscv",
  base: "linux-6.9-riscv-noasid",
  asked: ["membarrier", "lifetime"],
});
