// SPDX-License-Identifier: MIT
// What a CPU has fetched and not executed yet. Neither coherence nor a memory barrier takes instructions back that were
// fetched before they changed: only a core serialising instruction does (x86), a context synchronisation event (Arm),
// RFI (powerpc). One piece of code is enough: the pipeline holds its old text, or it will be fetched from memory.
// Source: Intel SDM vol. 3A §9.1.3 (cross-modifying code), §9.3 (serialising: IRET, MOV to CR3, CPUID; neither
// SYSRET, nor SYSEXIT, nor taking an interrupt); Arm ARM B2.7.4.
declare const config: { readonly MEMBARRIER: boolean };

interface pipeline {
  /** The code as it was before it changed. */
  old_text: bool;
}
export const pipelines = DEFINE_HARDWARE<array<pipeline, "cpus">>();

/** Part of an instruction that serialises the core of `cpu`. */
export function serialise_core(cpu: cpu_id): void {
  if (config.MEMBARRIER) pipelines[cpu].old_text = false;
}
