// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/Kconfig and asm/tlbflush.h.
import { generic } from "../../Kconfig.ts";

/** What arch/x86 of Linux 6.12 chooses at compile time, the same for all designs that build on it. */
export const x86_6_12 = {
  ...generic,
  PCID: true,
  TLB_NR_DYN_ASIDS: 6,
  ARCH_HAS_SYNC_CORE_BEFORE_USERMODE: true,
};
