// SPDX-License-Identifier: MIT
// What is said of one barrier under one memory model, in words that are no stronger than the searches.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { type Barrier, barrierKey, type Form } from "../program/weaken.ts";
import type { BarrierOutcome } from "./barriers-report.ts";
import { type Base, type Found, type Run, type Tried, tryForm } from "./barriers-search.ts";
import type { Survey } from "./barriers-survey.ts";
import { shellWord } from "./explain.ts";
import type { Library } from "./library.ts";
import { weakeningName } from "./weakening.ts";

export interface Question {
  readonly library: Library;
  readonly survey: Survey;
  readonly model: MemoryModel;
  readonly barrier: Barrier;
  /** All scenarios of the survey under the model. */
  readonly bases: readonly Base[];
  /** `shipped` if these are all the shipped scenarios, else `given`. */
  readonly which: "shipped" | "given";
}

const NOTHING = { scenario: null, property: null, steps: null, also: [], enough: [], searched: [], command: null };

function nameOf({ subject }: Pick<Base, "subject">): string {
  return subject.item.scenario.info.name;
}

/** Scenarios in which the barrier can be reached, as far as the compiler knows. */
function holding({ bases, barrier }: Question): Base[] {
  const key = barrierKey(barrier);
  return bases.filter(({ subject }) => subject.barriers.some((other) => barrierKey(other) === key));
}

/** A scenario that has no verdict without any change, and why; undefined: there is none. */
function unknownAsItIs(question: Question): string | undefined {
  const base = holding(question).find(({ verdict }) => verdict === "unknown");
  return base && `${nameOf(base)}, as it is: ${base.limit}`;
}

/** The outcome where there is nothing to search with. */
function unasked(question: Question, weakened: Form): BarrierOutcome {
  const nothing = { ...NOTHING, model: question.model.name, weakened };
  const held = holding(question);
  const blank = unknownAsItIs(question);
  if (blank !== undefined) return { ...nothing, result: "unknown", claim: `unknown: ${blank}` };
  const violated = held.filter(({ verdict }) => verdict === "violates");
  if (violated.length > 0) {
    const names = violated.map(nameOf).join(", ");
    const claim = `not asked: no safe scenario executes it; those that may are violated as they are: ${names}`;
    return { ...nothing, result: "not asked", claim };
  }
  return { ...nothing, result: "not executed", claim: `not executed by any ${question.which} scenario` };
}

function claimOf({ model, which }: Question, form: Form, tried: Tried, searched: number): string {
  switch (tried.result) {
    case "distinguished": {
      const [found] = tried.all;
      const { property, depth } = found.violation;
      return `${form}: ${nameOf(found)} violates "${property}" (${depth} steps)`;
    }
    case "unknown":
      return `${form}: unknown: ${tried.why}`;
    case "no effect":
      return `${form}: no effect: the same code under ${model.name}`;
    case "not distinguished": {
      const what = form === "dropped" ? "its removal" : "the weaker form";
      const scenarios = `no ${which} scenario at these bounds`;
      return `${form}: ${scenarios} distinguishes ${what} under ${model.name} (${searched} searched)`;
    }
  }
}

/** The command that prints the counterexample. */
function commandOf({ library, survey, model, barrier }: Question, form: Form, { subject }: Found): string {
  const { scenario, design } = subject.item;
  const words = ["lazymm", "explain", scenario.ref, "--design", design.ref, "--model", model.name];
  words.push("--weaken", weakeningName(barrier, form, survey.barriers));
  if (library.overlay) words.push("--overlay", library.overlay.folder);
  return words.map(shellWord).join(" ");
}

/** What a weaker form showed; a scenario that has no verdict even without it cannot say that it makes no difference. */
function outcomeOf(question: Question, form: Form, shown: Tried, asked: readonly Base[]): BarrierOutcome {
  const blank = unknownAsItIs(question);
  const isBlind = shown.result === "not distinguished" && blank !== undefined;
  const tried: Tried = isBlind ? { result: "unknown", why: blank } : shown;
  const searched = tried.result === "no effect" ? [] : asked.map(nameOf);
  const claim = claimOf(question, form, tried, searched.length);
  const common = { ...NOTHING, model: question.model.name, weakened: form, searched, claim };
  if (tried.result !== "distinguished") return { ...common, result: tried.result };
  const [shortest, ...others] = tried.all;
  return {
    ...common,
    result: "distinguished",
    scenario: nameOf(shortest),
    property: shortest.violation.property,
    steps: shortest.violation.depth,
    also: others.map(nameOf),
    command: commandOf(question, form, shortest),
  };
}

/** Tries the weakest form; if that is distinguished, the stronger ones, too: one of them may be enough. */
export async function judgeBarrier(run: Run, question: Question): Promise<BarrierOutcome> {
  const { barrier, model, bases } = question;
  const [weakest, ...stronger] = barrier.forms;
  const form = defined(weakest, "a barrier has weaker forms");
  const asked = bases.filter(({ verdict, executed }) => verdict === "safe" && executed.has(barrierKey(barrier)));
  if (asked.length === 0) return unasked(question, form);
  const subjects = asked.map(({ subject }) => subject);
  const outcome = outcomeOf(question, form, await tryForm(run, barrier, form, model, subjects), asked);
  if (outcome.result !== "distinguished") return outcome;
  const enough: Form[] = [];
  for (const other of stronger) {
    const { result } = outcomeOf(question, other, await tryForm(run, barrier, other, model, subjects), asked);
    if (result === "not distinguished" || result === "no effect") enough.push(other);
  }
  const more = enough.length === 0 ? "" : `; ${enough.join(" or ")}: not distinguished`;
  return { ...outcome, enough, claim: outcome.claim + more };
}
