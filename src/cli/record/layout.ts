// SPDX-License-Identifier: MIT
// The numbers that the x86 kprobes need: offsets of members, which differ from kernel to kernel. Each has a name in the
// script, the member it stands for, and what happens without it.
import { type Btf, memberOf } from "./btf.ts";

export interface Wanted {
  /** Variable in the script. */
  readonly variable: string;
  readonly struct: string;
  readonly member: string;
  /** A kernel may well lack it; what then happens. */
  readonly optional?: string;
  /** The structure that had the member in older kernels. */
  readonly olderStruct?: string;
  /** Number of elements rather than offset. */
  readonly count?: true;
}

const LEFT_OUT = "not there or not known: its field is left out";

function want(variable: string, struct: string, member: string): Wanted {
  return { variable, struct, member };
}

export const WANTED: readonly Wanted[] = [
  want("mm_count", "mm_struct", "mm_count"),
  want("mm_users", "mm_struct", "mm_users"),
  want("mm_cpumask", "mm_struct", "cpu_bitmap"),
  want("mm_ctx_id", "mm_struct", "context.ctx_id"),
  want("mm_tlb_gen", "mm_struct", "context.tlb_gen"),
  { ...want("mm_next_trim", "mm_struct", "context.next_trim_cpumask"), optional: LEFT_OUT },
  want("task_pid", "task_struct", "pid"),
  want("task_mm", "task_struct", "mm"),
  want("state_mm", "tlb_state", "loaded_mm"),
  want("state_asid", "tlb_state", "loaded_mm_asid"),
  want("state_next_asid", "tlb_state", "next_asid"),
  want("state_invalidate_other", "tlb_state", "invalidate_other"),
  { ...want("state_user_flush_mask", "tlb_state", "user_pcid_flush_mask"), optional: LEFT_OUT },
  want("state_ctxs", "tlb_state", "ctxs"),
  { ...want("state_ctxs_count", "tlb_state", "ctxs"), count: true },
  { ...want("state_is_lazy", "tlb_state_shared", "is_lazy"), olderStruct: "tlb_state" }, // until 5.12
  want("info_mm", "flush_tlb_info", "mm"),
  want("info_start", "flush_tlb_info", "start"),
  want("info_end", "flush_tlb_info", "end"),
  want("info_tlb_gen", "flush_tlb_info", "new_tlb_gen"),
  want("info_cpu", "flush_tlb_info", "initiating_cpu"),
  want("info_stride", "flush_tlb_info", "stride_shift"),
  want("info_freed", "flush_tlb_info", "freed_tables"),
  { ...want("info_trim", "flush_tlb_info", "trim_cpumask"), optional: LEFT_OUT },
  want("rq_prev_mm", "rq", "prev_mm"),
  want("gather_mm", "mmu_gather", "mm"),
  want("gather_start", "mmu_gather", "start"),
  want("gather_end", "mmu_gather", "end"),
  want("gather_bits", "mmu_gather", "fullmm"),
  { ...want("hot_current", "pcpu_hot", "current_task"), optional: "current_task is a variable of its own" },
];

export interface Offset extends Wanted {
  /** null: not known (no BTF), or not there (BTF, but no such member). */
  readonly value: number | null;
}

/** Looks the numbers up. Without BTF every value is null, and the user has to fill them in. */
export function offsetsOf(btf: Btf | undefined): readonly Offset[] {
  return WANTED.map((wanted) => {
    const { struct, member: path, olderStruct } = wanted;
    const structs = olderStruct === undefined ? [struct] : [struct, olderStruct];
    const member = structs.map((name) => btf && memberOf(btf, name, path)).find((found) => found !== undefined);
    const value = wanted.count === true ? member?.elements : member?.offset;
    return { ...wanted, value: value ?? null };
  });
}

/** Numbers without which the script cannot record everything. */
export function missingOf(offsets: readonly Offset[]): readonly Offset[] {
  return offsets.filter((offset) => offset.value === null && offset.optional === undefined);
}
