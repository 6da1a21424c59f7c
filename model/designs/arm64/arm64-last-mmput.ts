// SPDX-License-Identifier: MIT

import { arm64_6_1 } from "../../kernel/arch/arm64/Kconfig.ts";
import * as asid from "../../kernel/arch/arm64/mm/asid.ts";
import * as last_mmput from "../../kernel/lifetime/last_mmput.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const arm64_last_mmput = design({
  name: "arm64-last-mmput",
  arch: "arm64",
  parts: { lifetime: last_mmput, coherence: asid, membarrier },
  config: { ...arm64_6_1 },
  source: `Torvalds (2022-01-08), in the thread of [PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy
    mms; on Linux 6.1 arch/arm64`,
  status: "proposed in mail 2022-01 for all architectures, never posted as a patch",
  base: "linux-6.1-arm64",
  asked: ["lifetime", "arm64", "mm-change"],
});
