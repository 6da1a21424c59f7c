// SPDX-License-Identifier: MIT
// A Program with probes: further witnesses that say which steps were taken, and how the conditions came out on which
// they wait. Nothing else changes: the states and the transitions are those of the Program without them.
import type { Access, Code, Expr, Program, SourceRef, Step, Stmt, Witness } from "./program.ts";

export interface Probe {
  readonly at: SourceRef;
  /** taken: the step was done. true, false: so its condition was, in some state in which it was its turn. */
  readonly kind: "taken" | "true" | "false";
  /** What the condition decides; "" for `taken`. */
  readonly decides: "" | "waits" | "stores";
  /** Which of the step's conditions, from 1. */
  readonly nth: number;
}

export interface Probed {
  readonly program: Program;
  /** Their witnesses stand behind the Program's own, in this order. */
  readonly probes: readonly Probe[];
}

class Prober {
  readonly probes: Probe[] = [];
  readonly witnesses: Witness[] = [];
  private readonly ids = new Map<string, number>();
  private readonly first: number;

  constructor(first: number) {
    this.first = first;
  }

  /** Steps of one line in one function share their probes, in however many places it was expanded. */
  reach(at: SourceRef, kind: Probe["kind"], decides: Probe["decides"], nth: number): Stmt {
    const key = `${at.source}:${at.line}:${at.column}:${at.func} ${kind} ${decides} ${nth}`;
    const id = this.ids.get(key) ?? this.probes.push({ at, kind, decides, nth }) - 1;
    if (!this.ids.has(key)) this.witnesses.push({ name: key, test: null });
    this.ids.set(key, id);
    return { kind: "reach", witness: this.first + id };
  }
}

/** The probes of one step. */
class StepProbes {
  private readonly all: Prober;
  private readonly at: SourceRef;
  private conditions = 0;

  constructor(all: Prober, at: SourceRef) {
    this.all = all;
    this.at = at;
  }

  taken(): Stmt {
    return this.all.reach(this.at, "taken", "", 0);
  }

  /** `if (test) …`, with a probe on either side. */
  on(test: Expr, decides: "waits" | "stores", then: readonly Stmt[], other: readonly Stmt[], holds: boolean): Stmt {
    this.conditions++;
    const probe = (kind: "true" | "false"): Stmt => this.all.reach(this.at, kind, decides, this.conditions);
    const [a, b] = holds ? (["true", "false"] as const) : (["false", "true"] as const);
    return { kind: "if", test, then: [probe(a), ...then], else: [probe(b), ...other] };
  }

  /** The step is disabled unless `test` holds. */
  wait(test: Expr): Stmt {
    return this.on(test, "waits", [], [{ kind: "disabled" }], true);
  }

  /** when() inside of an instruction or a walker: `if (!test) disabled`. */
  inside(list: readonly Stmt[]): Stmt[] {
    return list.map((s): Stmt => {
      if (s.kind === "block") return { ...s, body: this.inside(s.body) };
      if (s.kind !== "if") return s;
      const waits = s.then.length === 1 && s.then[0]?.kind === "disabled" && s.else.length === 0;
      if (waits) return this.on(s.test, "waits", s.then, [], false);
      return { ...s, then: this.inside(s.then), else: this.inside(s.else) };
    });
  }
}

/** The access without its condition, and what then stands behind it. */
function split(access: Access, probes: StepProbes): { access: Access; behind: Stmt[] } {
  switch (access.kind) {
    case "await": {
      const { primitive, order, place, into, until } = access;
      return { access: { kind: "load", primitive, order, place, into }, behind: [probes.wait(until)] };
    }
    case "choose":
      if (access.such === null) return { access, behind: [] };
      return { access: { ...access, such: null }, behind: [probes.wait(access.such)] };
    case "rmw":
      if (access.when === null) return { access, behind: [] };
      return { access, behind: [probes.on(access.when, "stores", [], [], true)] };
    case "instruction":
      return { access: { ...access, body: probes.inside(access.body) }, behind: [] };
    default:
      return { access, behind: [] };
  }
}

function probeStep(step: Step, isWalker: boolean, all: Prober): Step {
  if (step.at.line === 0) return step;
  const probes = new StepProbes(all, step.at);
  const guard = step.guard === null ? [] : [probes.wait(step.guard)];
  const before = isWalker ? probes.inside(step.before) : step.before;
  const { access, behind } = split(step.access, probes);
  return {
    ...step,
    guard: null,
    before: [...guard, ...before],
    access,
    body: [...behind, probes.taken(), ...step.body],
  };
}

export function withProbes(program: Program): Probed {
  const all = new Prober(program.witnesses.length);
  const codes = program.codes.map(
    (code): Code => ({ ...code, steps: code.steps.map((step) => probeStep(step, code.kind === "walker", all)) }),
  );
  return { program: { ...program, codes, witnesses: [...program.witnesses, ...all.witnesses] }, probes: all.probes };
}
