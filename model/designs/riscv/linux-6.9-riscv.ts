// SPDX-License-Identifier: MIT

import { riscv_6_9 } from "../../kernel/arch/riscv/Kconfig.ts";
import * as context from "../../kernel/arch/riscv/mm/context.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_9_riscv = design({
  name: "linux-6.9-riscv",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: context, membarrier },
  config: { ...riscv_6_9 },
  source: "Linux 6.9 arch/riscv/mm/context.c with ASIDs",
  status: "mainline",
  base: "linux-6.9-riscv-noasid",
  asked: ["riscv", "lifetime", "mm-change"],
});
