// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86 = design({
  name: "linux-6.12-x86",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12 },
  source: `Linux 6.12 arch/x86/mm/tlb.c as in Debian 6.12.113 and 6.1.192
    (stable backports of 6db2526c1d69, fea4e317f9e7)`,
  status: "mainline until 6.13",
});
