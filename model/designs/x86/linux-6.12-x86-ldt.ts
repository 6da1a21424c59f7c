// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/ldt.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86_ldt = design({
  name: "linux-6.12-x86-ldt",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, LDTS: 2 },
  source: `Linux 6.12 arch/x86/kernel/ldt.c (37868fe113ff; switch_ldt() as of 73534258d9ba), on the rest of
    linux-6.12-x86`,
  status: "mainline",
});
