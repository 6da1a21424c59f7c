// SPDX-License-Identifier: MIT
// A run that comes back to where it has been, and so can go round for ever: whether it may, and who waits on it.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { Scene, waitingOn } from "../checker/fairness.ts";
import type { Path } from "../checker/path.ts";
import type { Compiled, Field } from "../program/compiled.ts";
import type { Program } from "../program/program.ts";
import { type LiveContext, liveContexts } from "../program/progress.ts";

export interface EndlessWait {
  /** The moment from which on the run goes round. */
  readonly loop: number;
  /** Who never gets anywhere meanwhile. */
  readonly waiting: readonly { readonly code: number; readonly cpu: number }[];
}

/** As liveness sees the program. Of models with views a load may read what is older than the newest store. */
export function contextsOf(program: Program, model: MemoryModel, fields: readonly Field[]): LiveContext[] {
  return liveContexts(program, fields, model.kind === "views");
}

/** undefined: the run does not come back, or everybody gets somewhere, or somebody else would have had to move. */
export function endlessWaitOf(
  contexts: readonly LiveContext[],
  compiled: Compiled,
  states: readonly Int32Array[],
  path: Path,
): EndlessWait | undefined {
  const last = states.at(-1)?.join();
  const loop = states.findIndex((state) => state.join() === last);
  if (loop < 0 || loop === states.length - 1) return undefined;
  const scene = new Scene(compiled, contexts);
  const waiting = waitingOn(scene, states.slice(loop, -1), path.slice(loop));
  return waiting.length === 0 ? undefined : { loop, waiting: waiting.flatMap((i) => contexts[i] ?? []) };
}
