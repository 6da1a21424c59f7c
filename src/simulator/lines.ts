// SPDX-License-Identifier: MIT
// Who has each cache line: a directory that counts how often an access finds the line elsewhere.

export interface LineCounts {
  reads: number;
  writes: number;
  atomics: number;
  /** Accesses that had to fetch the line from another CPU (or from memory that another CPU had written). */
  transfers: number;
}

/** A line that has been touched. */
interface Line {
  /** The CPU that may write; -1: none. */
  owner: number;
  /** By CPU: 1 if it holds a copy. */
  readonly holders: Uint8Array;
}

export class LineDirectory {
  readonly counts: LineCounts[];
  private readonly cpus: number;
  /** By line class and object, which are small numbers. */
  private readonly lines: (Line | undefined)[][];

  constructor(classes: number, cpus: number) {
    this.cpus = cpus;
    this.counts = Array.from({ length: classes }, () => ({ reads: 0, writes: 0, atomics: 0, transfers: 0 }));
    this.lines = Array.from({ length: classes }, () => []);
  }

  /**
   * kind: 0 read, 1 write, 2 atomic. A line that nobody has touched yet costs no transfer. `once`: 1, or 0 where the
   * line moves and nobody counts.
   */
  touch(line: number, object: number, cpu: number, kind: number, once = 1): void {
    const counts = this.counts[line]!;
    if (kind === 0) counts.reads += once;
    else if (kind === 1) counts.writes += once;
    else counts.atomics += once;

    const found = this.lines[line]![object];
    if (found === undefined) {
      this.add(line, object, cpu);
      return;
    }
    const { owner, holders } = found;
    if (kind === 0) {
      if (holders[cpu] === 1) return;
      counts.transfers += once;
      holders[cpu] = 1;
      found.owner = -1; // Shared from now on.
      return;
    }
    if (owner === cpu) return;
    counts.transfers += once;
    holders.fill(0);
    holders[cpu] = 1;
    found.owner = cpu;
  }

  private add(line: number, object: number, cpu: number): void {
    const lines = this.lines[line]!;
    // An array with holes would be looked up like a Map.
    while (lines.length < object) lines.push(undefined);
    const holders = new Uint8Array(this.cpus);
    holders[cpu] = 1;
    lines[object] = { owner: cpu, holders };
  }
}
