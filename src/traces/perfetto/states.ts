// SPDX-License-Identifier: MIT
// prev_state of sched_switch: the trace has the number, the kernel prints letters. Which bit means what depends on the
// kernel: 4.14 moved them, and 4.8 the bit that says "preempted". The release may come late in the file, or not at
// all, so that numbers are kept until the end.

/** Bits that never moved. */
const LOW = ["S", "D", "T", "t", "X", "Z"];
const SINCE_4_14 = [...LOW, "P", "I"];
const BEFORE_4_14 = [...LOW, "x", "K", "W", "P", "N"];
/** The only states there are. More is no state, and not kept apart. */
const STATE_MASK = 0xffff;

interface Layout {
  readonly letters: readonly string[];
  readonly preempted: number;
}

const LAYOUTS = {
  new: { letters: SINCE_4_14, preempted: 0x100 },
  middle: { letters: BEFORE_4_14, preempted: 0x1000 },
  old: { letters: BEFORE_4_14, preempted: 0x800 },
} as const satisfies Record<string, Layout>;

export class PrevStates {
  readonly #seen = new Set<number>();

  /** What stands for a state in the table until the end. */
  note(state: number): number {
    const kept = state & STATE_MASK;
    this.#seen.add(kept);
    return kept;
  }

  /** The letters of all states seen. */
  letters(release: string | undefined): Map<number, string> {
    const layout = layoutOf(release, this.#seen);
    return new Map([...this.#seen].map((state) => [state, print(state, layout)]));
  }
}

function layoutOf(release: string | undefined, seen: ReadonlySet<number>): Layout {
  const version = /^(\d+)\.(\d+)/.exec(release ?? "");
  if (version !== null) {
    const number = Number(version[1]) * 1000 + Number(version[2]);
    if (number >= 4014) return LAYOUTS.new;
    return number >= 4008 ? LAYOUTS.middle : LAYOUTS.old;
  }
  // Preemption is so frequent that its bit shows.
  if (seen.has(LAYOUTS.middle.preempted)) return LAYOUTS.middle;
  return seen.has(LAYOUTS.old.preempted) ? LAYOUTS.old : LAYOUTS.new;
}

function print(state: number, { letters, preempted }: Layout): string {
  const set = letters.filter((_, bit) => (state & (1 << bit)) !== 0);
  return (set.length === 0 ? "R" : set.join("|")) + ((state & preempted) === 0 ? "" : "+");
}
