// SPDX-License-Identifier: MIT
// npm run bench [-- --json] [-- NAME]: what lazymm costs on this machine. Rates are per CPU second.
import { fileURLToPath } from "node:url";
import { cases } from "./cases.ts";
import { runCases } from "./run.ts";

await runCases(cases(), fileURLToPath(import.meta.url));
