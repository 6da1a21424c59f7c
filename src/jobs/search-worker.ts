// SPDX-License-Identifier: MIT
// The thread of one worker of a search (threads.ts starts it): loads the emitted text, works until the search has
// ended, and sends what it has found.
import { parentPort, workerData } from "node:worker_threads";
import { defined } from "../base/assert.ts";
import type { Names } from "../checker/search.ts";
import { bellOf, type Shared, waitForBell } from "../checker/shared.ts";
import { SearchWorker, type WorkerOptions } from "../checker/worker.ts";
import { type Emitted, loadPacked } from "../emit/packed.ts";

export interface WorkerInput {
  readonly emitted: Pick<Emitted, "text" | "limits">;
  readonly names: Names;
  readonly shared: Shared;
  readonly id: number;
  readonly options: WorkerOptions;
}

const { emitted, names, shared, id, options } = workerData as WorkerInput;
const worker = new SearchWorker(loadPacked(emitted), names, shared, id, options);
for (;;) {
  const bell = bellOf(shared);
  const did = worker.step();
  if (did === "ended") break;
  if (did === "idle") waitForBell(shared, bell);
}
defined(parentPort ?? undefined, "this runs as a worker").postMessage(worker.part());
