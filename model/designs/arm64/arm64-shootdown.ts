// SPDX-License-Identifier: MIT

import { arm64_6_1 } from "../../kernel/arch/arm64/Kconfig.ts";
import * as asid from "../../kernel/arch/arm64/mm/asid.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const arm64_shootdown = design({
  name: "arm64-shootdown",
  arch: "arm64",
  parts: { lifetime: shootdown, coherence: asid, membarrier },
  config: { ...arm64_6_1, arm64_mm_cpumask: true },
  source: "MMU_LAZY_TLB_SHOOTDOWN (Piggin, 2655421ae69f) on Linux 6.1 arch/arm64, with the mm_cpumask that it asks for",
  status: "a thought experiment: arm64 keeps no mm_cpumask, and was never posted",
  base: "linux-6.1-arm64",
  asked: ["lifetime", "arm64", "mm-change", "membarrier"],
});
