// SPDX-License-Identifier: MIT
// How scenarios about the ASID allocator start.
import { hw } from "../hw/mmu/cpu.ts";
import { local_irq_disable, local_irq_enable } from "../kernel/irqflags.ts";
import { asid_cpu, asid_globals, asid_info, boot_context_id, ctxid2asid } from "../kernel/lib/asid.ts";
import type { mm_struct, task_struct } from "../kernel/mm_types.ts";
import { config, parts } from "../kernel/parts.ts";
import { map_pages, new_mm, small } from "./setup.ts";

/** Four processes and one more task: tasks[2] to tasks[6]. */
export const five_mms = { ...small, mms: 5, tasks: 7, ctx_ids: 6, frames: 2, tables: 2 };
/** Three ASIDs to give away, for two CPUs: as few as there may be. They roll over once, mutants perhaps again. */
export const rolls_over_once = { ASIDS: 4, asid_generations: 3 };
export const rolls_over_twice = { ASIDS: 4, asid_generations: 4 };

/** What context_switch() does about address spaces, and nothing else. */
export function switch_mm_only(prev: mm_struct, next: mm_struct): void {
  local_irq_disable();
  parts.coherence.switch_mm_irqs_off(prev, next);
  local_irq_enable();
}

/** A process that has an ASID, and runs nowhere. */
export function ran(task: task_struct): mm_struct {
  const mm = new_mm(task);
  boot_context_id(mm);
  return mm;
}

/** The same, and its pages are in the TLB of `cpu`. */
export function ran_on(cpu: cpu_id, task: task_struct): mm_struct {
  const mm = ran(task);
  map_pages(mm);
  const asid = ctxid2asid(mm.context.id);
  for (let page = 0; page < machine.pages; page++) hw[cpu].tlb[asid][page] = mm.pgd.entry!.pte[page];
  return mm;
}

/** Others have begun the next generation, and taken ASID 1 in it; nobody has switched since. */
export function next_generation_began(): void {
  WRITE_ONCE(asid_globals.asid_generation, 2 * config.ASIDS);
  for (let asid = 1; asid < config.ASIDS; asid++) asid_info.asid_map[asid] = asid === 1;
  asid_info.cur_asid_idx = 1;
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    WRITE_ONCE(per_cpu(asid_cpu.active_asids, cpu), 0);
    asid_info.tlb_flush_pending[cpu] = true;
  }
}

/** `cpu` runs mm, which has got ASID 2 of the new generation. */
export function run_under_new_asid(cpu: cpu_id, mm: mm_struct): void {
  const id = 2 * config.ASIDS + 2;
  WRITE_ONCE(mm.context.id, id);
  asid_info.asid_map[2] = true;
  asid_info.tlb_flush_pending[cpu] = false;
  parts.coherence.boot_mm(cpu, mm, false);
}
