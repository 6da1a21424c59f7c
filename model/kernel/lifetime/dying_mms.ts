// SPDX-License-Identifier: GPL-2.0-only
// Not in Linux: mms that nobody references any more and that wait to be freed, for the lifetimes that gather or delay
// them. The list holds a reference of each.
import type { mm_struct } from "../mm_types.ts";

interface dying_mms {
  lock: spinlock_t;
  mm: array<mm_struct | null, "mms">;
}
export const dying = DEFINE_SHARED<dying_mms>();

/** An mm waits on the list. */
export const mm_waits = sometimes("a dead mm waits for others, or for the CPUs that borrow it");

/** Returns how many there are now. */
export function add_dying(mm: mm_struct): number {
  atomic_inc(mm.mm_count);
  spin_lock(dying.lock);
  let waiting = 0;
  let added = false;
  for (let i = 0; i < machine.mms; i++) {
    const other = READ_ONCE(dying.mm[i]);
    if (other !== null) {
      waiting = waiting + 1;
    } else if (!added) {
      WRITE_ONCE(dying.mm[i], mm);
      added = true;
      waiting = waiting + 1;
    }
  }
  spin_unlock(dying.lock);
  reached(mm_waits);
  return waiting;
}

/** Takes the one in this place off the list, if it may go. */
export function take_dying(i: number, may_go: (mm: mm_struct) => boolean): mm_struct | null {
  spin_lock(dying.lock);
  let mm = READ_ONCE(dying.mm[i]);
  if (mm !== null && !may_go(mm)) mm = null;
  if (mm !== null) WRITE_ONCE(dying.mm[i], null);
  spin_unlock(dying.lock);
  return mm;
}

/** For properties: the list's reference. */
export function lazy_references(mm: mm_struct): number {
  return count(machine.mms, (i) => dying.mm[i] === mm);
}
