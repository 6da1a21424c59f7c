// SPDX-License-Identifier: MIT
// A virtual CPU as its host runs it: it may be taken off its core between any two instructions, for as long as the
// host likes, and is flushed before it runs on if it was asked to be. Its TLB entries stay meanwhile, under a tag of
// its own (VPID), but nothing walks on its behalf. CPU 0 is taken off, once: that is enough for each question asked
// here. Source: Linux 6.12 arch/x86/kvm/x86.c, kvm_steal_time_set_preempted() and record_steal_time(); Intel SDM vol.
// 3C §28.3.
import type { pgd_t } from "./cpu.ts";
import { drop_asid, hw, swapper_pg_dir } from "./cpu.ts";
import { asids } from "./x86.ts";

/** Where the host stands while it runs somebody else: the last tag, which no guest has. */
const host_asid = asids - 1;

export const KVM_VCPU_PREEMPTED = 1;
export const KVM_VCPU_FLUSH_TLB = 2;

/** Memory of the guest that the host writes, too. */
interface kvm_steal_time {
  /** Flags: KVM_VCPU_PREEMPTED | KVM_VCPU_FLUSH_TLB. */
  preempted: int<0, 3>;
}
export const steal_time = DEFINE_PER_CPU<kvm_steal_time>();

/** Registers of the vCPU that is off its core. */
interface host_state {
  done: bool;
  pgd: pgd_t | null;
  asid: index<"asids">;
}
const host = DEFINE_HARDWARE<host_state>();

/** The guest was asked to flush while it was away. */
export const flushed_on_entry = sometimes("a preempted vCPU flushes when it runs again");

function vmexit(): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  host.done = true;
  host.pgd = hw[cpu].pgd;
  host.asid = hw[cpu].asid;
  hw[cpu].pgd = swapper_pg_dir;
  hw[cpu].asid = host_asid;
}

function vmentry(): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  hw[cpu].pgd = host.pgd!;
  hw[cpu].asid = host.asid;
  host.pgd = null;
  host.asid = 0;
}

/** kvm_vcpu_flush_tlb_guest(): everything of this vCPU. */
export function kvm_vcpu_flush_tlb_guest(): void {
  instruction();
  for (let asid = 0; asid < asids; asid++) drop_asid(smp_processor_id(), asid);
}

/** Another thread gets the core, and later this vCPU does again. */
export function vcpu_preempted(): void {
  when(smp_processor_id() === 0 && !host.done);
  vmexit();
  kvm_steal_time_set_preempted();
  record_steal_time();
  vmentry();
}
export const preemption_of_vcpu = INTERRUPT(vcpu_preempted, 3);

/** kvm_arch_vcpu_put(). The vCPU runs no code, so nobody has asked for a flush yet. */
function kvm_steal_time_set_preempted(): void {
  WRITE_ONCE(per_cpu(steal_time.preempted, smp_processor_id()), KVM_VCPU_PREEMPTED);
}

/** Before the guest runs: takes the flags away and does what they say. */
export function record_steal_time(): void {
  const flags = xchg(per_cpu(steal_time.preempted, smp_processor_id()), 0);
  if (flags === KVM_VCPU_PREEMPTED + KVM_VCPU_FLUSH_TLB) {
    reached(flushed_on_entry);
    kvm_vcpu_flush_tlb_guest();
  }
}
