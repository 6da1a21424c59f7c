// SPDX-License-Identifier: MIT
import { riscv_6_12 } from "../../kernel/arch/riscv/Kconfig.ts";
import * as noasid from "../../kernel/arch/riscv/mm/noasid.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const riscv_shootdown = design({
  name: "riscv-shootdown",
  arch: "riscv",
  parts: { lifetime: shootdown, coherence: noasid, membarrier },
  config: { ...riscv_6_12 },
  source: "MMU_LAZY_TLB_SHOOTDOWN (Piggin, 2655421ae69f) on Linux 6.12 arch/riscv, on harts without ASIDs",
  status: "a thought experiment: nobody posted it for riscv",
});
