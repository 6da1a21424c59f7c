// SPDX-License-Identifier: MIT
// Which steps of a run a reader needs: those through which one CPU's doing reaches another CPU, the hardware, or the
// violated property. The rest is private: whatever it was, the others could not tell. This only decides what is
// printed; `--full` prints everything.
import { defined } from "../base/assert.ts";
import type { FenceOrder } from "../program/program.ts";
import { outside, sourcesOf } from "./attempt.ts";
import { type Element, keyOf } from "./decode.ts";
import { type Change, drainedAt, type History, type Moment } from "./history.ts";
import { cpuOf, type Naming } from "./naming.ts";
import { whoWaits } from "./waiting.ts";

/** Who touches an element in the run. A page walker is somebody else than the code that runs on its CPU. */
interface Users {
  readonly readers: Set<string>;
  readonly writers: Set<string>;
}

export function agentOf({ cpu, taken }: Moment): string {
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

/** Those that its line in the source is about: not what is computed behind it, unless that is a violation. */
export function ownReadsOf(moment: Moment): (Element & { readonly value: number })[] {
  const { taken } = moment;
  if (!taken || taken.did.raised !== undefined) return readsOf(moment);
  return taken.did.ops.flatMap((op) => (op.inside ? op.from.elements : []));
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

/** What the violation was judged by: what its step looked at, the failing part of its predicate, what all wait for. */
function judgedBy(history: History): Set<number> {
  const { broken, moments, states, program } = history;
  if (broken === undefined) return new Set();
  if (broken.kind === "never") return new Set(readsOf(defined(moments[broken.after], "it happened")).map(keyOf));
  if (broken.kind === "deadlock" || broken.kind === "endless wait")
    return new Set(whoWaits(history).flatMap(({ reads }) => reads.map(keyOf)));
  const state = defined(states[broken.after + 1], "there is a state behind every step");
  return new Set(broken.test ? sourcesOf(program, outside(program, state), broken.test).elements.map(keyOf) : []);
}

/** What is known of the locals of one context, at some moment. */
interface Marks {
  /** They hold, or were computed from, what others write in this run. */
  readonly foreign: Set<number>;
  /** The moments whose loads they were computed from. */
  readonly origins: Map<number, ReadonlySet<number>>;
}

/**
 * The loads of values that are compared with what others write: `ctxs[1].tlb_gen` beside the mm's tlb_gen. Nobody else
 * can see them, but without them nobody can see why the code went on as it did.
 */
function decidingLoads(history: History, isForeign: (moment: Moment, element: Element) => boolean): Set<number> {
  const contexts = new Map<string, Marks>();
  const deciding = new Set<number>();
  for (const moment of history.moments) {
    if (!moment.taken) continue;
    const context = `${moment.taken.code.name} ${moment.cpu}`;
    const marks = contexts.get(context) ?? { foreign: new Set(), origins: new Map() };
    contexts.set(context, marks);
    for (const { op, ...rest } of moment.taken.did.ops) {
      const { locals, elements } = rest.from;
      const foreign = locals.some((l) => marks.foreign.has(l)) || elements.some((e) => isForeign(moment, e));
      const origins = new Set(locals.flatMap((l) => [...(marks.origins.get(l) ?? [])]));
      if (op === "test" && foreign) for (const origin of origins) deciding.add(origin);
      if (op !== "set" || !("local" in rest)) continue;
      if (foreign) marks.foreign.add(rest.local);
      else marks.foreign.delete(rest.local);
      marks.origins.set(rest.local, elements.length > 0 ? origins.add(moment.index) : origins);
    }
  }
  return deciding;
}

/** Loads that say once more what the same CPU has been told before, and nobody has changed since. */
function repeatedLoads(history: History, naming: Naming, isShown: (moment: Moment) => boolean): Set<number> {
  const repeated = new Set<number>();
  const told = new Map<string, number>();
  for (const moment of history.moments) {
    for (const change of moment.changes) {
      for (let cpu = 0; cpu < history.program.cpus; cpu++) told.delete(`${cpu} ${keyOf(change)}`);
    }
    const accessed = moment.taken?.did.accessed;
    if (!accessed || !isShown(moment)) continue;
    const key = `${moment.cpu} ${keyOf(accessed.element)}`;
    const owner = cpuOf(naming, accessed.element);
    const remote = owner !== undefined && owner !== moment.cpu;
    if (accessed.kind !== "load" || remote) continue;
    if (told.get(key) === accessed.value) repeated.add(moment.index);
    told.set(key, accessed.value);
  }
  return repeated;
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

/** Whether a reader has to know of a barrier. */
function orders({ model }: History, order: FenceOrder): boolean {
  return model.kind === "views" ? model.fence[order] !== "none" : order === "mb" && model.fence.mb === "drain";
}

function isPrivate({ history, naming, foreign, noticed }: Run, moment: Moment, decides: boolean): boolean {
  const { taken } = moment;
  if (!taken) {
    const drained = drainedAt(history, moment);
    return !drained || !noticed(moment, drained);
  }
  if (moment.index === history.broken?.after) return false;
  if (moment.index >= (history.broken?.endless?.loop ?? history.moments.length)) return false;
  if (taken.code.kind === "walker" || (taken.code.kind === "interrupt" && taken.id === 0)) return false;
  const { accessed } = taken.did;
  switch (taken.step.access.kind) {
    case "fence":
      return !orders(history, taken.step.access.order);
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
  const deciding = decidingLoads(history, foreign);
  const run = { history, naming, foreign, noticed };
  const alone = history.moments.map((moment) => isPrivate(run, moment, deciding.has(moment.index)));
  const repeated = repeatedLoads(history, naming, ({ index }) => alone[index] === false);
  return alone.map((isAlone, index) => isAlone || (repeated.has(index) && index !== history.broken?.after));
}
