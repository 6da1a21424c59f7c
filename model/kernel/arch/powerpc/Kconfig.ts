// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/powerpc/Kconfig, PPC_BOOK3S_64.
import { generic } from "../../Kconfig.ts";

export const book3s_64 = {
  ...generic,
  ASIDS: 8,
  ARCH_WANT_IRQS_OFF_ACTIVATE_MM: true,
  ARCH_HAS_MEMBARRIER_CALLBACKS: true,
  // radix__tlb_flush(): pages and tables are gathered; tables go back after a grace period.
  MMU_GATHER_RCU_TABLE_FREE: true,
};
