// SPDX-License-Identifier: MIT
// The verdicts of designs, as `compare` shows them: looked up where they are stored, searched for where they cannot be.
import { defined } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import { breathe, bufferDepth, build, prepare, runSearch } from "./engine.ts";
import { type DesignEntry, type Library, memoryModels } from "./library.ts";
import type { JobContext, JobError, Verdict } from "./reports.ts";
import { type Case, caseOf } from "./select.ts";
import { digestOfSources } from "./sources-digest.ts";
import { hashProgram, keyOf, nameOf, readStore, shortHashOf, type VerdictStore } from "./verdict-store.ts";

export interface DesignVerdicts {
  readonly design: string;
  /** By memory model. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** By memory model: "14/14": how many of its scenarios are safe, of how many apply. */
  readonly scenarios: Readonly<Record<string, string>>;
  /** By memory model: the scenarios that it violates. */
  readonly violated: Readonly<Record<string, readonly string[]>>;
}

/**
 * The worst first. A violation stays one whatever the others say; a stale verdict is worth less than an unknown one,
 * which was at least looked for.
 */
const WORST: readonly Verdict[] = ["violates", "stale", "unknown", "safe"];

interface Found {
  readonly scenario: string;
  readonly model: string;
  readonly verdict: Verdict;
}

/** A design's verdict is the worst of its scenarios; a design that no scenario is about has none. */
function sumUp(design: string, found: readonly Found[]): DesignVerdicts {
  const violated: Record<string, string[]> = {};
  const verdicts: Record<string, Verdict> = {};
  const scenarios: Record<string, string> = {};
  for (const { name } of memoryModels) {
    const answers = found.filter(({ model }) => model === name);
    if (answers.length === 0) continue;
    const own = answers.map(({ verdict }) => verdict);
    violated[name] = answers.filter(({ verdict }) => verdict === "violates").map(({ scenario }) => scenario);
    verdicts[name] = WORST.find((verdict) => own.includes(verdict)) ?? "unknown";
    scenarios[name] = `${own.filter((verdict) => verdict === "safe").length}/${own.length}`;
  }
  return { design, verdicts, scenarios, violated };
}

/** How the verdicts of a case are found, one for each of its models: looked up, or searched for. */
type Judge = (item: Case) => Promise<Result<readonly Verdict[], JobError>>;

/** Looks verdicts up, and trusts those that are of these sources, or whose hash is still the same. */
function storedJudge(library: Library, { sources, verdicts }: VerdictStore): Judge {
  const known = new Map(verdicts.map((verdict) => [keyOf(verdict), verdict]));
  const isCurrent = sources !== "" && sources === digestOfSources();
  return async (item) => {
    const stored = item.models.map((model) => known.get(keyOf(nameOf(item, model))));
    if (isCurrent) return ok(stored.map((verdict) => verdict?.verdict ?? "stale"));
    const program = build(library, item);
    if (!program.ok) return program;
    const hash = hashProgram(program.value);
    return ok(
      item.models.map((model, i) => {
        const verdict = stored[i];
        return verdict?.hash === shortHashOf(hash, item, model) ? verdict.verdict : "stale";
      }),
    );
  };
}

/** Searches: nobody can have stored a verdict about text that is not ours. */
function liveJudge(library: Library, context: JobContext): Judge {
  return async (item) => {
    const program = build(library, item);
    if (!program.ok) return program;
    const verdicts: Verdict[] = [];
    for (const model of item.models) {
      const engine = prepare(program.value, model, bufferDepth(item, model), false);
      const what = `${item.scenario.info.name}, ${item.design.info.name}, ${model.name}`;
      verdicts.push((await runSearch(engine, program.value, { maxStates: undefined }, context, what)).verdict.kind);
    }
    return ok(verdicts);
  };
}

/** The verdict of a design is that of all scenarios that apply; where nothing is stored for it, they are searched. */
async function judgeDesign(
  library: Library,
  design: DesignEntry,
  judge: Judge,
  context: JobContext,
): Promise<Result<DesignVerdicts, JobError>> {
  const found: Found[] = [];

  for (const scenario of library.scenarios) {
    const item = caseOf(scenario, design);
    if (item === undefined) continue;
    await breathe();
    if (context.signal.aborted) {
      found.push(
        ...item.models.map(({ name }) => ({ scenario: scenario.info.name, model: name, verdict: "unknown" as const })),
      );
      continue;
    }
    const verdicts = await judge(item);
    if (!verdicts.ok) return verdicts;
    const of = (i: number): Verdict => defined(verdicts.value[i], "one for each model");
    found.push(...item.models.map(({ name }, i) => ({ scenario: scenario.info.name, model: name, verdict: of(i) })));
  }
  return ok(sumUp(design.info.name, found));
}

/** A row for each design. Verdicts are looked up, unless an overlay or a user's file changes what they are about. */
export async function compareVerdicts(
  library: Library,
  designs: readonly DesignEntry[],
  context: JobContext,
  store = readStore(),
): Promise<Result<DesignVerdicts[], JobError>> {
  const stored = storedJudge(library, store);
  const live = liveJudge(library, context);
  const rows: DesignVerdicts[] = [];
  for (const [i, design] of designs.entries()) {
    context.progress("verdicts", i, designs.length);
    const judge = design.user || library.overlay !== undefined ? live : stored;
    const row = await judgeDesign(library, design, judge, context);
    if (!row.ok) return row;
    rows.push(row.value);
  }
  return ok(rows);
}
