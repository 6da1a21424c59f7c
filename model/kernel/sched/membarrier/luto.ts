// SPDX-License-Identifier: GPL-2.0-only
// "[PATCH 00/23] mm, sched: Rework lazy mm handling" (Lutomirski, 2022-01-08), patches 02, 04, 06 and 09: explicit
// barriers. Behind every change of mm there is one if the new mm has registered, in the core scheduler, so that neither
// switch_mm() nor mmdrop() need be any; kthread_use_mm() has one in front of it, too; and the core is serialised by
// x86's switch_mm_irqs_off(), which alone knows whether it has written CR3. Never merged.

import type { mm_struct } from "../../mm_types.ts";
import { config } from "../../parts.ts";
import { mb_if_registered, sync_core_if_registered } from "./mainline.ts";

export { membarrier_exec_mmap, membarrier_switch_mm, membarrier_update_current_mm } from "./mainline.ts";

export function membarrier_finish_switch_mm(mm: mm_struct): void {
  if (config.MEMBARRIER) mb_if_registered(mm);
}

/** Patch 06. */
export function membarrier_arch_switch_mm(_prev: mm_struct, _next: mm_struct): void {}

export function smp_mb__before_mmdrop(): void {}

export function membarrier_mm_sync_core_before_usermode(_mm: mm_struct): void {}

/** Patch 02: switch_mm_irqs_off() has left lazy mode, and has not written CR3. */
export function sync_core_if_membarrier_enabled(next: mm_struct): void {
  if (config.MEMBARRIER) sync_core_if_registered(next);
}

/** Patch 09. Nothing is known to need it: see the scenario membarrier-vs-use-mm. */
export function membarrier_use_mm(): void {
  smp_mb__after_spinlock();
}
