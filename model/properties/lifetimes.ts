// SPDX-License-Identifier: MIT
// Properties of the deaths of an mm. The first two are judged on the hardware; only conservation, at rest, looks at the
// kernel's own counts.
import { hw } from "../hw/mmu/cpu.ts";
import type { mm_struct } from "../kernel/mm_types.ts";
import { init_mm, mms, tasks } from "../kernel/mm_types.ts";
import { parts } from "../kernel/parts.ts";

/** No CPU has a pgd loaded (CR3, TTBR0, PIDR) that has been freed: the hardware may walk it at any moment. */
export const no_freed_pgd_loaded = always("no freed pgd is loaded", () =>
  every(machine.cpus, (cpu) => is_allocated(hw[cpu].pgd)),
);

/** The weaker one: a pointer that names a freed mm hurts only if somebody follows it, or compares it with a new mm. */
export const no_dangling_active_mm = always("no active_mm names a freed mm", () =>
  every(machine.tasks, (i) => tasks[i].active_mm === null || is_allocated(tasks[i].active_mm!)),
);

/** The same once all is done: the page tables may have been left a moment before active_mm follows. */
export const no_dangling_active_mm_at_rest = at_end("no active_mm names a freed mm at the end", () =>
  every(machine.tasks, (i) => tasks[i].active_mm === null || is_allocated(tasks[i].active_mm!)),
);

/** The same, in the end: only its own CPU reads active_mm, and sees there what it has stored but not yet published. */
export const no_active_mm_left_dangling = at_end("no active_mm names a freed mm in the end", () =>
  every(machine.tasks, (i) => tasks[i].active_mm === null || is_allocated(tasks[i].active_mm!)),
);

/**
 * When all have come to rest, an mm's mm_count is what its users and its borrowers owe, and an mm of which nobody is
 * left has been freed. init_mm is exempt: its count is wrong in every kernel, and never reaches 0.
 */
export const references_conserved = at_end("mm_count is what is owed", () =>
  every(machine.mms, (i) => mms[i] === init_mm || !is_allocated(mms[i]) || balanced(mms[i])),
);

function balanced(mm: mm_struct): boolean {
  return atomic_read(mm.mm_count) > 0 && atomic_read(mm.mm_count) === owed(mm);
}

/** All users hold one between them. */
function owed(mm: mm_struct): number {
  return (atomic_read(mm.mm_users) > 0 ? 1 : 0) + parts.lifetime.lazy_references(mm);
}

/** No task uses an mm that is gone. */
export const users_keep_mm = always("no task's mm has been freed", () =>
  every(machine.tasks, (i) => tasks[i].mm === null || is_allocated(tasks[i].mm!)),
);

/** An mm without users is gone once no CPU has it loaded. init_mm is exempt. */
export const dead_mms_are_freed = at_end("an mm that nobody uses has been freed", () =>
  every(
    machine.mms,
    (i) =>
      mms[i] === init_mm ||
      !is_allocated(mms[i]) ||
      atomic_read(mms[i].mm_users) > 0 ||
      some(machine.cpus, (cpu) => hw[cpu].pgd === mms[i].pgd),
  ),
);
