// SPDX-License-Identifier: MIT
import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as hyperv from "../../kernel/backend/hyperv.ts";
import * as last_mmput from "../../kernel/lifetime/last_mmput.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const x86_last_mmput_hyperv = design({
  name: "x86-last-mmput-hyperv",
  arch: "x86",
  parts: { lifetime: last_mmput, coherence: tlb, backend: hyperv, membarrier, attributes },
  config: { ...x86_6_12, MMU_GATHER_RCU_TABLE_FREE: true },
  source: "Torvalds' rule (2022-01-08: x86-last-mmput) in a guest of Hyper-V",
  status: "proposed in mail 2022-01, never posted as a patch",
  base: "linux-6.12-x86",
  asked: ["virt"],
});
