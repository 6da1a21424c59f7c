// SPDX-License-Identifier: MIT

import * as broadcast from "../../hw/mmu/invlpgb.ts";
import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_pcid64 } from "../../kernel/arch/x86/Kconfig.ts";
import * as pcid64 from "../../kernel/arch/x86/mm/pcid64.ts";
import * as native from "../../kernel/backend/native.ts";
import * as last_mmput from "../../kernel/lifetime/last_mmput.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const luto_64_bit_pcid_last_mmput = design({
  name: "luto-64-bit-pcid-last-mmput",
  arch: "x86",
  parts: { lifetime: last_mmput, coherence: pcid64, backend: native, membarrier, attributes, broadcast },
  config: { ...x86_pcid64 },
  source: `Lutomirski's "hypothetical better x86" (2022-01-08) with the rule that Torvalds proposes in the same thread
    for x86: a lazy mm has users`,
  status: "a thought experiment",
  base: "linux-6.12-x86",
  asked: ["broadcast", "lifetime"],
});
