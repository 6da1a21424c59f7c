// SPDX-License-Identifier: MIT
// All shipped cases, and what is stored of them.

import { openLibrary } from "../../src/jobs/library.ts";
import type { Case } from "../../src/jobs/select.ts";
import { selectCases } from "../../src/jobs/select.ts";

const opened = openLibrary(undefined);
if (!opened.ok) throw new Error(JSON.stringify(opened.error, null, 2));
export const library = opened.value;

const selected = selectCases(library, { names: [], designs: [], models: [] });
if (!selected.ok) throw new Error(JSON.stringify(selected.error, null, 2));
export const cases: readonly Case[] = selected.value;
