// SPDX-License-Identifier: MIT
// Events for which Perfetto has a message of its own: its number in FtraceEvent, and which of its fields makes which
// column. The columns are those of the kernel's text. The numbers are Perfetto's public interface
// (protos/perfetto/trace/ftrace/*.proto); a number never changes its meaning.
// The same events may come as generic ones; then a field is found by its name in the kernel's struct.

/** `state`, `member` and `bytes` are numbers that the kernel prints as text. */
export type FieldType = "int" | "word" | "text" | "state" | "member" | "bytes";

export interface Column {
  readonly name: string;
  readonly type: FieldType;
  /** Number in the message, and name in the kernel's struct. */
  readonly field: number;
  readonly source: string;
}

export interface Schema {
  readonly name: string;
  /** -1: Perfetto has no message for it. */
  readonly number: number;
  readonly columns: readonly Column[];
}

/** `1 comm:text` or, where the struct's name for it is another one, `1 comm:text=parent_comm`. */
function schema(name: string, number: number, columns: string): Schema {
  const parse = (column: string): Column => {
    const match = /^(\d+) (\w+):(\w+)(?:=(\w+))?$/.exec(column)!;
    const [, field, name, type, source] = match as unknown as [string, string, string, FieldType, string?];
    return { name, type, field: Number(field), source: source ?? name };
  };
  return { name, number, columns: columns === "" ? [] : columns.split(", ").map(parse) };
}

const WAKEUP = "1 comm:text, 2 pid:int, 3 prio:int, 5 target_cpu:int";
const TASK = "1 comm:text, 2 pid:int, 3 prio:int";

export const SCHEMAS: readonly Schema[] = [
  schema(
    "sched_switch",
    4,
    "1 prev_comm:text, 2 prev_pid:int, 3 prev_prio:int, 4 prev_state:state, " +
      "5 next_comm:text, 6 next_pid:int, 7 next_prio:int",
  ),
  schema("cpu_frequency", 11, "1 state:int, 2 cpu_id:int"),
  schema("cpu_idle", 13, "1 state:int, 2 cpu_id:int"),
  schema("sched_wakeup", 17, WAKEUP),
  schema("sched_waking", 20, WAKEUP),
  schema("ipi_entry", 21, "1 reason:text"),
  schema("ipi_exit", 22, "1 reason:text"),
  // Its target_cpus is not the mask, but where in the ring the mask was.
  schema("ipi_raise", 23, "2 reason:text"),
  schema("irq_handler_entry", 36, "1 irq:int, 2 name:text"),
  schema("sched_wakeup_new", 114, WAKEUP),
  schema("task_newtask", 235, "1 pid:int, 2 comm:text, 3 clone_flags:word, 4 oom_score_adj:int"),
  schema("task_rename", 236, "1 pid:int, 2 oldcomm:text, 3 newcomm:text, 4 oom_score_adj:int"),
  schema("sched_process_exec", 237, "1 filename:text, 2 pid:int, 3 old_pid:int"),
  schema("sched_process_exit", 238, "1 comm:text, 2 pid:int, 4 prio:int"),
  schema(
    "sched_process_fork",
    239,
    "1 comm:text=parent_comm, 2 pid:int=parent_pid, 3 child_comm:text, 4 child_pid:int",
  ),
  schema("sched_process_free", 240, TASK),
  schema("rss_stat", 313, "4 mm_id:int, 3 curr:int, 1 type:member=member, 2 size:bytes"),
  schema("sched_migrate_task", 491, "1 comm:text, 2 pid:int, 3 prio:int, 4 orig_cpu:int, 5 dest_cpu:int"),
  schema("local_timer_entry", 559, "1 vector:int"),
  schema("local_timer_exit", 560, "1 vector:int"),
  schema("tlb_flush", -1, "0 pages:int, 0 reason:int"),
];

/** Kinds of memory that rss_stat counts, as the kernel names them. */
export const RSS_MEMBERS = ["MM_FILEPAGES", "MM_ANONPAGES", "MM_SWAPENTS", "MM_SHMEMPAGES"] as const;

/** FtraceEvent's own fields, and events that are none of SCHEMAS. */
export const FTRACE_EVENT = {
  timestamp: 1,
  pid: 2,
  print: 3,
  commonFlags: 5,
  generic: 327,
  kprobe: 542,
  /** From here on an event is described in the trace. */
  described: 65_536,
} as const;
