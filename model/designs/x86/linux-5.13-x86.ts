// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_5_13 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_5_13_x86 = design({
  name: "linux-5.13-x86",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_5_13 },
  source: "Linux 5.13 arch/x86/mm/tlb.c: concurrent flushes (Amit, 4ce94eabac16)",
  status: "mainline from 5.13 to 5.19",
  base: "linux-6.12-x86",
  asked: ["tlb", "lifetime", "nmi", "mm-change"],
});
