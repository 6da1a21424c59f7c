// SPDX-License-Identifier: MIT
import * as tlb from "../kernel/arch/x86/mm/tlb.ts";
import * as native from "../kernel/backend/native.ts";
import * as refcount from "../kernel/lifetime/refcount.ts";

export const linux_6_12_x86_nopcid = design({
  name: "linux-6.12-x86-nopcid",
  arch: "x86",
  parts: { lifetime: refcount, coherence: tlb, backend: native },
  config: { PCID: false, PTI: false, TLB_NR_DYN_ASIDS: 6, tlb_single_page_flush_ceiling: 33, trim_cpumask: false, ARCH_WANT_IRQS_OFF_ACTIVATE_MM: false },
  source: "Linux 6.12 arch/x86/mm/tlb.c on a CPU without PCID (or booted with nopcid), as in Debian 6.12.113 and 6.1.192",
  status: "mainline until 6.13",
});
