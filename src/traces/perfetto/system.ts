// SPDX-License-Identifier: MIT
// What the trace says of the machine (SystemInfo) and of the kernel's rings (FtraceStats).

import { isCpuCount, MAX_CPUS } from "../limits.ts";
import { Cursor, WIRE } from "./wire.ts";

const INFO = { utsname: 1, cpus: 8 } as const;
const UTSNAME = { release: 3, machine: 4 } as const;
const STATS = { cpu: 2 } as const;
const CPU_STATS = { cpu: 1, overrun: 3 } as const;

export class SystemReader {
  readonly #message = new Cursor();
  readonly #inner = new Cursor();
  /** Per CPU: events overwritten in its ring, as told first and last. The count goes on from before the trace. */
  readonly #overruns = new Map<number, { readonly first: number; last: number }>();
  release: string | undefined;
  machine: string | undefined;
  #cpus = 0;

  readInfo(bytes: Uint8Array, from: number, to: number): boolean {
    const info = this.#message.open(bytes, from, to);
    while (info.next()) {
      if (info.field === INFO.cpus && info.wire === WIRE.varint) {
        const cpus = info.unsigned();
        if (isCpuCount(cpus)) this.#cpus = cpus;
      } else if (info.field === INFO.utsname && info.wire === WIRE.bytes) {
        const name = this.#inner.open(bytes, info.from, info.to);
        while (name.next()) {
          if (name.wire !== WIRE.bytes) continue;
          if (name.field === UTSNAME.release) this.release = name.text();
          else if (name.field === UTSNAME.machine) this.machine = name.text();
        }
      }
    }
    return !info.broken;
  }

  readStats(bytes: Uint8Array, from: number, to: number): boolean {
    const stats = this.#message.open(bytes, from, to);
    while (stats.next()) {
      if (stats.field !== STATS.cpu || stats.wire !== WIRE.bytes) continue;
      const one = this.#inner.open(bytes, stats.from, stats.to);
      let [cpu, overrun] = [-1, -1];
      while (one.next()) {
        if (one.wire !== WIRE.varint) continue;
        if (one.field === CPU_STATS.cpu) cpu = one.unsigned();
        else if (one.field === CPU_STATS.overrun) overrun = one.unsigned();
      }
      if (cpu < 0 || cpu >= MAX_CPUS || overrun < 0) continue;
      const known = this.#overruns.get(cpu);
      if (known === undefined) this.#overruns.set(cpu, { first: overrun, last: overrun });
      else known.last = overrun;
    }
    return !stats.broken;
  }

  /** CPUs of the machine; undefined: not told. Every CPU has a ring, also one without events. */
  cpuCount(): number | undefined {
    const rings = [...this.#overruns.keys()].reduce((most, cpu) => Math.max(most, cpu + 1), 0);
    return Math.max(this.#cpus, rings) || undefined;
  }

  /** Events that were overwritten while the trace was recorded. */
  overrun(): number {
    return [...this.#overruns.values()].reduce((sum, { first, last }) => sum + Math.max(0, last - first), 0);
  }
}
