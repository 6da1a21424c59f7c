// SPDX-License-Identifier: MIT
// Which steps of a run a reader needs: those through which one CPU's doing reaches another CPU, the hardware, or the
// violated property. The rest is private: whatever it was, the others could not tell. This only decides what is
// printed; `--full` prints everything.
import { defined } from "../base/assert.ts";
import { type Element, keyOf } from "./decode.ts";
import { type Change, drainedAt, type History, type Moment } from "./history.ts";
import { outside, sourcesOf } from "./interpret.ts";
import { cpuOf, type Naming } from "./naming.ts";

/** Who touches an element in the run. A page walker is somebody else than the code that runs on its CPU. */
interface Users {
  readonly readers: Set<string>;
  readonly writers: Set<string>;
}

function agentOf({ cpu, taken }: Moment): string {
  return taken?.code.kind === "walker" ? `walker ${cpu}` : `${cpu}`;
}

/**
 * All elements that a step reads, its access and its instruction included. That a pointer is checked only counts where
 * the check fails.
 */
export function readsOf({ taken }: Moment): (Element & { readonly value: number })[] {
  if (!taken) return [];
  const { ops, checked, raised } = taken.did;
  return [...(raised === undefined ? [] : checked), ...ops.flatMap((op) => op.from.elements)];
}

/** All elements that it writes, changed or not; a store into the buffer is one. */
function writesOf(moment: Moment): Element[] {
  const accessed = moment.taken?.did.accessed;
  const stores = accessed?.kind === "store" || (accessed?.kind === "rmw" && accessed.value !== undefined);
  return [...moment.changes, ...(stores ? [accessed.element] : [])];
}

function findUsers(history: History): Map<number, Users> {
  const users = new Map<number, Users>();
  const of = (element: Element): Users => {
    const known = users.get(keyOf(element)) ?? { readers: new Set(), writers: new Set() };
    users.set(keyOf(element), known);
    return known;
  };
  for (const moment of history.moments) {
    for (const element of readsOf(moment)) of(element).readers.add(agentOf(moment));
    for (const element of writesOf(moment)) of(element).writers.add(agentOf(moment));
  }
  return users;
}

/** What the violation was judged by: what its step looked at, or the failing part of its predicate. */
function judgedBy(history: History): Set<number> {
  const { broken, moments, states, program } = history;
  if (broken === undefined) return new Set();
  if (broken.kind === "never") return new Set(readsOf(defined(moments[broken.after], "it happened")).map(keyOf));
  const state = defined(states[broken.after + 1], "there is a state behind every step");
  return new Set(broken.test ? sourcesOf(program, outside(program, state), broken.test).elements.map(keyOf) : []);
}

/** Locals of each context that hold, or were computed from, what others write in this run. */
class Taint {
  private readonly marked = new Map<string, Set<number>>();

  /** Goes through a step; true if it decides something by such a value. */
  follow(moment: Moment, foreign: (element: Element) => boolean): boolean {
    if (!moment.taken) return false;
    const context = `${moment.taken.code.name} ${moment.cpu}`;
    const marks = this.marked.get(context) ?? new Set<number>();
    this.marked.set(context, marks);
    let decides = false;
    for (const op of moment.taken.did.ops) {
      const tainted = op.from.locals.some((l) => marks.has(l)) || op.from.elements.some(foreign);
      if (op.op === "test") decides ||= tainted;
      if (op.op !== "set") continue;
      if (tainted) marks.add(op.local);
      else marks.delete(op.local);
    }
    return decides;
  }
}

/** The questions that decide what is private, for one run. */
interface Run {
  readonly history: History;
  readonly naming: Naming;
  /** Another agent writes it. */
  readonly foreign: (moment: Moment, element: Element) => boolean;
  /** Another agent looks at it, or writes it, or the violation was judged by it. */
  readonly noticed: (moment: Moment, element: Element) => boolean;
}

function isPrivate({ history, naming, foreign, noticed }: Run, moment: Moment, decides: boolean): boolean {
  const { taken } = moment;
  if (!taken) return !noticed(moment, drainedAt(history, moment));
  if (moment.index === history.broken?.after) return false;
  if (taken.code.kind === "walker" || (taken.code.kind === "interrupt" && taken.id === 0)) return false;
  const { accessed } = taken.did;
  switch (taken.step.access.kind) {
    case "fence":
      return taken.step.access.order !== "mb" || history.model.fence.mb !== "drain";
    case "instruction":
      return !effectsInside(moment).some((e) => noticed(moment, e)) && !readsOf(moment).some((e) => foreign(moment, e));
    case "none":
    case "choose":
      return true;
    default:
      break;
  }
  if (accessed === undefined) return true;
  const { element } = accessed;
  const owner = cpuOf(naming, element);
  if (owner !== undefined && owner !== moment.cpu) return false;
  return accessed.kind === "load" ? !foreign(moment, element) && !decides : !noticed(moment, element);
}

/** What an instruction itself changes: behind it, a step may also fill in a request block, for instance. */
export function effectsInside({ taken, changes }: Moment): readonly Change[] {
  const inside = new Set(taken?.did.ops.flatMap((op) => (op.op === "put" && op.inside ? [keyOf(op.element)] : [])));
  return changes.filter((change) => inside.has(keyOf(change)));
}

/** By moment: whether it is private. */
export function privateMoments(history: History, naming: Naming): boolean[] {
  const users = findUsers(history);
  const judged = judgedBy(history);
  const others = (agents: ReadonlySet<string> | undefined, moment: Moment): boolean =>
    [...(agents ?? [])].some((agent) => agent !== agentOf(moment));
  const foreign = (moment: Moment, e: Element): boolean => others(users.get(keyOf(e))?.writers, moment);
  const noticed = (moment: Moment, e: Element): boolean =>
    foreign(moment, e) || others(users.get(keyOf(e))?.readers, moment) || judged.has(keyOf(e));
  const taint = new Taint();
  const run = { history, naming, foreign, noticed };
  return history.moments.map((moment) =>
    isPrivate(
      run,
      moment,
      taint.follow(moment, (e) => foreign(moment, e)),
    ),
  );
}
