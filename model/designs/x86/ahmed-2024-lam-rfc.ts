// SPDX-License-Identifier: MIT

import * as attributes from "../../kernel/arch/x86/attributes/lam.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as native from "../../kernel/backend/native.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const ahmed_2024_lam_rfc = design({
  name: "ahmed-2024-lam-rfc",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native, membarrier, attributes },
  config: { ...x86_6_12, lam_read_early: true, lam_compared: true },
  source: `[RFC PATCH 2/3] x86/mm: make sure LAM is up-to-date during context switching (Ahmed, 2024-03-07), with 1/3;
    on the rest of linux-6.12-x86`,
  status: "RFC 2024-03; replaced by 3b299b99556c",
  base: "linux-6.12-x86",
  asked: ["attributes"],
});
