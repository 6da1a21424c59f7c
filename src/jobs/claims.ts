// SPDX-License-Identifier: MIT
// What may be claimed after a search, in words that a maintainer accepts: bounds and assumptions are part of every
// sentence, and what was not covered is said.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { unreachable } from "../base/assert.ts";
import { NO_DEADLOCK } from "../checker/findings.ts";
import { NO_ENDLESS_WAIT } from "../checker/liveness.ts";
import type { Limit, SearchResult } from "../checker/search.ts";
import type { ScenarioInfo } from "../compiler/describe.ts";
import type { Program } from "../program/program.ts";
import type { Case } from "./select.ts";

/** Bounds of a machine that have a word of their own. */
const BOUNDS: readonly [key: string, one: string, many: string][] = [
  ["cpus", "CPU", "CPUs"],
  ["mms", "mm", "mms"],
  ["frames", "frame", "frames"],
];

/** "a", "b" and "c" */
function listed(items: readonly string[]): string {
  const quoted = items.map((item) => `"${item}"`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

function boundsOf(scenario: ScenarioInfo): string {
  return BOUNDS.flatMap(([key, one, many]) => {
    const n = scenario.machine.get(key);
    return n === undefined ? [] : [`${n} ${n === 1 ? one : many}`];
  }).join(", ");
}

/** Architectures whose own memory model nobody has written down here yet. */
const WITHOUT_MODEL: Readonly<Record<string, string>> = { powerpc: "POWER", riscv: "RISC-V" };

/** The tables that say what the hardware does. */
function assumptionsOf(model: MemoryModel, arch: string, program: Program): string {
  const mmu = program.sources.filter((path) => path.startsWith("model/hw/mmu/"));
  const name = WITHOUT_MODEL[arch];
  const covered = model.kind === "views" ? "this one stands in" : "what it reorders is not covered";
  const missing = name === undefined ? "" : ` (there is no model of ${name} yet: ${covered})`;
  const walks = model.kind === "views" && program.codes.some(({ kind }) => kind === "walker");
  return [
    `${model.title}${missing}`,
    ...(walks ? ["page walks as docs/memory-models.md has them"] : []),
    ...mmu.map((path) => `the MMU of ${path}`),
  ].join(" and ");
}

export function describeLimit(limit: Limit, states: number): string {
  const seen = `${states.toLocaleString("en-US")} states`;
  switch (limit.kind) {
    case "states":
      return `the limit of ${seen} was reached (--max-states)`;
    case "memory":
      return `the limit of memory was reached after ${seen} (--max-memory)`;
    case "time":
      return `the limit of time was reached after ${seen} (--timeout)`;
    case "stopped":
      return `interrupted after ${seen}`;
    case "model":
      return limit.text;
    default:
      return unreachable(limit);
  }
}

export function claimOf(
  { scenario, design }: Pick<Case, "scenario" | "design">,
  model: MemoryModel,
  program: Program,
  result: SearchResult,
): string {
  const { verdict } = result;
  const under = `for ${boundsOf(scenario.info)} under ${assumptionsOf(model, design.info.arch, program)}`;
  switch (verdict.kind) {
    case "violates":
      return `violation of "${verdict.violation.property}" in ${verdict.violation.depth} steps, ${under}`;
    case "unknown":
      return `unknown, ${under}: ${describeLimit(verdict.limit, result.states)}`;
    case "safe": {
      const all = [...program.properties.map(({ name }) => name), NO_DEADLOCK, NO_ENDLESS_WAIT];
      const names = all.filter((name) => !result.unasked?.includes(name));
      const missed = result.witnesses.filter(({ depth }) => depth === undefined).map(({ name }) => name);
      const vacuous =
        missed.length === 0 ? "" : `; but nothing in it ever reached ${listed(missed)}: it may be vacuous`;
      return `no violation of ${listed(names)} ${under}${vacuous}`;
    }
    default:
      return unreachable(verdict);
  }
}
