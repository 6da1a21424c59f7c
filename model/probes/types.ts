// SPDX-License-Identifier: MIT
// What a probe of a recording is to the model: which point of the code it is on, and what each of its fields shows.

/** How a recorded number is read, and compared with the model's. */
export type Reading =
  /** A number, or a set of CPUs. */
  | "int"
  /** A number of references: writers that no probe sees may have changed it. */
  | "count"
  /** An address; ~0 is -1. */
  | "address"
  /** A pointer to an mm. Addresses are used again: it is the mm that lives there now. */
  | "mm"
  /** A context id: a name, as pointers are. */
  | "ctx"
  /** A context id in the upper half of a word; 0 is the kernel's. */
  | "ctx_upper"
  /** A pid. */
  | "task"
  /** {ctx, generation} pairs, one per slot. */
  | "slots";

/**
 * An index into a cell: the CPU of the row, a number, the object (of a pool, or a frame) that an argument of the event
 * points to, or the one that a column names.
 */
export type Index =
  | "cpu"
  | number
  | { readonly arg: number }
  | { readonly frame: number }
  | { readonly column: string; readonly as: "mm" | "task" };

/** Where the model has it: an argument of the event (for returns, 0 is the result), or a cell. */
export type Source =
  | { readonly arg: number }
  | { readonly cell: string; readonly at: readonly Index[] }
  /** Two cells of the same shape, the last index of which runs: pairs. */
  | { readonly cells: readonly [string, string]; readonly at: readonly Index[] };

export interface Field {
  readonly column: string;
  readonly as: Reading;
  readonly of: Source;
  /** Only if this column of the row is not 0: what it points to is not there. */
  readonly given?: string;
}

/** A number that only a later row tells: the task's next one of that name. */
export interface NextRow {
  readonly next: string;
  readonly column: string;
  readonly as: Reading;
  /** If none comes soon. Without it the row is then passed over. */
  readonly or?: number;
  /** It is the mm that the task made last, and only if that was not seen the later row is looked at. */
  readonly born?: boolean;
}

/** What a row begins, apart from what it shows: a call of an entry, with arguments taken from its columns. */
export interface Begin {
  readonly entry: string;
  readonly args: readonly ({ readonly column: string; readonly as: Reading } | NextRow)[];
  /** It runs above whatever the task is in the middle of, and does not belong to it: a context switch. */
  readonly scheduler?: boolean;
  /** It may be part of a call that waits for its return to be passed (`late`). */
  readonly enclosed?: boolean;
}

/** What is not known of a task until it is first seen: taken from this row, or from the CPU's next one of a kind. */
export interface Learn {
  readonly cell: string;
  /** The task: the running one, or the one that this column names. */
  readonly task: "current" | { readonly column: string };
  /** By name of the row ("self": this one): the column that says it; null: it has none. */
  readonly from: Readonly<Record<string, string | null>>;
  /** A row that shows none says nothing. */
  readonly some?: boolean;
}

export interface Probe {
  /** `p:function` its entry, `r:function` its return, or the name of a tracepoint; undefined: no point of the model. */
  readonly at?: string;
  readonly fields?: readonly Field[];
  readonly begins?: Begin;
  readonly learns?: readonly Learn[];
  /** A new mm, a new task, or the state that the recording starts with. */
  readonly role?: "mm_born" | "task_born" | "snapshot";
  /** It may also be the first event of an interrupt handler; the column names the CPU that sent the interrupt. */
  readonly interrupt?: { readonly from?: string };
  /** The event is recorded only where this cell is not 0. */
  readonly only?: { readonly cell: string; readonly at: readonly Index[] };
  /** Its return, where the call encloses others that are recorded: passed when none of these can follow any more. */
  readonly late?: string;
  /** Only rows whose text in this column matches are of the model. */
  readonly when?: { readonly column: string; readonly matches: RegExp };
  /** Rows with 0 in this column may also be of code that is not modelled. */
  readonly foreign?: string;
  /** What the design leaves open is 1 if one of these comes next of the task, about the same mm (row: its column). */
  readonly chooses?: { readonly mm: string; readonly next: Readonly<Record<string, string>> };
}

/** What one architecture's recordings show. */
export interface ProbeTable {
  /** By name of the row. `#` in a name stands for the number of the CPU. */
  readonly probes: Readonly<Record<string, Probe>>;
  /** Entries of the architecture's own, beside those of model/kernel/conform.ts. */
  readonly entries?: string;
  /** Functions before which a call waits until its next row comes: nothing that others see depends on the delay. */
  readonly putOff: readonly string[];
  /** The running task of each CPU. */
  readonly current: string;
  /** A task's mm, which a child may share. */
  readonly taskMm: string;
  /** Cells of which nothing is known before they are first observed; counts are taken to be large until then. */
  readonly unknown: {
    readonly mm: readonly string[];
    readonly counts: readonly string[];
    readonly task: readonly string[];
  };
  /** Of whom a CPU runs when it is first seen, where there is no snapshot: from its next rows, however late. */
  readonly starts?: readonly Learn[];
  /** init_mm is the mm with this context id: the columns of any row that say which mm has which id. */
  readonly initMm: { readonly ctx: number; readonly columns: readonly (readonly [ctx: string, mm: string])[] };
  /** Which context ids are taken, where they are given out again. */
  readonly ctxInUse?: string;
}
