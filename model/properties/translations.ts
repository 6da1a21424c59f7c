// SPDX-License-Identifier: MIT
// What the TLB may hold under the tag in use, judged by what it reaches.
import { hw, pgds } from "../hw/mmu/cpu.ts";

/** No CPU can reach, under the tag that it uses now, a page of another process. No two processes share a page. */
export const no_foreign_translation = always("no translation of another process under the tag in use", () =>
  every(machine.cpus, (cpu) => every(machine.mms, (i) => pgds[i] === hw[cpu].pgd || !reaches(cpu, i))),
);

function reaches(cpu: number, i: number): boolean {
  return (
    is_allocated(pgds[i]) &&
    pgds[i].entry !== null &&
    some(
      machine.pages,
      (page) => pgds[i].entry!.pte[page] !== null && pgds[i].entry!.pte[page] === hw[cpu].tlb[hw[cpu].asid][page],
    )
  );
}
