// SPDX-License-Identifier: MIT
// All that a command can ask for.
import { check } from "./check.ts";
import { compare } from "./compare.ts";
import { explain } from "./explain.ts";
import { list } from "./list.ts";
import { replay } from "./replay.ts";
import type { Jobs } from "./reports.ts";

export const jobs: Jobs = { compare, check, explain, replay, list };
