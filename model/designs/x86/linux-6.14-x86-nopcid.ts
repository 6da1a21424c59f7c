// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_14 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_14_x86_nopcid = design({
  name: "linux-6.14-x86-nopcid",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_14, PCID: false },
  source: "Linux 6.14 arch/x86/mm/tlb.c with fea4e317f9e7, without PCID (old CPUs, or nopcid)",
  status: "mainline 6.14 to 6.17",
  base: "linux-6.14-x86",
  asked: ["tlb"],
});
