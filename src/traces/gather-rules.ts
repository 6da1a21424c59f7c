// SPDX-License-Identifier: MIT
// Flush calls as probes of other architectures than x86 record them: the teardown of an mmu_gather, and the functions
// that change one page or a whole mm. What is recorded of a vma is only where it is: its mm is the running task's.
import type { EventKind } from "../events/table.ts";
import { argIndex, wordValue } from "../events/table.ts";
import type { Handler, Rule, Source } from "./row-handlers.ts";

/** struct mmu_gather's bits, the lowest first: fullmm, need_flush_all, freed_tables, and then what was cleared. */
const FULLMM = 1;
const FREED_TABLES = 4;
/** Of those behind freed_tables: which levels' entries were cleared, in 6.1 and, one bit higher, in later kernels. */
const CLEARED = 0xf8;

const GATHER = ["mm", "start", "end", "bits"];

export function isGather(kind: EventKind): boolean {
  return GATHER.every((name) => argIndex(kind, name) >= 0);
}

/** One end of an mmu_gather: a flush if anything was cleared. `shift`: of the architecture's pages. */
export function gather(shift: number): Rule {
  return {
    needs: GATHER,
    make: ({ table, timeline, read, ctx }) => {
      const [mm, start, end, bits] = [read("mm"), read("start"), read("end"), read("bits")];
      return (row, cpu) => {
        const flags = bits(row);
        const from = Number(wordValue(table, start(row)));
        const to = Number(wordValue(table, end(row)));
        const fullmm = (flags & FULLMM) !== 0;
        if ((flags & (FREED_TABLES | CLEARED)) === 0 || (!fullmm && from >= to)) return;
        const node = timeline.identity.mmAt(mm(row), ctx(row));
        const freed = (flags & FREED_TABLES) !== 0 ? 1 : 0;
        timeline.flushed(row, cpu, node, freed, shift, fullmm ? 0 : from, fullmm ? -1 : to);
      };
    },
  };
}

/** All of an mm, no tables freed: fork(), which makes pages read-only. */
export const wholeMm: Rule = {
  needs: ["mm"],
  make: ({ timeline, read, ctx }) => {
    const mm = read("mm");
    return (row, cpu) => timeline.flushed(row, cpu, timeline.identity.mmAt(mm(row), ctx(row)), 0, 0, 0, -1);
  },
};

/** A page, or a range, of the running task. */
export function ownRange(shift: number, names: { readonly start: string; readonly end?: string }): Rule {
  return {
    needs: names.end === undefined ? [names.start] : [names.start, names.end],
    make: (source: Source): Handler => {
      const { table, timeline, read } = source;
      const start = read(names.start);
      const end = names.end === undefined ? undefined : read(names.end);
      return (row, cpu) => {
        const from = Number(wordValue(table, start(row)));
        const to = end === undefined ? from + 2 ** shift : Number(wordValue(table, end(row)));
        timeline.flushedOwn(row, cpu, shift, from, to);
      };
    },
  };
}
