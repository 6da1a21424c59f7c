// SPDX-License-Identifier: MIT
// A run that comes back to where it has been, and so can go round for ever: whether it may, and who waits on it.
import { Scene, waitingOn } from "../checker/fairness.ts";
import type { Path } from "../checker/path.ts";
import type { Compiled, Field } from "../program/compiled.ts";
import type { Program } from "../program/program.ts";
import { liveContexts } from "../program/progress.ts";

export interface EndlessWait {
  /** The moment from which on the run goes round. */
  readonly loop: number;
  /** Who never gets anywhere meanwhile. */
  readonly waiting: readonly { readonly code: number; readonly cpu: number }[];
}

/** undefined: the run does not come back, or everybody gets somewhere, or somebody else would have had to move. */
export function endlessWaitOf(
  program: Program,
  fields: readonly Field[],
  compiled: Compiled,
  states: readonly Int32Array[],
  path: Path,
): EndlessWait | undefined {
  const last = states.at(-1)?.join();
  const loop = states.findIndex((state) => state.join() === last);
  if (loop < 0 || loop === states.length - 1) return undefined;
  const scene = new Scene(compiled, liveContexts(program, fields));
  const waiting = waitingOn(scene, states.slice(loop, -1), path.slice(loop));
  const contexts = waiting.flatMap((i) => scene.contexts[i] ?? []);
  return contexts.length === 0 ? undefined : { loop, waiting: contexts };
}
