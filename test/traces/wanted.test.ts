// SPDX-License-Identifier: MIT
// What replays ask of a trace can be known from a part of the arguments: the rest takes no memory, and changes nothing.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Wanted } from "../../src/events/builder.ts";
import { type OpenedTrace, openTrace } from "../../src/traces/input/open.ts";
import { recordedFlushes } from "../../src/traces/recorded.ts";
import { wantedArguments } from "../../src/traces/row-handlers.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { filesBelow } from "./files.ts";
import { FIXTURE, groundTruth, RECORDINGS } from "./text.ts";

const FIXTURES = join(FIXTURE, "..");
const OWN = readdirSync(FIXTURES).map((name) => join(FIXTURES, name));
const FORMATS = filesBelow(join(RECORDINGS, "formats"));

async function opened(path: string, wanted: Wanted | undefined): Promise<OpenedTrace | undefined> {
  const trace = await openTrace(path, { wanted });
  return trace.ok ? trace.value : undefined;
}

/** All that a replay takes from a trace. */
function taken(trace: OpenedTrace) {
  const built = buildSchedule(trace);
  if (!built.ok) return built;
  const { odd, lost, notes, unparsed, units } = trace;
  const { pids, length } = trace.table;
  return [
    built.value,
    recordedFlushes(trace.table, built.value.window),
    pids,
    length,
    odd,
    lost,
    notes,
    unparsed,
    units,
  ];
}

describe("what is left out makes no difference", () => {
  test.each([...OWN, ...groundTruth(""), ...FORMATS])("%s", async (path) => {
    const [all, some] = [await opened(path, undefined), await opened(path, wantedArguments)];
    expect(some === undefined).toBe(all === undefined);
    if (all === undefined || some === undefined) return;
    expect(taken(some)).toEqual(taken(all));
    if (all.format !== "perfetto") expect(some.table.values.length).toBeLessThan(all.table.values.length);
  });

  test("but it would of what is wanted", async () => {
    const path = FIXTURE;
    const all = await opened(path, undefined);
    for (const name of ["exit_release", "sched_switch", "task_newtask", "flush_range", "tlb_flush"]) {
      const less = await opened(path, (one) => (one === name ? [] : wantedArguments(one)));
      expect(taken(less!), name).not.toEqual(taken(all!));
    }
  });
});
