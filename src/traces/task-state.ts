// SPDX-License-Identifier: MIT
// prev_state of sched_switch as a number: `trace-cmd report -R`, or one without its plugins. The masks changed with the
// kernel, which a text does not name, so they are told from the numbers themselves.

export interface StateSpelling {
  /** The letters that the kernel prints for a number; what is no number stays as it is. */
  readonly spell: (state: string) => string;
  readonly notes: readonly string[];
}

/** Since 4.14: one bit, and 0x100 for a task that was preempted. */
const LETTERS = ["S", "D", "T", "t", "X", "Z", "P", "I"];
const PREEMPTED = 0x100;
/** Before 4.14: all bits of task->state, and above them one for "preempted", whose place depends on the version. */
const OLD_LETTERS = ["S", "D", "T", "t", "X", "Z", "x", "K", "W", "P", "N"];
const OLD_LEAST = 0x200;

/** How to spell `states`, which are all that occur in a trace. */
export function stateSpelling(states: readonly string[]): StateSpelling {
  const numbers = states.filter(isNumber).map(Number);
  if (numbers.length === 0) return { spell: (state) => state, notes: [] };
  const old = numbers.some((state) => state >= OLD_LEAST || (state & (state - 1)) !== 0);
  // A task that is preempted while it runs has no other bit.
  const single = numbers.filter((state) => state >= OLD_LEAST && (state & (state - 1)) === 0);
  const preempted = old ? Math.max(0, ...single) : PREEMPTED;
  const letters = old ? OLD_LETTERS : LETTERS;
  return {
    spell: (state) => (isNumber(state) ? spelt(Number(state), preempted, letters) : state),
    notes: [
      `prev_state is a number; read as kernels ${old ? "before" : "since"} 4.14 count (trace-cmd report without -R ` +
        "prints letters)",
    ],
  };
}

function isNumber(state: string): boolean {
  return /^\d{1,9}$/.test(state);
}

function spelt(state: number, preempted: number, letters: readonly string[]): string {
  const set = letters.filter((_, bit) => (state & (1 << bit) & ~preempted) !== 0);
  return `${set.length === 0 ? "R" : set.join("|")}${(state & preempted) !== 0 ? "+" : ""}`;
}
