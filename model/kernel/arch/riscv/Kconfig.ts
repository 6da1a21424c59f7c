// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/riscv/Kconfig.
import { generic } from "../../Kconfig.ts";

export const riscv_6_12 = { ...generic, MMU_GATHER_RCU_TABLE_FREE: true, ARCH_HAS_MEMBARRIER_CALLBACKS: true };
