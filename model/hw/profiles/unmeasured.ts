// SPDX-License-Identifier: MIT
import type { Profile } from "./types.ts";
import { COSTS, NOT_MEASURED } from "./types.ts";

/**
 * For arm64, powerpc and riscv: we know of no figures with a machine and a method. What is said in the threads is
 * relative: a tlbie about ten tlbiel (Piggin, linuxppc), an mmgrab cheap and an mmdrop dearer (Deacon, 2022-01).
 */
export const unmeasured = {
  name: "unmeasured",
  machine: "none",
  source: "counts alone: no cost is known",
  costs: Object.fromEntries(COSTS.map((cost) => [cost, NOT_MEASURED])) as Profile["costs"],
} satisfies Profile;
