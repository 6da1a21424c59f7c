// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.1 arch/arm64/Kconfig, and what ID_AA64MMFR0_EL1.ASIDBits says.
import { generic } from "../../Kconfig.ts";

/**
 * What arch/arm64 of Linux 6.1 chooses at compile time, on CPUs with ASIDs of 16 bits. MMU_GATHER_RCU_TABLE_FREE is
 * left out: the grace period is for those who walk page tables in software; what the hardware may walk is TLBI's
 * business.
 */
export const arm64_6_1 = {
  ...generic,
  ASIDS: 65536,
  asid_generations: 1,
  ARCH_SWITCH_TO_IS_MB: true,
};
