// SPDX-License-Identifier: MIT
// A design as the machine of a trace runs it.
import type { DesignInfo } from "../compiler/describe.ts";

/** ASIDs roll over as often as they like: a bound that a search needs, and that no recording reaches. */
const CONTEXT_IDS = 2 ** 31;

/** What of the CPU decides, apart from the design: by name of the choice, its flag in cpuinfo. */
const CPU_FLAGS = [
  ["PTI", "pti"],
  ["INVPCID", "invpcid"],
] as const;

/** With what the machine's cpuinfo says, and with as many generations of ASIDs as a recording may need. */
export function onMachine(design: DesignInfo, cpuFlags: ReadonlySet<string> | undefined): DesignInfo {
  const config = new Map(design.config);
  if (config.get("asid_generations")) config.set("asid_generations", CONTEXT_IDS / (config.get("ASIDS") ?? 1) - 1);
  for (const [name, flag] of CPU_FLAGS) if (cpuFlags?.has(flag) && config.has(name)) config.set(name, 1);
  return { ...design, config };
}
