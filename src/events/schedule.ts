// SPDX-License-Identifier: MIT
// What a replay needs of a trace, and nothing else: who ran where with which mm, and which flushes were asked for.
// Struct of arrays, one row per action, in the order of the trace. Everything here is an *input* of a replay; what the
// kernel then did about it (tlb_flush events, IPIs) is in the event table and is only ever compared with.

export const ACTION = {
  /** context_switch: a = previous task, b = next task. Whether that loads an mm follows from their mms. */
  switch: 0,
  /** A new mm comes to life with one user: a = mm. */
  mmInit: 1,
  /** exec_mmap() of the task running on cpu: a = task, b = its new mm (0: unknown). */
  exec: 2,
  /** exit_mm() of the task running on cpu: a = task. Only of tasks that have an mm. */
  exit: 3,
  /** kthread_use_mm(): a = task, b = mm. */
  useMm: 4,
  /** kthread_unuse_mm(): a = task. */
  unuseMm: 5,
  /**
   * flush_tlb_mm_range(): a = mm (0: of no one mm, or of an unknown one), b = freed_tables (0, 1, or -1 unknown),
   * c = stride shift, start and end in bytes.
   */
  flush: 6,
  /** The ring lost events of this CPU: its task is unknown until its next switch. a = how many, 0 if not told. */
  lost: 7,
  /** A task is born, with its creator's mm or a copy of it (mmInit came before): a = task, b = its mm (0: none). */
  newTask: 8,
} as const;
export type ActionKind = (typeof ACTION)[keyof typeof ACTION];

export interface TaskInfo {
  readonly pid: number;
  readonly comm: string;
  readonly kernelThread: boolean;
  /** Its mm when the replay starts: 0 none (or not born yet). */
  readonly mm: number;
}

/** State of a CPU at the START snapshot, where the trace has one. */
export interface CpuSnapshot {
  readonly task: number;
  readonly loadedMm: number;
  readonly isLazy: boolean;
  readonly asid: number;
  readonly nextAsid: number;
  /** {mm id (0: none known), tlb_gen} of each ASID slot. */
  readonly ctxs: readonly { readonly mm: number; readonly tlbGen: number }[];
}

export interface Schedule {
  readonly cpus: number;
  /** Task ids are indices; tasks[0 … cpus) are the idle tasks of the CPUs. */
  readonly tasks: readonly TaskInfo[];
  /** mm ids run from 1 to mms; id 1 is init_mm. A recycled pointer is a new id. 0 is "no mm". */
  readonly mms: number;
  readonly snapshot: readonly CpuSnapshot[] | null;
  /** The task that runs on each CPU before the first action; -1 unknown. */
  readonly firstTask: Int32Array;
  readonly length: number;
  readonly kind: Uint8Array;
  /** Clock ticks since the first row that is replayed. */
  readonly time: Float64Array;
  /** NaN if the trace's clock has no known unit (x86-tsc, counter). */
  readonly secondsPerTick: number;
  readonly cpu: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly c: Int32Array;
  /** Flush range in bytes. -1 in `end` stands for TLB_FLUSH_ALL (~0UL). */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Row of the event table that each action came from. */
  readonly row: Int32Array;
}
