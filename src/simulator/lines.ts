// SPDX-License-Identifier: MIT
// Who has each cache line: a directory that counts how often an access finds the line elsewhere.

export interface LineCounts {
  reads: number;
  writes: number;
  atomics: number;
  /** Accesses that had to fetch the line from another CPU (or from memory that another CPU had written). */
  transfers: number;
}

export class LineDirectory {
  readonly counts: LineCounts[];
  private readonly cpus: number;
  /** By line class and object: which CPUs hold a copy, and the one that may write (-1: none). */
  private readonly holders: Map<number, Uint8Array>[];
  private readonly owners: Map<number, number>[];

  constructor(classes: number, cpus: number) {
    this.cpus = cpus;
    this.counts = Array.from({ length: classes }, () => ({ reads: 0, writes: 0, atomics: 0, transfers: 0 }));
    this.holders = Array.from({ length: classes }, () => new Map());
    this.owners = Array.from({ length: classes }, () => new Map());
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

    let holders = this.holders[line]!.get(object);
    if (holders === undefined) {
      holders = new Uint8Array(this.cpus);
      this.holders[line]!.set(object, holders);
      holders[cpu] = 1;
      this.owners[line]!.set(object, cpu);
      return;
    }
    const owner = this.owners[line]!.get(object)!;
    if (kind === 0) {
      if (holders[cpu] === 1) return;
      counts.transfers += once;
      holders[cpu] = 1;
      this.owners[line]!.set(object, -1); // Shared from now on.
      return;
    }
    if (owner === cpu) return;
    counts.transfers += once;
    holders.fill(0);
    holders[cpu] = 1;
    this.owners[line]!.set(object, cpu);
  }
}
