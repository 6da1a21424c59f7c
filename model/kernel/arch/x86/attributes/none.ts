// SPDX-License-Identifier: GPL-2.0-only
// No process has attributes of its own: no LAM, no LDT, no user rdpmc.
import type { mm_struct } from "../../../mm_types.ts";

export function switch_attributes(_prev: mm_struct, _next: mm_struct): void {}
