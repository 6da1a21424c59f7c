// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import {
  flushed_on_entry,
  KVM_VCPU_FLUSH_TLB,
  KVM_VCPU_PREEMPTED,
  record_steal_time,
  steal_time,
} from "../../hw/mmu/vcpu.ts";
import { flush_left_to_host, kvm_flush_tlb_multi, leave_note } from "../../kernel/arch/x86/kernel/kvm.ts";
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, touch_pages, two_asids } from "../setup.ts";

export const preempted_vcpu_vs_munmap = scenario({
  question: `The host takes the vCPU of CPU 0 off its core while CPU 1 unmaps a page of the process that runs on it, and
    leaves a note instead of an interrupt. Does the vCPU run on with a translation to the freed page?`,
  needs: { arch: "x86", parts: { backend: "kvm" } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    touch_pages(0);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      user_load(mms[1].pgd, 0);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [flush_left_to_host, flushed_on_entry],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the host takes the flags away and does not flush",
      mutant: drop(record_steal_time, "kvm_vcpu_flush_tlb_guest"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "the note is stored, whether or not the vCPU has begun to run",
      mutant: replace(leave_note, store_note),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "the host reads the flags, and clears them later",
      mutant: replace(record_steal_time, record_steal_time_in_two),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "nobody is interrupted, whether or not a note was left",
      mutant: drop(kvm_flush_tlb_multi, "native_flush_tlb_multi"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export function store_note(cpu: cpu_id, _state: number): boolean {
  WRITE_ONCE(per_cpu(steal_time.preempted, cpu), KVM_VCPU_PREEMPTED + KVM_VCPU_FLUSH_TLB);
  reached(flush_left_to_host);
  return true;
}

/** A note that is left in between is lost. */
export function record_steal_time_in_two(): void {
  const cpu = smp_processor_id();
  const flags = READ_ONCE(per_cpu(steal_time.preempted, cpu));
  WRITE_ONCE(per_cpu(steal_time.preempted, cpu), 0);
  if (flags === KVM_VCPU_PREEMPTED + KVM_VCPU_FLUSH_TLB) reached(flushed_on_entry);
}

export const preempted_vcpu_goes_lazy = scenario({
  question: `The same, but CPU 0 goes to a kernel thread and returns to the process while its vCPU may be off its core:
    does it find out what it has missed, by the host's flush or by tlb_gen?`,
  needs: { arch: "x86", parts: { backend: "kvm", lifetime: "refcount" }, config: { lazy_tlb: true } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [flush_left_to_host, flushed_on_entry],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no smp_mb() when lazy mode ends",
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
  ],
});
