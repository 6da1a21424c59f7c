// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as last_mmput from "../../kernel/lifetime/last_mmput.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const x86_last_mmput = design({
  name: "x86-last-mmput",
  arch: "x86",
  parts: { lifetime: last_mmput, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12 },
  source: `Torvalds (2022-01-08), in the thread of [PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy
    mms; on Linux 6.12 arch/x86/mm/tlb.c`,
  status: "proposed in mail 2022-01, never posted as a patch",
  base: "linux-6.12-x86",
  asked: ["lifetime", "hotplug", "mm-change", "nmi", "membarrier", "virt"],
});
