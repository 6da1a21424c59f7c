// SPDX-License-Identifier: MIT
// All that a command can ask for.
import { barriers } from "./barriers.ts";
import { check } from "./check.ts";
import { compare } from "./compare.ts";
import { conform } from "./conform.ts";
import { conformMutants } from "./conform-mutants.ts";
import { coverage } from "./coverage.ts";
import { explain } from "./explain.ts";
import { inspect } from "./inspect.ts";
import { list } from "./list.ts";
import { litmus } from "./litmus.ts";
import { perfetto } from "./perfetto.ts";
import { promela } from "./promela.ts";
import { replay } from "./replay.ts";
import type { Jobs } from "./reports.ts";

export const jobs: Jobs = {
  compare, conform, conformMutants, check, coverage, barriers, explain, perfetto, replay, inspect, litmus, promela,
  list,
}; // biome-ignore format: a table
