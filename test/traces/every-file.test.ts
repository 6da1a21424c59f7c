// SPDX-License-Identifier: MIT
// Whatever lies beside the project: a file is read, and what could not be known is told; or it is refused with what it
// is and a way out. Nothing throws.

import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { openTrace } from "../../src/traces/input/open.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { filesBelow } from "./files.ts";
import { RECORDINGS } from "./text.ts";

const FILES = ["formats", "third-party"].flatMap((name) => filesBelow(join(RECORDINGS, name)));

describe.skipIf(FILES.length === 0)("files beside the project (skipped where they are absent)", () => {
  test.each(FILES.map((file) => [relative(RECORDINGS, file), file] as const))("%s", async (_, file) => {
    const opened = await openTrace(file);
    if (!opened.ok) {
      expect(opened.error.message).not.toMatch(/[{}]|undefined/);
      expect(opened.error.wayOut.length).toBeGreaterThan(10);
      return;
    }
    const { table, notes, odd, unparsed } = opened.value;
    expect(table.length).toBeGreaterThan(0);
    // What was skipped is told.
    if ((odd.unknown ?? 0) + (odd.nameless ?? 0) > 0) expect(notes.length).toBeGreaterThan(0);
    for (const rows of Object.values(unparsed)) expect(rows).toBeGreaterThan(0);
    expect(buildSchedule(opened.value).ok).toBe(true);
  });
});
