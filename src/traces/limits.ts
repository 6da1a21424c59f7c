// SPDX-License-Identifier: MIT
// What no machine exceeds. A number beyond these is damage, or made to be a burden: memory is taken for each CPU.

/** NR_CPUS of the largest kernels. */
export const MAX_CPUS = 8192;
/** PID_MAX_LIMIT of 64-bit kernels. */
export const PID_LIMIT = 1 << 22;
/** Clocks are 64 bits wide. */
export const TICKS_LIMIT = 2 ** 64;

export function isCpuCount(count: number): boolean {
  return Number.isInteger(count) && count > 0 && count <= MAX_CPUS;
}
