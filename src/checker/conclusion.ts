// SPDX-License-Identifier: MIT
// From what a search has found to its result, which is the same with one thread and with several, and whatever the
// sizes of batches and chunks: violations are in the order of their length; among equally long ones a step that
// violates comes before a state in which nothing more happens, because the search sees it one level earlier, and then
// the path that is first in the order of successors().
import { assert, defined } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import { DEADLOCK, type Findings, type Found, NO_DEADLOCK } from "./findings.ts";
import type { Limit, Names, SearchResult, Verdict, Violation } from "./search.ts";

/** A search that has ended. */
export interface Conclusion {
  readonly compiled: Compiled;
  readonly names: Names;
  readonly findings: Pick<Findings, "found" | "witnessDepth" | "limitDepth">;
  /** What ended it. */
  readonly limits: readonly Limit[];
  /** A violation ended it. */
  readonly stopping: boolean;
  /** Every state that was found was expanded. */
  readonly expanded: boolean;
  /** The first of all shortest paths to a violation, in the order of successors(). */
  readonly pathOf: (found: Found) => readonly number[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  readonly bytes: number;
}

export function conclude(end: Conclusion): SearchResult {
  const { names, findings, states, transitions, depth, seconds, bytes } = end;
  const limits = [...modelLimits(end), ...end.limits];
  const sorted = violationsOf(end).sort(inOrder);
  const violations = end.stopping ? sorted.slice(0, 1) : sorted;
  const complete = limits.length === 0 && end.expanded && !end.stopping;
  return {
    verdict: verdictOf(violations[0], limits[0], complete),
    violations,
    limits,
    witnesses: names.witnesses.map(({ name }, w) => ({ name, depth: findings.witnessDepth[w] })),
    complete,
    states,
    transitions,
    depth,
    seconds,
    bytes,
    bytesPerState: bytes / Math.max(1, states),
  };
}

/** The limits of the model that were met, the nearest first. */
function modelLimits({ compiled, findings }: Conclusion): Limit[] {
  const met = [...findings.limitDepth.entries()].flatMap(([l, depth]) => (depth === undefined ? [] : [{ l, depth }]));
  met.sort((a, b) => a.depth - b.depth || a.l - b.l);
  return met.map(({ l }) => ({ kind: "model", text: defined(compiled.limits[l], "a limit has a text") }));
}

function violationsOf({ names, findings, stopping, pathOf }: Conclusion): Violation[] {
  const shortest = Math.min(...[...findings.found.values()].map(({ depth }) => depth));
  return [...findings.found].flatMap(([property, found]) => {
    // Only the shortest is told: the others need no path.
    if (stopping && found.depth > shortest) return [];
    const path = pathOf(found);
    assert(path.length === found.depth, "a violation's depth is the length of its path");
    return [{ ...propertyOf(names, property), depth: found.depth, path }];
  });
}

function propertyOf(names: Names, property: number): Pick<Violation, "property" | "kind"> {
  if (property === DEADLOCK) return { property: NO_DEADLOCK, kind: "deadlock" };
  const { name, kind } = defined(names.properties[property], "a reported property has a name");
  return { property: name, kind };
}

const PHASES: readonly Violation["kind"][] = ["never", "always", "at_end", "deadlock"];

function inOrder(a: Violation, b: Violation): number {
  const ending = ({ kind }: Violation): number => (PHASES.indexOf(kind) < 2 ? 0 : 1);
  const at = a.path.findIndex((index, i) => index !== b.path[i]);
  const byPath = at < 0 ? 0 : a.path[at]! - (b.path[at] ?? -1);
  return a.depth - b.depth || ending(a) - ending(b) || byPath || PHASES.indexOf(a.kind) - PHASES.indexOf(b.kind);
}

function verdictOf(violation: Violation | undefined, limit: Limit | undefined, complete: boolean): Verdict {
  if (violation !== undefined) return { kind: "violates", violation };
  if (limit !== undefined) return { kind: "unknown", limit };
  assert(complete, "a search without violation and without limit looked at every state");
  return { kind: "safe" };
}
