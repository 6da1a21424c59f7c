// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.9 arch/riscv/Kconfig, and how many ASIDs satp has room for.
import { generic } from "../../Kconfig.ts";

export const riscv_6_9 = {
  ...generic,
  ASIDS: 65536,
  asid_generations: 1,
  use_asid_allocator: true,
  ARCH_HAS_MEMBARRIER_CALLBACKS: true,
};

/** On harts with few ASIDs, or none. */
export const riscv_6_9_noasid = { ...riscv_6_9, use_asid_allocator: false, ASIDS: 1 };
