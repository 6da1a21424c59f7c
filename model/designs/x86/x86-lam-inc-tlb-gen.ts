// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/lam.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const x86_lam_inc_tlb_gen = design({
  name: "x86-lam-inc-tlb-gen",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, lam_read_early: true, lam_inc_tlb_gen: true },
  source: `Hansen (2024-03-07), in the thread of [RFC PATCH 2/3] x86/mm: make sure LAM is up-to-date during context
    switching: "inc_mm_tlb_gen() at the site where LAM is enabled"; with 1/3; on the rest of linux-6.12-x86`,
  status: "asked for in mail 2024-03, never posted as a patch",
  base: "linux-6.12-x86",
  asked: ["attributes"],
});
