// SPDX-License-Identifier: MIT
// x86's local descriptor table: memory of the kernel, at which LDTR points, read whenever a segment is loaded.
// Source: Intel SDM vol. 3A §2.4.2 (LDTR), §3.4.

/** Segment descriptors of a process. */
export interface ldt_struct {
  readonly __opaque: "ldt_struct";
}
export const ldt_structs = DEFINE_POOL<ldt_struct>("LDTS");

interface ldt_register {
  ldt: ldt_struct | null;
}
export const ldtr = DEFINE_HARDWARE<array<ldt_register, "cpus">>();

/** LLDT. */
export function set_ldt(ldt: ldt_struct | null): void {
  serialising_instruction();
  ldtr[smp_processor_id()].ldt = ldt;
}

/** A user program has loaded a segment from a table that was freed. */
export const no_freed_ldt_used = never("no segment is loaded from a freed LDT");
/** A user program loads a segment register from the table. */
export function user_load_segment(): void {
  instruction();
  const ldt = ldtr[smp_processor_id()].ldt;
  if (ldt !== null && !is_allocated(ldt)) raise(no_freed_ldt_used);
}
