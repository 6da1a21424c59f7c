// SPDX-License-Identifier: MIT
// A design as the machine of a trace runs it.
import type { DesignInfo } from "../compiler/describe.ts";

/** ASIDs roll over as often as they like: a bound that a search needs, and that no recording reaches. */
const CONTEXT_IDS = 2 ** 31;

/** With PTI where the machine's cpuinfo says so, and with as many generations of ASIDs as a recording may need. */
export function onMachine(design: DesignInfo, cpuFlags: ReadonlySet<string> | undefined): DesignInfo {
  const config = new Map(design.config);
  if (config.get("asid_generations")) config.set("asid_generations", CONTEXT_IDS / (config.get("ASIDS") ?? 1) - 1);
  if (cpuFlags?.has("pti") && config.has("PTI")) config.set("PTI", 1);
  return { ...design, config };
}
