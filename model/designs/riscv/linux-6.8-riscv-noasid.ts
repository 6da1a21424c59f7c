// SPDX-License-Identifier: MIT
import { riscv_6_9_noasid } from "../../kernel/arch/riscv/Kconfig.ts";
import * as context from "../../kernel/arch/riscv/mm/context.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_8_riscv_noasid = design({
  name: "linux-6.8-riscv-noasid",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: context, membarrier },
  config: { ...riscv_6_9_noasid, ARCH_HAS_MEMBARRIER_CALLBACKS: false },
  source: "Linux 6.8 arch/riscv, on harts without ASIDs: before d6cfd1770f20",
  status: "mainline until 6.8",
  base: "linux-6.9-riscv-noasid",
  asked: ["membarrier"],
});
