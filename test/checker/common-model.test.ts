// SPDX-License-Identifier: MIT
// Our counts against those of independent checkers, on a model of the size that scenarios have.

import { describe, expect, test } from "vitest";
import { replay } from "../../src/checker/path.ts";
import { search } from "../../src/checker/search.ts";
import { commonModel, commonModelCounts, commonModelNames } from "./models/lazy-tlb.ts";

describe("the common model", () => {
  test.each(commonModelCounts.slice(0, 2))(
    "gen %i, %i: %i states, %i transitions",
    (gen0, gen1, states, transitions) => {
      const result = search(commonModel({ gen0, gen1 }), commonModelNames);
      expect(result).toMatchObject({ verdict: { kind: "safe" }, complete: true, states, transitions });
      expect(result.bytesPerState).toBeLessThan(27);
      // Nobody unmaps while both generations are bound to 0.
      expect(result.witnesses).toEqual([{ name: "a lazy CPU is skipped", depth: gen0 === 0 ? undefined : 22 }]);
    },
  );

  test("without the check of tlb_gen a stale entry is used, and the path leads there", () => {
    const model = commonModel({ gen0: 1, gen1: 0, dropUnlazyCheck: true });
    const kept = search(model, commonModelNames, { storeParents: true });
    const recovered = search(model, commonModelNames);
    expect(recovered.verdict).toEqual(kept.verdict);
    expect(recovered.verdict).toMatchObject({ violation: { kind: "never", depth: 31 } });
    const path = recovered.violations[0]!.path;
    const run = replay(model, path);
    expect(run.ok && run.value.states.length).toBe(path.length + 1);
    const before = replay(model, path.slice(0, -1));
    const user = before.ok ? before.value.states.at(-1)! : new Int32Array(4);
    // Some CPU in user mode has an entry to a freed page.
    expect([0, 1, 2].some((cpu) => ((user[cpu]! >>> 23) & 3) === 2 && ((user[cpu]! >>> 12) & 1) === 0)).toBe(true);
  });
});
