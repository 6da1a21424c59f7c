// SPDX-License-Identifier: MIT

import { arm64_6_1 } from "../../kernel/arch/arm64/Kconfig.ts";
import * as asid from "../../kernel/arch/arm64/mm/asid.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_1_arm64_asid8 = design({
  name: "linux-6.1-arm64-asid8",
  arch: "arm64",
  parts: { lifetime: refcount, coherence: asid, membarrier },
  config: { ...arm64_6_1, ASIDS: 256 },
  source: "Linux 6.1 arch/arm64/mm/context.c with 8-bit ASIDs (small CPUs), as in Debian 6.1.192",
  status: "mainline",
  base: "linux-6.1-arm64",
  asked: ["arm64"],
});
