// SPDX-License-Identifier: MIT
// Puts rows in the order of time. They come in long runs that are in order (what was read from one CPU's ring), so
// runs are found and merged in pairs until one is left.

/**
 * The rows in the order of time, then of CPU; rows of the same time and CPU keep their order. undefined if they are in
 * order as they are.
 */
export function timeOrder(time: Float64Array, cpu: Int16Array): Uint32Array | undefined {
  const length = time.length;
  const after = (a: number, b: number): boolean =>
    time[a]! > time[b]! || (time[a] === time[b] && (cpu[a]! > cpu[b]! || (cpu[a] === cpu[b] && a > b)));
  let starts: number[] = [];
  for (let row = 0; row < length; row++) if (row === 0 || after(row - 1, row)) starts.push(row);
  if (starts.length <= 1) return undefined;
  let from = new Uint32Array(length);
  for (let row = 0; row < length; row++) from[row] = row;
  let into = new Uint32Array(length);
  while (starts.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < starts.length; run += 2) {
      const start = starts[run]!;
      const middle = starts[run + 1] ?? length;
      const end = starts[run + 2] ?? length;
      merged.push(start);
      let [a, b] = [start, middle];
      for (let at = start; at < end; at++) {
        const second = a >= middle || (b < end && after(from[a]!, from[b]!));
        into[at] = second ? from[b++]! : from[a++]!;
      }
    }
    [from, into] = [into, from];
    starts = merged;
  }
  return from;
}

type Column = Float64Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** column[i] = column[order[i]] */
export function permute<T extends Column>(column: T, order: Uint32Array): void {
  const old = column.slice();
  for (let i = 0; i < order.length; i++) column[i] = old[order[i]!]!;
}
