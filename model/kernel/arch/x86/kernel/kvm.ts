// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/kernel/kvm.c, kvm_flush_tlb_multi(): a guest of KVM does not interrupt a vCPU that its host has
// taken off the core; it leaves a note, and the host flushes the vCPU before it runs on. No code runs there: its
// generations stay behind (a flush too many later), and if it is lazy, it stays so.
import { KVM_VCPU_FLUSH_TLB, KVM_VCPU_PREEMPTED, steal_time } from "../../../../hw/mmu/vcpu.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { native_flush_tlb_multi } from "../mm/tlb.ts";

/** A vCPU got a note in place of an interrupt. */
export const flush_left_to_host = sometimes("a flush is left to the host of a preempted vCPU");

interface pv_state {
  /** __pv_cpu_mask. */
  flushmask: cpumask_t;
}
const pv = DEFINE_PER_CPU_FRAME<pv_state>();

export function kvm_flush_tlb_multi(cpumask: cpumask_t, info: flush_tlb_info): void {
  const frame = this_cpu_ptr(pv);
  const cpus = cpumask_copy(cpumask);
  cpumask_clear(frame.flushmask);
  for (const cpu of for_each_cpu(cpus)) {
    const state = READ_ONCE(per_cpu(steal_time.preempted, cpu));
    const left =
      (state === KVM_VCPU_PREEMPTED || state === KVM_VCPU_PREEMPTED + KVM_VCPU_FLUSH_TLB) && leave_note(cpu, state);
    if (!left) cpumask_set_cpu(cpu, frame.flushmask);
  }
  native_flush_tlb_multi(frame.flushmask, info);
  cpumask_clear(frame.flushmask);
}

/** False if the vCPU has begun to run again. */
export function leave_note(cpu: cpu_id, state: number): boolean {
  // Pairs with: record_steal_time(). Whoever takes the flags away flushes before the guest runs.
  if (!try_cmpxchg(per_cpu(steal_time.preempted, cpu), state, KVM_VCPU_PREEMPTED + KVM_VCPU_FLUSH_TLB)) return false;
  reached(flush_left_to_host);
  return true;
}
