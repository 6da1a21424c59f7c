// SPDX-License-Identifier: MIT
// `npm run verdicts`: searches everything and writes model/verdicts.json. What it finds is recorded as it is; whether
// it is what the scenarios expect, `lazymm check` and the tests say.
import { writeFileSync } from "node:fs";
import { bufferDepth, build, prepare, runSearch } from "./engine.ts";
import { type Library, modelRoot, openLibrary } from "./library.ts";
import type { JobContext, JobError } from "./reports.ts";
import { selectCases } from "./select.ts";
import { hashOf, hashProgram, type StoredVerdict, VERDICTS_FILE, VERDICTS_SCHEMA } from "./verdicts.ts";

const context: JobContext = {
  signal: new AbortController().signal,
  progress: () => undefined,
  note: () => undefined,
};

function fail(error: JobError): never {
  process.stderr.write(`${error.kind === "rejected" ? error.diagnostics.join("\n") : JSON.stringify(error)}\n`);
  process.exit(1);
}

async function searchAll(library: Library): Promise<StoredVerdict[]> {
  const cases = selectCases(library, { names: [], designs: [], models: [] });
  if (!cases.ok) return fail(cases.error);
  const verdicts: StoredVerdict[] = [];
  for (const item of cases.value) {
    const program = build(library, item);
    if (!program.ok) return fail(program.error);
    const hash = hashProgram(program.value);
    for (const model of item.models) {
      const engine = prepare(program.value, model, bufferDepth(item, model), false);
      const { verdict, states } = await runSearch(engine, program.value, { maxStates: undefined }, context, "");
      verdicts.push({
        scenario: item.scenario.info.name,
        design: item.design.info.name,
        model: model.name,
        verdict: verdict.kind,
        property: verdict.kind === "violates" ? verdict.violation.property : null,
        states,
        hash: hashOf(hash, item, model),
      });
    }
  }
  return verdicts;
}

const library = openLibrary(undefined);
if (!library.ok) fail(library.error);
const verdicts = await searchAll(library.value);
writeFileSync(`${modelRoot()}/${VERDICTS_FILE}`, `${JSON.stringify({ schema: VERDICTS_SCHEMA, verdicts }, null, 2)}\n`);
process.stdout.write(`${VERDICTS_FILE}: ${verdicts.length} verdicts\n`);
