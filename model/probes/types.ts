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
  | "slots"
  /** Generation and ASID in one number; the model has smaller generations where there are fewer ASIDs. */
  | "asid"
  /** A set of CPUs, of which the model has one truth value each. */
  | "bits"
  /** One bit per slot, from bit 1 on (asid + 1 is the PCID): pending flushes, which user mode takes away. */
  | "pending_slots"
  /** A function's symbol, or null. */
  | "function"
  /** Flags, of which bit 1 is the model's truth value. */
  | "bit1"
  /** A CPU, or a set of them, that an interrupt goes to: the model's, but for those that have one on its way. */
  | "target"
  | "targets";

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

export interface Place {
  readonly cell: string;
  readonly at: readonly Index[];
}

/** Where the model has it: an argument of the event (for returns, 0 is the result), or a cell. */
export type Source =
  | { readonly arg: number }
  | Place
  /** Two cells of the same shape, the last index of which runs: pairs. */
  | { readonly cells: readonly [string, string]; readonly at: readonly Index[] };

export interface Field {
  readonly column: string;
  readonly as: Reading;
  readonly of: Source;
  /** Only if this column of the row is not 0: what it points to is not there. */
  readonly given?: string;
  /** Nobody else writes it at this point, as the CPU holds the lock for it. (A CPU's own cells are always so.) */
  readonly locked?: true;
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
  /** Only if nothing at all is under way on the CPU, and this column is 0. */
  readonly alone?: string;
  /** The running task is a kernel thread: it never goes to user mode, whatever mm it has. */
  readonly kernelThread?: boolean;
  /** It never sleeps, and encloses nothing: a task that blocks, or begins something else, is through with it. */
  readonly sleepless?: boolean;
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

/** A map of which nothing is known at first: what is not known of it is as the recorded result of a search says. */
export interface Search {
  /** Truth values; the search returns the number of one that is false, in a context id: generation | number. */
  readonly map: string;
  readonly generation: string;
  /** Where mms have their ids: those of this generation are taken. */
  readonly ids: string;
  /** By name of the row that has the result: its column. */
  readonly result: Readonly<Record<string, string>>;
}

/** What tells the mm of tasks that are older than the recording, where switches do not show it. */
export interface OldTasks {
  /** A switch, and the column of the task that is switched to. */
  readonly switches: { readonly row: string; readonly column: string };
  /** Comes behind a switch that changes the mm: to this one, and perhaps from which. */
  readonly loads: { readonly row: string; readonly column: string; readonly left?: string };
  /** Comes behind a switch to a task without an mm: the one that it borrows. */
  readonly borrows?: { readonly row: string; readonly column: string };
  /** Comes behind a switch from a task that has borrowed this mm to one that has its own. */
  readonly returns: { readonly row: string; readonly column: string };
  /** Rows of a task that show its mm. */
  readonly own: Readonly<Record<string, string>>;
  /** Each CPU's active context id, and the column in which rows show the id of their `mm`. */
  readonly active?: { readonly cell: string; readonly id: string };
}

export interface Probe {
  /** `p:function` its entry, `r:function` its return, or the name of a tracepoint; undefined: no point of the model. */
  readonly at?: string;
  readonly fields?: readonly Field[];
  readonly begins?: Begin;
  readonly learns?: readonly Learn[];
  /** The same where the row is passed over, as what leads to it was not seen: whatever was known of it is old. */
  readonly passed?: readonly Learn[];
  readonly searches?: Search;
  /** It shows as much of the CPU as a snapshot: judging may start here. */
  readonly starts?: true;
  /** What the CPU is about to write, where no row of its own shows what becomes of it. */
  readonly changes?: readonly Place[];
  /** A new mm, a new task, or the state that the recording starts with. */
  readonly role?: "mm_born" | "task_born" | "snapshot";
  /** It may also be the first event of an interrupt handler; the column, if any, names the CPU that sent it. */
  readonly interrupt?: { readonly from?: string };
  /** The event is recorded only where this cell is not 0. */
  readonly only?: Place;
  /** Only where this column is one of these functions: others are called by what no design has. */
  readonly of?: { readonly column: string; readonly functions: readonly string[] };
  /**
   * Others do it, too, whom the design has not: a row is passed over where the design is not at that point, always or
   * only after a call of a function that is not its own (`of`). The same in interrupts.
   */
  readonly elsewhere?: "always" | "foreign";
  /** Its return, where the call encloses others that are recorded: passed when none of these can follow any more. */
  readonly late?: string;
  /** Only rows whose text in this column matches are of the model. */
  readonly when?: { readonly column: string; readonly matches: RegExp };
  /** The column of a context id that is free from here on, where ids are given out again. */
  readonly frees?: string;
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
  /** A task's mm, which a child may share, and what it has borrowed otherwise. */
  readonly taskMm: string;
  readonly taskActiveMm: string;
  readonly oldTasks?: OldTasks;
  /** For `asid`: recorded generations are multiples of this, the model's are multiples of the size of the map. */
  readonly asids?: { readonly generation: number; readonly map: string };
  /** Rows that begin and end an interrupt that other CPUs sent: calls that show nothing else are carried out there. */
  readonly interrupts?: { readonly entry: readonly string[]; readonly exit: readonly string[] };
  /** Why rows of these names are not judged. */
  readonly passedOver?: Readonly<Record<string, string>>;
  /**
   * What a CPU does on its way to user mode, in assembly that no probe sees: it does the pending flush of the slot that
   * is loaded, and clears `pending`. It can be there only while its task runs on an mm of its own.
   */
  readonly userMode?: { readonly pending: string; readonly slot: string; readonly loaded: string };
  /** Counts that whoever takes one up gives back soon, so that code which no probe sees leaves them as they were. */
  readonly balanced: readonly string[];
  /** Cells of which nothing is known before they are first observed; counts are taken to be large until then. */
  readonly unknown: {
    readonly mm: readonly string[];
    readonly counts: readonly string[];
    readonly task: readonly string[];
    /** What belongs to no object. */
    readonly machine?: readonly string[];
  };
  /** Of whom a CPU runs when it is first seen, where there is no snapshot: from its next rows, however late. */
  readonly firstSeen?: readonly Learn[];
  /** init_mm is the mm with this context id: the columns of any row that say which mm has which id. */
  readonly initMm?: { readonly ctx: number; readonly columns: readonly (readonly [ctx: string, mm: string])[] };
  /** Which context ids are taken, where they are given out again. */
  readonly ctxInUse?: string;
}
