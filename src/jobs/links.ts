// SPDX-License-Identifier: MIT
// How the steps of a run bear on each other: which store a load saw or missed, which call an interrupt took, which walk
// filled the TLB entry that was used.
import { defined } from "../base/assert.ts";
import { type Element, keyOf } from "./decode.ts";
import type { ExplainLink } from "./explain-report.ts";
import type { History, Moment } from "./history.ts";
import { type Naming, nameOf } from "./naming.ts";
import { agentOf, ownReadsOf } from "./relevance.ts";
import type { Reading } from "./waiting.ts";

/** The last one who wrote an element, so that others can see it. */
interface Writer {
  readonly moment: Moment;
  /** The moment that stands for it in the columns. */
  readonly index: number;
}

/** A store that still waits in its CPU's buffer. */
interface Pending extends Reading {
  readonly cpu: number;
}

/** By moment: the stores that have not left their buffers before it, oldest first. */
function pendingStores({ moments }: History): readonly (readonly (Pending & { readonly index: number })[])[] {
  let pending: readonly (Pending & { readonly index: number })[] = [];
  return moments.map(({ index, cpu, taken }) => {
    const before = pending;
    const accessed = taken?.did.accessed;
    if (!taken) {
      const oldest = pending.findIndex((store) => store.cpu === cpu);
      pending = pending.filter((_, i) => i !== oldest);
    } else if (accessed?.kind === "store" && accessed.buffered) {
      pending = [...pending, { ...accessed.element, value: accessed.value, cpu, index }];
    }
    return before;
  });
}

/** The stores that a reading at this moment misses, one per CPU: of others, or, by a page walker, of its own. */
export function missedBy<T extends Pending>(moment: Moment, read: Reading, pending: readonly T[]): T[] {
  const isWalker = moment.taken?.code.kind === "walker";
  const all = pending.filter(
    (store) => keyOf(store) === keyOf(read) && store.value !== read.value && (isWalker || store.cpu !== moment.cpu),
  );
  return [...new Map(all.map((store) => [store.cpu, store])).values()];
}

function kindOf(reader: Moment, { moment: writer }: Writer): ExplainLink["kind"] | undefined {
  if (writer.taken?.code.kind === "walker") return agentOf(reader) === agentOf(writer) ? undefined : "translation";
  if (writer.cpu === reader.cpu) return undefined;
  return reader.taken?.code.kind === "interrupt" && reader.taken.id === 0 ? "interrupt" : "reads";
}

/** Under a model of views: whether there was a newer value to be read. */
function isOld({ states, model }: History, { index }: Moment, { cell, at, value }: Reading): boolean {
  return model.kind === "views" && states[index]?.cells[cell]?.[at] !== value;
}

/** What a moment makes visible to everybody. */
function published({ changes, taken }: Moment): readonly Element[] {
  const accessed = taken?.did.accessed;
  const stores =
    (accessed?.kind === "store" && !accessed.buffered) || (accessed?.kind === "rmw" && accessed.value !== undefined);
  return stores ? [...changes, accessed.element] : changes;
}

/** `standIn`: the moment at which the columns show that a store becomes visible. */
export function linksOf(history: History, naming: Naming, standIn: (index: number) => number): ExplainLink[] {
  const writers = new Map<number, Writer>();
  const links = new Map<string, { kind: ExplainLink["kind"]; from: number; to: number; what: string[] }>();
  const add = (kind: ExplainLink["kind"], from: number, moment: Moment, element: Element): void => {
    const key = `${kind} ${from} ${moment.index}`;
    const link = links.get(key) ?? { kind, from, to: moment.index, what: [] };
    const name = nameOf(naming, element, -1);
    links.set(key, link);
    if (!link.what.includes(name)) link.what.push(name);
  };
  const pending = pendingStores(history);
  for (const moment of history.moments) {
    for (const read of ownReadsOf(moment)) {
      const writer = writers.get(keyOf(read));
      const kind = writer && kindOf(moment, writer);
      if (writer && kind) add(isOld(history, moment, read) ? "misses" : kind, writer.index, moment, read);
      const waiting = defined(pending[moment.index], "by moment");
      for (const store of missedBy(moment, read, waiting)) add("misses", store.index, moment, read);
    }
    for (const element of published(moment)) writers.set(keyOf(element), { moment, index: standIn(moment.index) });
  }
  return [...links.values()].map(({ what, ...link }) => ({ ...link, what: what.join(", ") }));
}
