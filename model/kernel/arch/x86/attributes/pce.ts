// SPDX-License-Identifier: GPL-2.0-only
// CR4.PCE, Linux 6.12 (arch/x86/mm/tlb.c, cr4_update_pce_mm()): a user program may read performance counters
// where it is set, and it is on CPUs that run a process which has mapped an event. Left out: sysfs's rdpmc, by which
// everybody or nobody may.
import type { mm_struct } from "../../../mm_types.ts";
import { cpu_tlbstate } from "../mm/tlbstate.ts";

export { attributes_loaded, load_cr3, read_attributes } from "./none.ts";

interface cr4_register {
  pce: bool;
}
const cr4 = DEFINE_HARDWARE<array<cr4_register, "cpus">>();

export function init_new_attributes(mm: mm_struct): void {
  atomic_set(mm.context.perf_rdpmc_allowed, 0);
}

/** Behind the write of CR3: who changes perf_rdpmc_allowed after this read finds our bit in the mask. */
export function switch_attributes(prev: mm_struct, next: mm_struct): void {
  if (prev !== next) cr4_update_pce_mm(next);
}

export function cr4_update_pce_mm(mm: mm_struct): void {
  write_cr4_pce(atomic_read(mm.context.perf_rdpmc_allowed) !== 0);
}

/** The interrupt: interrupts are off, so that loaded_mm and CR4 agree again when it returns. */
export function cr4_update_pce(_mm: mm_struct): void {
  cr4_update_pce_mm(this_cpu_read(cpu_tlbstate.loaded_mm));
}

function write_cr4_pce(pce: bool): void {
  serialising_instruction();
  cr4[smp_processor_id()].pce = pce;
}

/** RDPMC: whether it is allowed here. Part of an instruction. */
export function pce_of(cpu: cpu_id): bool {
  return cr4[cpu].pce;
}
