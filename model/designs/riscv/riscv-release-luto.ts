// SPDX-License-Identifier: MIT
import { riscv_6_9_noasid } from "../../kernel/arch/riscv/Kconfig.ts";
import * as context from "../../kernel/arch/riscv/mm/context.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/luto.ts";

export const riscv_release_luto = design({
  name: "riscv-release-luto",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: context, membarrier },
  config: { ...riscv_6_9_noasid, mmdrop_release: true },
  source: `[PATCH 04/23] membarrier: Make the post-switch-mm barrier explicit (Lutomirski, 2022-01-08), with what it is
    for: an mmdrop() that only releases; on Linux 6.9 arch/riscv`,
  status: "posted 2022-01, never merged; riscv is ours",
  base: "linux-6.9-riscv-noasid",
  asked: ["membarrier"],
});
