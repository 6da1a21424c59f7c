// SPDX-License-Identifier: GPL-2.0-only
// No process has attributes of its own: no LAM, no LDT, no user rdpmc.
import type { mm_struct } from "../../../mm_types.ts";

export { write_cr3 as load_cr3 } from "../../../../hw/mmu/x86.ts";

export function init_new_attributes(_mm: mm_struct): void {}

export function read_attributes(_next: mm_struct, _subscribed: bool): void {}

export function attributes_loaded(_next: mm_struct): boolean {
  return true;
}

export function switch_attributes(_prev: mm_struct, _next: mm_struct): void {}
