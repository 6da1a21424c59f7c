// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86_nopcid = design({
  name: "linux-6.12-x86-nopcid",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, PCID: false },
  source: "Linux 6.12 arch/x86/mm/tlb.c without PCID (old CPUs, or nopcid), as in Debian 6.12.113 and 6.1.192",
  status: "mainline until 6.13",
  base: "linux-6.12-x86",
  asked: ["tlb", "nmi", "lifetime"],
});
