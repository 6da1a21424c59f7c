// SPDX-License-Identifier: MIT

import { riscv_6_9_noasid } from "../../kernel/arch/riscv/Kconfig.ts";
import * as context from "../../kernel/arch/riscv/mm/context.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_9_riscv_noasid = design({
  name: "linux-6.9-riscv-noasid",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: context, membarrier },
  config: { ...riscv_6_9_noasid },
  source: "Linux 6.9 arch/riscv/mm/context.c on harts with few ASIDs or none",
  status: "mainline",
});
