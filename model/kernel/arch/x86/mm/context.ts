// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/include/asm/mmu_context.h, from 4.14 on: a context has an id that is never used again. And, not
// in Linux, how a CPU starts: what cpu_tlbstate says at the beginning of a scenario or a replay.
import { hw } from "../../../../hw/mmu/cpu.ts";
import { boot_asid_holder } from "../../../lifetime/asid_references.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask, mm_globals } from "../../../mm_types.ts";
import { config, parts } from "../../../parts.ts";
import { boot_global_asids, mm_free_global_asid, mm_init_global_asid } from "./global_asid.ts";
import { cpu_tlbstate, cpu_tlbstate_shared, flush_tlb_infos } from "./tlbstate.ts";

export function init_new_context(mm: mm_struct): void {
  WRITE_ONCE(mm.context.ctx_id, next_ctx_id(mm));
  atomic_set(mm.context.tlb_gen, 0);
  parts.attributes.init_new_attributes(mm);
  if (config.INVLPGB) mm_init_global_asid(mm);
}

/** A counter of 64 bits: no two mms ever have the same. */
export function next_ctx_id(_mm: mm_struct): number {
  return atomic_inc_return(mm_globals.last_mm_ctx_id);
}

/** Only for guests of Xen. */
export function arch_exit_mmap(_mm: mm_struct): void {}

/** __mmdrop(): nothing of the context outlives the mm, but for a global ASID. */
export function destroy_context(mm: mm_struct): void {
  if (config.INVLPGB) mm_free_global_asid(mm);
}

/** init_mm has the first id; every CPU has it loaded, in slot 0. */
export function boot_context(): void {
  if (config.INVLPGB) boot_global_asids();
  WRITE_ONCE(init_mm.context.ctx_id, 1);
  atomic_set(mm_globals.last_mm_ctx_id, 1);
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    WRITE_ONCE(per_cpu(flush_tlb_infos.initiating_cpu, cpu), cpu);
    WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), init_mm);
    WRITE_ONCE(per_cpu(cpu_tlbstate.next_asid, cpu), 1);
    WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[0].ctx_id, cpu), 1);
  }
}

/** `mm` is in the mask and loaded on `cpu`, in slot 1 if there are slots; nothing of it is cached yet. */
export function boot_mm(cpu: cpu_id, mm: mm_struct, lazy: bool): void {
  const asid = config.PCID ? 1 : 0;
  const ctx_id = mm.context.ctx_id;
  cpumask_set_cpu(cpu, mm_cpumask(mm));
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), mm);
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm_asid, cpu), asid);
  WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[asid].ctx_id, cpu), ctx_id);
  WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[asid].tlb_gen, cpu), atomic_read(mm.context.tlb_gen));
  if (config.PCID) WRITE_ONCE(per_cpu(cpu_tlbstate.next_asid, cpu), 2);
  if (config.asid_holds_mm) boot_asid_holder(cpu, asid, mm);
  if (lazy) WRITE_ONCE(per_cpu(cpu_tlbstate_shared.is_lazy, cpu), true);
  hw[cpu].pgd = mm.pgd;
  hw[cpu].asid = asid;
}

export function boot_slot(
  cpu: cpu_id,
  asid: number,
  mm: mm_struct | null,
  tlb_gen: number,
  loaded: bool,
  next_asid: number,
): void {
  WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[asid].ctx_id, cpu), mm === null ? 0 : mm.context.ctx_id);
  WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[asid].tlb_gen, cpu), tlb_gen);
  if (config.asid_holds_mm) boot_asid_holder(cpu, asid, mm);
  WRITE_ONCE(per_cpu(cpu_tlbstate.next_asid, cpu), next_asid);
  if (!loaded || mm === null) return;
  atomic_set(mm.context.tlb_gen, tlb_gen);
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm_asid, cpu), asid);
  hw[cpu].asid = asid;
}
