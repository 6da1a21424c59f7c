// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/Kconfig and asm/tlbflush.h.
import { generic } from "../../Kconfig.ts";

/** What arch/x86 of Linux 6.12 chooses at compile time, the same for all designs that build on it. */
export const x86_6_12 = { ...generic, PCID: true, TLB_NR_DYN_ASIDS: 6 };

/** Lutomirski's series of 2022-01 on top of it: patches 12, 15 and 23. */
export const luto_2022 = {
  ...x86_6_12,
  kthread_use_mm_grabs: false,
  unlazy_before_idle_dead: true,
  ARCH_WANT_IRQS_OFF_ACTIVATE_MM: true,
};
