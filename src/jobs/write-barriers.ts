// SPDX-License-Identifier: MIT
// `npm run barriers`: weakens every barrier of the designs that have a golden file, and writes it. What it finds is
// recorded as it is; the tests say which outcomes must not change.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { barriers, byDesign } from "./barriers.ts";
import { claimsOf, GOLDEN_DESIGNS, goldenFile, printGolden } from "./barriers-golden.ts";
import { surveyDesign } from "./barriers-survey.ts";
import { modelRoot, openLibrary } from "./library.ts";
import type { JobContext, JobError } from "./reports.ts";
import { selectCases } from "./select.ts";

const context: JobContext = {
  signal: new AbortController().signal,
  progress: () => undefined,
  note: () => undefined,
};

function fail(error: JobError): never {
  process.stderr.write(`${error.kind === "rejected" ? error.diagnostics.join("\n") : JSON.stringify(error)}\n`);
  process.exit(1);
}

const everything = { names: [], designs: GOLDEN_DESIGNS, models: [], overlay: undefined, maxStates: undefined };
const library = openLibrary(undefined);
if (!library.ok) fail(library.error);
const cases = selectCases(library.value, everything);
if (!cases.ok) fail(cases.error);
const folder = dirname(`${modelRoot()}/${goldenFile("")}`);
mkdirSync(folder, { recursive: true });
const written = new Set<string>();
for (const items of byDesign(cases.value)) {
  const survey = surveyDesign(library.value, items);
  if (!survey.ok) fail(survey.error);
  const { name } = survey.value.design.info;
  const report = await barriers({ ...everything, designs: [name] }, context);
  if (!report.ok) fail(report.error);
  const rows = report.value.designs.flatMap((design) => design.barriers);
  const file = goldenFile(name);
  writeFileSync(`${modelRoot()}/${file}`, printGolden(library.value, survey.value, claimsOf(rows)));
  written.add(file);
  process.stdout.write(`${file}: ${rows.length} barriers and ordered accesses\n`);
}
for (const name of readdirSync(folder)) {
  if (!written.has(goldenFile(name.replace(/\.txt$/, "")))) rmSync(`${folder}/${name}`);
}
