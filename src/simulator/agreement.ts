// SPDX-License-Identifier: MIT
// How well predicted flushes fit recorded ones: per CPU the longest common subsequence of (reason, pages).
// Myers, An O(ND) difference algorithm and its variations, 1986: fast where the two are nearly equal.

export interface FlushSequence {
  readonly reason: ArrayLike<number>;
  readonly pages: ArrayLike<number>;
}

export interface Agreement {
  readonly recorded: number;
  readonly predicted: number;
  readonly matched: number;
  /** matched ÷ Σ max(recorded, predicted), per CPU. 1 for two empty traces. */
  readonly rate: number;
}

export function agreement(recorded: readonly FlushSequence[], predicted: readonly FlushSequence[]): Agreement {
  const total = { recorded: 0, predicted: 0, matched: 0, most: 0 };
  const none: FlushSequence = { reason: [], pages: [] };
  for (let cpu = 0; cpu < Math.max(recorded.length, predicted.length); cpu++) {
    const r = recorded[cpu] ?? none;
    const p = predicted[cpu] ?? none;
    total.recorded += r.reason.length;
    total.predicted += p.reason.length;
    total.most += Math.max(r.reason.length, p.reason.length);
    total.matched += commonLength(r, p);
  }
  const { recorded: r, predicted: p, matched, most } = total;
  return { recorded: r, predicted: p, matched, rate: most === 0 ? 1 : matched / most };
}

/** Length of the longest common subsequence. */
export function commonLength(a: FlushSequence, b: FlushSequence): number {
  const n = a.reason.length;
  const m = b.reason.length;
  const equal = (x: number, y: number): boolean => a.reason[x] === b.reason[y] && a.pages[x] === b.pages[y];
  // furthest[k + m + 1]: how far into `a` the best path on diagonal k (x - y) has come.
  const furthest = new Int32Array(n + m + 3).fill(-1);
  furthest[m + 2] = 0;
  for (let d = 0; d <= n + m; d++) {
    for (let k = Math.max(-d, -m + ((d + m) & 1)); k <= Math.min(d, n - ((d + n) & 1)); k += 2) {
      const at = k + m + 1;
      const down = k === -d || (k !== d && furthest[at - 1]! < furthest[at + 1]!);
      let x = down ? furthest[at + 1]! : furthest[at - 1]! + 1;
      let y = x - k;
      while (x < n && y < m && equal(x, y)) {
        x++;
        y++;
      }
      furthest[at] = x;
      if (x >= n && y >= m) return (n + m - d) / 2;
    }
  }
  return 0;
}
