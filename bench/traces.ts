// SPDX-License-Identifier: MIT
// npm run bench:traces [-- --json] [-- NAME]: how fast traces are read, replayed, and held against designs. Rates are
// per CPU second. One file per group of cases; where a peer is installed, its rate stands beside ours.
import { fileURLToPath } from "node:url";
import { runCases } from "./run.ts";
import { conformCases } from "./traces/conform.ts";
import { datCases } from "./traces/dat.ts";
import { inflateCases } from "./traces/inflate.ts";
import { replayCases } from "./traces/replay.ts";
import { textCases } from "./traces/text.ts";

const cases = [...textCases(), ...inflateCases(), ...datCases(), ...conformCases(), ...replayCases()];
await runCases(cases, fileURLToPath(import.meta.url));
