// SPDX-License-Identifier: MIT
// npm run bench:traces [-- --json] [-- NAME]: how fast traces are read. Rates are per CPU second. One file per group of
// cases; where a peer is installed, its rate stands beside ours.
import { fileURLToPath } from "node:url";
import { runCases } from "./run.ts";
import { inflateCases } from "./traces/inflate.ts";
import { textCases } from "./traces/text.ts";

await runCases([...textCases(), ...inflateCases()], fileURLToPath(import.meta.url));
