// SPDX-License-Identifier: MIT
import { riscv_6_12 } from "../../kernel/arch/riscv/Kconfig.ts";
import * as noasid from "../../kernel/arch/riscv/mm/noasid.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_riscv_noasid = design({
  name: "linux-6.12-riscv-noasid",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: noasid, membarrier },
  config: { ...riscv_6_12 },
  source: "Linux 6.12 arch/riscv, on harts without ASIDs",
  status: "mainline since 6.9",
});
