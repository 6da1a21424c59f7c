// SPDX-License-Identifier: MIT
// A thread that works on one case after the other (cases.ts starts it). It reads the model itself: a parsed library is
// no data that could be sent.
import { parentPort, workerData } from "node:worker_threads";
import { assert, defined } from "../base/assert.ts";
import { type CaseName, type FromWorker, type ToWorker, WORK, type WorkerStart } from "./case-work.ts";
import { type Library, openLibrary } from "./library.ts";
import type { JobContext } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";

const port = defined(parentPort ?? undefined, "this runs as a worker");
const { kind, overlay, how } = workerData as WorkerStart;
const send = (message: FromWorker): void => port.postMessage(message);

function open(): Library {
  const library = openLibrary(overlay);
  assert(library.ok, "it has been opened before");
  return library.value;
}

function find(library: Library, { scenario, design, models }: CaseName): Case {
  const cases = selectCases(library, { names: [scenario], designs: [design], models });
  const isIt = (item: Case): boolean => item.scenario.ref === scenario && item.design.ref === design;
  return defined(cases.ok ? cases.value.find(isIt) : undefined, "the case has been selected before");
}

const library = open();
const controller = new AbortController();
const context: JobContext = {
  signal: controller.signal,
  progress: (what, done, total) => send({ op: "progress", what, done, total }),
  note: (line) => send({ op: "note", line }),
};

port.on("message", async (message: ToWorker) => {
  if (message.op === "stop") controller.abort();
  else send({ op: "done", result: await WORK[kind](library, find(library, message.name), how, context) });
});
