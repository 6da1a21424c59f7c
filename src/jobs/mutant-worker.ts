// SPDX-License-Identifier: MIT
// A thread that tries one mutant after the other beside its recording (mutant-work.ts starts it).
import { parentPort, workerData } from "node:worker_threads";
import { assert, defined } from "../base/assert.ts";
import { compileBeside, openRecording } from "./conform.ts";
import { openLibrary } from "./library.ts";
import { type Change, tryMutant } from "./mutant-run.ts";
import type { MutantWorkerStart } from "./mutant-work.ts";
import type { JobContext } from "./reports.ts";

const port = defined(parentPort ?? undefined, "this runs as a worker");
const start = workerData as MutantWorkerStart;
const context: JobContext = { signal: new AbortController().signal, progress: () => {}, note: () => {} };

const library = openLibrary(start.overlay);
assert(library.ok, "it has been opened before");
const opened = await openRecording(library.value, start, context);
assert(opened.ok, "it has been opened before");
const recording = opened.value;
const base = { modules: library.value.modules, design: recording.design.info };
const { text } = compileBeside(recording, base).emitted;

port.on("message", (change: Change) => port.postMessage(tryMutant(recording, base, text, change)));
