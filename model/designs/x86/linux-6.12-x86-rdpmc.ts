// SPDX-License-Identifier: MIT

import * as pce from "../../kernel/arch/x86/attributes/pce.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86_rdpmc = design({
  name: "linux-6.12-x86-rdpmc",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes: pce },
  config: { ...x86_6_12 },
  source: "Linux 6.12 arch/x86/events/core.c and cr4_update_pce_mm(), on the rest of linux-6.12-x86",
  status: "mainline since 4.0 (7911d3f7af14); by loaded_mm since 4.13 (3d28ebceaffa)",
  base: "linux-6.12-x86",
  asked: ["rdpmc_vs_lazy", "rdpmc_of_two_threads"],
});
