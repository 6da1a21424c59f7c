// SPDX-License-Identifier: MIT
import { riscv_6_9_noasid } from "../../kernel/arch/riscv/Kconfig.ts";
import * as context from "../../kernel/arch/riscv/mm/context.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/desnoyers.ts";

export const riscv_release_desnoyers = design({
  name: "riscv-release-desnoyers",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: context, membarrier },
  config: { ...riscv_6_9_noasid, mmdrop_release: true },
  source: `smp_mb__{before,after}_{mmgrab,mmdrop}() (Desnoyers, 2022-01-12, in the thread of patch 04), on Linux 6.9
    arch/riscv`,
  status: "proposed in mail 2022-01, never posted as a patch; riscv is ours",
  base: "linux-6.9-riscv-noasid",
  asked: ["membarrier"],
});
