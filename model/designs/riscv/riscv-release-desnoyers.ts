// SPDX-License-Identifier: MIT
import { riscv_6_12 } from "../../kernel/arch/riscv/Kconfig.ts";
import * as noasid from "../../kernel/arch/riscv/mm/noasid.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/desnoyers.ts";

export const riscv_release_desnoyers = design({
  name: "riscv-release-desnoyers",
  arch: "riscv",
  parts: { lifetime: refcount, coherence: noasid, membarrier },
  config: { ...riscv_6_12, mmdrop_release: true },
  source:
    "smp_mb__{before,after}_{mmgrab,mmdrop}() (Desnoyers, 2022-01-12, in the thread of patch 04), on Linux 6.12 arch/riscv",
  status: "proposed in mail 2022-01, never posted as a patch; riscv is ours",
});
