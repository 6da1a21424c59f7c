// SPDX-License-Identifier: MIT

import { arm64_6_1 } from "../../kernel/arch/arm64/Kconfig.ts";
import * as asid from "../../kernel/arch/arm64/mm/asid.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const arm64_local_tlbi = design({
  name: "arm64-local-tlbi",
  arch: "arm64",
  parts: { lifetime: refcount, coherence: asid, membarrier },
  config: { ...arm64_6_1, ASIDS: 256, arm64_local_tlbi: true },
  source: "Roberts (RFC, 2025-08), Cherian (v2, 2026-05): mm.context.active_cpu, on Linux 6.1 arch/arm64",
  status: "posted, under review in 2026-05",
  base: "linux-6.1-arm64",
  asked: ["arm64"],
});
