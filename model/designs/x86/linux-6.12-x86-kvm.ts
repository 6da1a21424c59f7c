// SPDX-License-Identifier: MIT
import * as attributes from "../../kernel/arch/x86/attributes/none.ts";
import { x86_6_12 } from "../../kernel/arch/x86/Kconfig.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as kvm from "../../kernel/backend/kvm.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as membarrier from "../../kernel/sched/membarrier/mainline.ts";

export const linux_6_12_x86_kvm = design({
  name: "linux-6.12-x86-kvm",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: kvm, membarrier, attributes },
  config: { ...x86_6_12, KVM_GUEST: true, MMU_GATHER_RCU_TABLE_FREE: true },
  source: "Linux 6.12 arch/x86/kernel/kvm.c, kvm_flush_tlb_multi(), with the host's side in arch/x86/kvm/x86.c",
  status: "mainline since 4.16 (858a43aae236)",
  base: "linux-6.12-x86",
  asked: ["virt", "gup_fast_vs_freed_table"],
});
