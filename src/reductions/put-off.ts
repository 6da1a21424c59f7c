// SPDX-License-Identifier: MIT
// Putting off what hardware does by itself. A page walk, or the publishing of a buffered store, can be swapped with
// every step that does not touch what it touches; so runs in which it happens only where the next step of some context
// does touch that reach the same violations (docs/reductions.md). The program may be fused already.
import { defined } from "../base/assert.ts";
import type { PutOff, Sees, Walk } from "../program/hardware-moves.ts";
import type { Ordering } from "../program/ordering.ts";
import type { Program, Step, Stmt } from "../program/program.ts";
import { conjuncts } from "../program/visit.ts";
import { type Box, canSwap, type Effect, effectOf, readsOfProperty, seenFromAfar } from "./effects.ts";

/** The steps that are taken together with this one, and itself. */
function together(steps: readonly Step[], id: number, found = new Set<number>()): Set<number> {
  if (found.has(id)) return found;
  found.add(id);
  const visit = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === "goto" && s.atOnce) together(steps, s.step, found);
      else if (s.kind === "if") {
        visit(s.then);
        visit(s.else);
      } else if (s.kind === "block") visit(s.body);
    }
  };
  visit(defined(steps[id], "steps exist").body);
  return found;
}

/** Accesses that may wait for the stores of their CPU. */
const ORDERED: readonly string[] = ["fence", "rmw", "instruction", "store_exclusive"];

const writesInto = (boxes: readonly Box[], { writes }: Effect): boolean =>
  !canSwap(
    { reads: boxes, writes: [] },
    { reads: [], writes: writes.map(({ cell, from, to }) => ({ cell, from, to })) },
  );

/** From neighbours to all that can be reached, oneself included. */
function closure(next: readonly (readonly number[])[]): ReadonlySet<number>[] {
  return next.map((_, start) => {
    const found = new Set([start]);
    for (const one of found) for (const other of next[one] ?? []) found.add(other);
    return found;
  });
}

/** Decides for one program, under a memory model of store buffers. */
export function putOff(program: Program, ordering: Ordering): PutOff {
  const { delayed } = ordering;
  const observed = program.properties
    .filter(({ kind }) => kind === "always")
    .flatMap(({ test }) => (test ? conjuncts(test) : []))
    .map((test) => readsOfProperty(program, test));
  const walks: (Walk & { readonly effect: Effect; readonly seenBy: readonly number[] })[] = program.codes.flatMap(
    (code, id) =>
      code.kind !== "walker"
        ? []
        : code.cpus.flatMap((cpu) =>
            code.steps.map((step, number) => {
              const effect = effectOf(program, cpu, step);
              const seenBy = observed.flatMap((boxes, i) => (writesInto(boxes, effect) ? [i] : []));
              return { code: id, cpu, step: number, effect, seenBy, visible: seenBy.length > 0 };
            }),
          ),
  );
  const walked = new Set(walks.flatMap(({ effect }) => effect.reads.map(({ cell }) => cell)));
  const matters = (walk: (typeof walks)[number], effect: Effect): boolean =>
    !canSwap(walk.effect, effect) ||
    !canSwap(effect, walk.effect) ||
    walk.seenBy.some((i) => writesInto(defined(observed[i], "in range"), effect));

  // A walk may need what another one finds: with one that matters, those that it depends on matter, too.
  const related = closure(
    walks.map((walk) => walks.flatMap((other, i) => (other !== walk && matters(other, walk.effect) ? [i] : []))),
  );

  function seesAt(id: number, cpu: number, number: number): Sees {
    const { steps } = defined(program.codes[id], "codes exist");
    const taken = [...together(steps, number)].map((s) => defined(steps[s], "steps exist"));
    const effects = taken.map((step) => effectOf(program, cpu, step, delayed));
    const cells = new Set<number>();
    for (const { access } of taken) {
      // A store that is held back looks at nothing.
      if (!("place" in access) || access.kind === "store") continue;
      if (delayed.has(access.place.cell)) cells.add(access.place.cell);
    }
    for (const { reads } of effects) {
      for (const { cell } of reads) if (delayed.has(cell)) cells.add(cell);
    }
    return {
      walks: [
        ...new Set(
          walks.flatMap((walk, i) =>
            effects.some((effect) => matters(walk, walk.cpu === cpu ? effect : seenFromAfar(effect)))
              ? [...defined(related[i], "by walk")]
              : [],
          ),
        ),
      ],
      cells: [...cells],
      waits: taken.some(({ access }) => ORDERED.includes(access.kind) && !ordering.isSimple(access)),
    };
  }

  const known = new Map<string, Sees>();
  const sees = (code: number, cpu: number, step: number): Sees => {
    const key = `${code} ${cpu} ${step}`;
    const result = known.get(key) ?? seesAt(code, cpu, step);
    known.set(key, result);
    return result;
  };
  return {
    walks: walks.map(({ code, cpu, step, visible }) => ({ code, cpu, step, visible })),
    walked: [...walked].filter((cell) => delayed.has(cell)),
    sees,
  };
}
