// SPDX-License-Identifier: GPL-2.0-only
// Flushes of a guest of KVM: interrupts to vCPUs that run, notes to the host of those that do not.
export { kvm_flush_tlb_multi as flush_tlb_multi } from "../arch/x86/kernel/kvm.ts";
