// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_4_13 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb_classic from "../../kernel/arch/x86/mm/tlb_classic.ts";
import * as native_classic from "../../kernel/backend/native_classic.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_4_12_x86 = design({
  name: "linux-4.12-x86",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb_classic, backend: native_classic, membarrier, attributes },
  config: { ...x86_4_13 },
  source: "Linux 4.12 arch/x86/mm/tlb.c and asm/mmu_context.h, the classic lazy TLB, with 71b3c126e611",
  status: "mainline until 4.12, in the main since 2.5",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change"],
});
