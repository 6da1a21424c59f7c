// SPDX-License-Identifier: MIT
// Programs that change code while others may execute it: one thread writes, calls membarrier(SYNC_CORE), and tells the
// other, which then executes. The hardware may have fetched the old text at any time before. On x86 only: elsewhere the
// return to user mode serialises the core, and in the machine of armv8 nothing orders a fetch with the data of others.
import { pipelines } from "../../hw/mmu/pipeline.ts";
import {
  MEMBARRIER_STATE_PRIVATE_EXPEDITED,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY,
} from "../../kernel/membarrier.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { old_text_executed } from "../../kernel/sync_core.ts";

/** What instruction fetches find. */
interface text {
  changed: bool;
}
const text = DEFINE_HARDWARE<text>();

interface user_memory {
  published: int<0, 1>;
}
const memory = DEFINE_SHARED<user_memory>();

/** A thread knew of the new code, and executed the old. */
export const no_old_code = never("no old code is executed once membarrier(SYNC_CORE) has returned");
/** A CPU holds old code when it learns of the new. */
export const new_code_executed = sometimes("the new code is executed");

/** The hardware fetches ahead. */
export function prefetch(): void {
  when(!text.changed && !pipelines[smp_processor_id()].old_text);
  pipelines[smp_processor_id()].old_text = true;
}
export const prefetcher = WALKER(prefetch);

/** The program also cleans the instruction cache where that is not coherent: whoever fetches now, gets the new text. */
export function modify_code(): void {
  serialising_instruction();
  text.changed = true;
}

export function publish_code(): void {
  WRITE_ONCE(memory.published, 1);
}

/** User mode: executes the code if it has been published. */
export function execute_published_code(): void {
  if (READ_ONCE(memory.published) === 0) return;
  if (old_text_executed()) raise(no_old_code);
  else reached(new_code_executed);
}

/** `mm` has registered long ago. */
export function registered_sync_core(mm: mm_struct): void {
  atomic_set(
    mm.membarrier_state,
    MEMBARRIER_STATE_PRIVATE_EXPEDITED |
      MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE |
      MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY,
  );
}
