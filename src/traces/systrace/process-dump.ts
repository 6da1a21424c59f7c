// SPDX-License-Identifier: MIT
// PROCESS DUMP: the output of ps, once for processes and once for threads, with whatever columns the device's ps has.
// It says which tasks are threads of one process, and which are kernel threads.

export interface Processes {
  readonly tgid: ReadonlyMap<number, number>;
  readonly comm: ReadonlyMap<number, string>;
  readonly kernelThread: ReadonlyMap<number, boolean>;
}

const KTHREADD = 2;
const COMMAND = /^(?:NAME|CMD|COMMAND|ARGS)$/;
/** A task's own name; the others are a process' command line. */
const COMM = /^CMD$/;
/** The kernel's limit, far above any device's. */
const MAX_TASKS = 1 << 20;

export class ProcessDump implements Processes {
  readonly tgid = new Map<number, number>();
  readonly comm = new Map<number, string>();
  readonly kernelThread = new Map<number, boolean>();
  /** Names of the columns of the table that is being read. */
  #columns: readonly string[] = [];

  line(text: string): void {
    const fields = text.trim().split(/\s+/);
    if (fields.includes("PID") || fields.includes("TID")) {
      this.#columns = fields;
      return;
    }
    const task = this.#number(fields, "TID") ?? this.#number(fields, "PID");
    if (task === undefined || task <= 0 || this.kernelThread.size >= MAX_TASKS) return;
    const pid = this.#number(fields, "PID") ?? task;
    this.tgid.set(task, pid);
    const name = this.#name(fields);
    const kernel = this.#isKernel(fields, pid, name.text);
    if (kernel !== undefined) this.kernelThread.set(task, kernel);
    const bracketed = /^\[(.*)\]$/.exec(name.text)?.[1];
    if (bracketed !== undefined) this.comm.set(task, bracketed);
    else if (name.isComm && !this.comm.has(task)) this.comm.set(task, name.text);
  }

  /** The columns up to the state's, which some a ps prints without a name, are where their names are. */
  #number(fields: readonly string[], name: string): number | undefined {
    const column = this.#columns.indexOf(name);
    const text = column < 0 ? undefined : fields[column];
    return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined;
  }

  #name(fields: readonly string[]): { readonly text: string; readonly isComm: boolean } {
    const column = this.#columns.findIndex((name) => COMMAND.test(name));
    if (column < 0) return { text: "", isComm: false };
    // Names may contain spaces, but only the last column's can be told.
    const isLast = column === this.#columns.length - 1;
    const first =
      isLast && this.#columns.includes("PC") && /^[RSDTZXI]$/.test(fields[column] ?? "") ? column + 1 : column;
    const text = isLast ? fields.slice(first).join(" ") : (fields[column] ?? "");
    return { text, isComm: COMM.test(this.#columns[column]!) };
  }

  /** undefined: this table does not tell, perhaps another one. */
  #isKernel(fields: readonly string[], pid: number, name: string): boolean | undefined {
    const known = this.kernelThread.get(pid);
    if (pid === KTHREADD || /^\[.*\]$/.test(name)) return true;
    const parent = this.#number(fields, "PPID");
    const size = this.#number(fields, "VSIZE") ?? this.#number(fields, "VSZ");
    if (parent === KTHREADD || size === 0) return true;
    return parent === undefined && size === undefined ? known : false;
  }
}
