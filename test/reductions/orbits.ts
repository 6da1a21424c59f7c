// SPDX-License-Identifier: MIT
// States in a Program's own terms, exchanges of CPUs among them, and a count of orbits: written from the definitions
// alone, so that they can judge what the emitter does with bits.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../../src/base/assert.ts";
import { packedLayout } from "../../src/emit/layout.ts";
import { emitPacked, loadPacked } from "../../src/emit/packed.ts";
import { type Field, REPORT, readField } from "../../src/program/compiled.ts";
import type { Program } from "../../src/program/program.ts";
import type { Sort, Symmetry } from "../../src/program/symmetry.ts";

const STATES_MAX = 300_000;

interface Context {
  readonly code: number;
  readonly cpu: number;
  pc: number;
  /** [local, value] of those that are live. */
  locals: [number, number][];
}

export interface State {
  /** By cell, flat; undefined where the cell is a constant. */
  readonly cells: (number[] | undefined)[];
  readonly contexts: Context[];
  /** By CPU, oldest first: [cell, element, value]. */
  readonly buffers: [number, number, number][][];
}

export interface Explored {
  readonly states: readonly State[];
  readonly violated: readonly string[];
  readonly witnessed: readonly string[];
  readonly limits: readonly string[];
  readonly stuck: boolean;
  readonly group: number;
}

/** Cells from the addresses that a store buffer holds: the first of each, and how many elements. */
type Addresses = readonly { readonly id: number; readonly base: number }[];

function decode(program: Program, fields: readonly Field[], addresses: Addresses, words: Int32Array): State {
  const cells: (number[] | undefined)[] = program.cells.map(() => undefined);
  const contexts = new Map<string, Context>();
  const entries = Array.from({ length: program.cpus }, (): [number, number][] => []);
  for (const { code, cpu } of program.codes.flatMap(({ kind, cpus }, code) =>
    kind === "walker" ? [] : cpus.map((cpu) => ({ code, cpu })),
  ))
    contexts.set(`${code} ${cpu}`, { code, cpu, pc: 0, locals: [] });
  for (const field of fields) {
    const { kind, of, cpu, element } = field;
    const value = readField(words, 0, field);
    if (kind === "cell") {
      const values = cells[of] ?? [];
      values[element] = value;
      cells[of] = values;
    } else if (kind === "buffer") {
      const own = defined(entries[cpu], "by CPU");
      const entry = own[of] ?? [0, 0];
      entry[element] = value;
      own[of] = entry;
    } else {
      const context = defined(contexts.get(`${of} ${cpu}`), "contexts have fields");
      if (kind === "pc") context.pc = value;
      else context.locals.push([element, value]);
    }
  }
  for (const context of contexts.values()) {
    const { live } = defined(program.codes[context.code]?.steps[context.pc], "steps exist");
    const values = new Map(context.locals);
    // What is always 0 takes no bits.
    context.locals = [...live].sort((a, b) => a - b).map((l) => [l, values.get(l) ?? 0]);
  }
  const buffers = entries.map((list) =>
    list
      .filter(([address]) => address > 0)
      .map(([address, value]): [number, number, number] => {
        const { id, base } = defined(
          addresses.findLast(({ base }) => base <= address),
          "addresses are of cells",
        );
        return [id, address - base, value + (program.cells[id]?.min ?? 0)];
      }),
  );
  return { cells, contexts: [...contexts.values()], buffers };
}

/** All reachable states; undefined: too many. */
export function explore(
  program: Program,
  model: MemoryModel,
  depth: number,
  symmetry?: Symmetry,
  max = STATES_MAX,
): Explored | undefined {
  const emitted = emitPacked(program, model, { depth, labels: false, symmetry });
  const compiled = loadPacked(emitted);
  const { words, report } = compiled;
  const addresses = [...packedLayout(program, model, depth).addresses].map(([id, base]) => ({ id, base }));
  const seen = new Set<string>();
  const queue: Int32Array[] = [];
  const visit = (state: Int32Array): void => {
    const key = state.join();
    if (!seen.has(key)) queue.push(state);
    seen.add(key);
  };
  const out = new Int32Array(compiled.maxSuccessors * words);
  compiled.initial(out);
  visit(out.slice(0, words));
  const violated = new Set<string>();
  const limits = new Set<string>();
  let stuck = false;
  const note = (id: number): void => {
    if (id > 0) violated.add(defined(program.properties[id - 1], "properties exist").name);
  };
  for (let i = 0; i < queue.length; i++) {
    if (queue.length > max) return undefined;
    const state = defined(queue[i], "in range");
    note(compiled.check(state, 0));
    const end = compiled.successors(state, 0, out, 0);
    const [raised, raisedAt, limit] = [report[REPORT.raised] ?? 0, report[REPORT.raisedAt], report[REPORT.limit] ?? 0];
    note(raised);
    if (limit > 0) limits.add(defined(compiled.limits[limit - 1], "limits have texts"));
    if (report[REPORT.progress] === 0 && limit === 0) {
      if (report[REPORT.atRest] === 1) note(compiled.checkEnd(state, 0));
      else stuck = true;
    }
    // A violation ends its run.
    for (let at = 0; at < end; at += words) if (raised === 0 || at !== raisedAt) visit(out.slice(at, at + words));
  }
  return {
    states: queue.map((state) => decode(program, emitted.fields, addresses, state)),
    violated: [...violated].sort(),
    witnessed: program.witnesses.filter((_, i) => report[REPORT.witnesses + i] === 1).map((w) => w.name),
    limits: [...limits].sort(),
    stuck,
    group: emitted.symmetry?.group ?? 1,
  };
}

function renamed(sort: Sort, value: number, to: readonly number[]): number {
  if (sort === undefined) return value;
  if (sort !== "mask") {
    const cpu = value - sort;
    return cpu >= 0 && cpu < to.length ? sort + defined(to[cpu], "in range") : value;
  }
  let mask = 0;
  for (let cpu = 0; cpu < to.length; cpu++) if ((value >> cpu) % 2 === 1) mask += 2 ** defined(to[cpu], "in range");
  return mask;
}

function elementOf(program: Program, { sorts }: Symmetry, id: number, flat: number, to: readonly number[]): number {
  const { dims } = defined(program.cells[id], "cells exist");
  let rest = flat;
  let [element, scale] = [0, 1];
  for (let i = dims.length - 1; i >= 0; i--) {
    const extent = defined(dims[i], "in range");
    element += renamed(sorts.cells[id]?.index[i], rest % extent, to) * scale;
    rest = Math.floor(rest / extent);
    scale *= extent;
  }
  return element;
}

/** Makes the function that gives the state in which CPU to[c] is what CPU c was. `cpus`: if `to` is of objects. */
function exchange(
  program: Program,
  symmetry: Symmetry,
  to: readonly number[],
  cpus: readonly number[] = to,
): (state: State) => State {
  const { sorts, twins } = symmetry;
  const elements = program.cells.map(({ dims }, id) =>
    Array.from({ length: dims.reduce((n, extent) => n * extent, 1) }, (_, flat) =>
      elementOf(program, symmetry, id, flat, to),
    ),
  );
  const place = (id: number, flat: number): number => defined(elements[id]?.[flat], "by element");
  const at = (cpu: number): number => defined(cpus[cpu], "by CPU");
  return (state) => {
    const cells = state.cells.map((values, id) => {
      const moved: number[] = [];
      for (const [flat, value] of (values ?? []).entries())
        moved[place(id, flat)] = renamed(sorts.cells[id]?.value, value, to);
      return values && moved;
    });
    const contexts = state.contexts.map(({ code, cpu, pc, locals }): Context => {
      const twin = twins[code]?.[cpu];
      const other = twin === undefined ? code : twins.findIndex((row) => row[at(cpu)] === twin);
      const values = locals.map(([l, value]): [number, number] => [l, renamed(sorts.locals[code]?.[l], value, to)]);
      return { code: other, cpu: at(cpu), pc, locals: values };
    });
    const buffers: State["buffers"] = [];
    for (const [cpu, entries] of state.buffers.entries())
      buffers[at(cpu)] = entries.map(([id, flat, value]) => [
        id,
        place(id, flat),
        renamed(sorts.cells[id]?.value, value, to),
      ]);
    return { cells, contexts, buffers };
  };
}

export function keyOf({ cells, contexts, buffers }: State): string {
  const parts = contexts.map(({ code, cpu, pc, locals }) => `${code}@${cpu}:${pc}(${locals.join(";")})`);
  return `${cells.map((values) => values?.join() ?? "").join("|")} ${parts.sort().join(" ")} ${buffers
    .map((entries) => entries.join(";"))
    .join("|")}`;
}

/** All orders of a list. */
function orders(list: readonly number[]): number[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((one, i) => orders([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [one, ...rest]));
}

/** Every exchange of CPUs of one class for one another. */
export function group({ classes }: Symmetry, cpus: number): number[][] {
  const all = orders(Array.from({ length: cpus }, (_, cpu) => cpu));
  const classOf = (cpu: number): number => {
    const found = classes.findIndex((members) => members.includes(cpu));
    return found < 0 ? -1 - cpu : found;
  };
  return all.filter((to) => to.every((other, cpu) => classOf(other) === classOf(cpu)));
}

/** Every exchange of objects for one another. */
function objectExchanges(program: Program, { objects }: Symmetry): ((state: State) => State)[] {
  if (objects === undefined) return [(state) => state];
  const numbers = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
  const only = { sorts: objects.sorts, classes: [], twins: program.codes.map(() => []), off: undefined };
  return orders(numbers(objects.size)).map((to) => exchange(program, only, to, numbers(program.cpus)));
}

export interface Orbits {
  readonly all: number;
  readonly kept: number;
  /** Over all canonical states: size of the group ÷ size of the stabiliser. */
  readonly sum: number;
  /** Images of canonical states that cannot be reached without symmetry, and states with two canonical forms. */
  readonly strangers: number;
  readonly doubles: number;
}

/** The orbits of the states that a search with symmetry finds, against all states that there are. */
export function orbits(program: Program, symmetry: Symmetry, raw: Explored, canonical: Explored): Orbits {
  const all = new Set(raw.states.map(keyOf));
  const ofObjects = objectExchanges(program, symmetry);
  const exchanges = group(symmetry, program.cpus)
    .map((to) => exchange(program, symmetry, to))
    .flatMap((first) => ofObjects.map((second) => (state: State) => second(first(state))));
  const seen = new Set<string>();
  let [sum, strangers, doubles] = [0, 0, 0];
  for (const state of canonical.states) {
    const own = keyOf(state);
    const images = exchanges.map((image) => keyOf(image(state)));
    sum += exchanges.length / images.filter((key) => key === own).length;
    for (const key of new Set(images)) {
      if (!all.has(key)) strangers++;
      if (seen.has(key)) doubles++;
      seen.add(key);
    }
  }
  return { all: all.size, kept: canonical.states.length, sum, strangers, doubles };
}
