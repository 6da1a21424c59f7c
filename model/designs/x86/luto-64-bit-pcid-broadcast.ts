// SPDX-License-Identifier: MIT

import * as broadcast from "../../hw/mmu/invlpgb.ts";
import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_pcid64 } from "../../kernel/arch/x86/Kconfig.ts";
import * as pcid64 from "../../kernel/arch/x86/mm/pcid64.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const luto_64_bit_pcid_broadcast = design({
  name: "luto-64-bit-pcid-broadcast",
  arch: "x86",
  parts: { lifetime: refcount, coherence: pcid64, backend: native, membarrier, attributes, broadcast },
  config: { ...x86_pcid64 },
  source: `Lutomirski (2022-01-08), "hypothetical better x86", in the thread of [PATCH 16/23] sched: Use lightweight
    hazard pointers to grab lazy mms; lazy mms are counted`,
  status: "hardware asked of AMD and Intel; no such CPU",
  base: "linux-6.12-x86",
  asked: ["tlb", "broadcast", "lifetime"],
});
