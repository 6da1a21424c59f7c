// SPDX-License-Identifier: GPL-2.0-only
// What Desnoyers proposed instead of patch 04 (2022-01-12, in its thread): membarrier says which mmdrop() it relies on,
// by smp_mb__{before,after}_{mmgrab,mmdrop}(). They are empty while mmdrop() is a full barrier, as in mainline; an
// architecture on which it becomes weaker (config.mmdrop_release) defines them. Never posted as a patch.
import { config } from "../../parts.ts";

export {
  membarrier_arch_switch_mm,
  membarrier_exec_mmap,
  membarrier_finish_switch_mm,
  membarrier_mm_sync_core_before_usermode,
  membarrier_switch_mm,
  membarrier_update_current_mm,
  membarrier_use_mm,
  sync_core_if_membarrier_enabled,
} from "./mainline.ts";

export function smp_mb__before_mmdrop(): void {
  // Pairs with: membarrier_private_expedited(), its first barrier.
  if (config.MEMBARRIER && config.mmdrop_release) smp_mb();
}
