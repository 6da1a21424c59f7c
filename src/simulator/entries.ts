// SPDX-License-Identifier: MIT
// The entries and events of a program by the names of protocol.ts, looked up once.
import { impossible } from "../base/assert.ts";
import type { WideMachine } from "../program/machine.ts";
import { ENTRY, EVENT, EVENT_NAMES } from "./protocol.ts";

type Entry = (cpu: number, ...args: number[]) => void;
export type Entries = Readonly<Record<keyof typeof ENTRY, Entry>>;

export function entriesOf(machine: WideMachine, names: readonly string[]): Entries {
  const entry = (name: string): Entry => machine.entries[names.indexOf(name)] ?? (() => impossible(`entry ${name}`));
  return Object.fromEntries(Object.entries(ENTRY).map(([short, name]) => [short, entry(name)])) as Entries;
}

/** Where in EVENT_NAMES each event of a program is; -1: nobody asks for it. */
export function eventIds(names: readonly string[]): readonly number[] {
  return names.map((name) => EVENT_NAMES.indexOf(name));
}

/** Events that are more than counted, by their place in EVENT_NAMES. */
export const ON = {
  tlbFlush: EVENT_NAMES.indexOf(EVENT.tlbFlush),
  userGone: EVENT_NAMES.indexOf(EVENT.userGone),
  mmFreed: EVENT_NAMES.indexOf(EVENT.mmFreed),
  ipiSend: EVENT_NAMES.indexOf(EVENT.ipiSend),
  lazyLeft: EVENT_NAMES.indexOf(EVENT.lazyLeft),
} as const;
