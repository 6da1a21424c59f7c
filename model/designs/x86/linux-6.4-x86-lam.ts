// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/lam.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_4_x86_lam = design({
  name: "linux-6.4-x86-lam",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, lam_read_early: true, lam_read_twice: true },
  source: `82721d8b25d7 "x86/mm: Handle LAM on context switch" (Shutemov) and arch_prctl(ARCH_ENABLE_TAGGED_ADDR) of
    Linux 6.4, on the rest of linux-6.12-x86`,
  status: "mainline 6.4 to 6.11",
  base: "linux-6.12-x86",
  asked: ["attributes"],
});
