// SPDX-License-Identifier: MIT
// What is recorded: tracepoints that any kernel has, and the kprobes of our own recordings, which also show the state
// that a design decides on. All names of events and fields are those that `src/traces` reads.
//
// Fields are a small template: {v} is a number of layout.ts, <base.v> the per-CPU variable at `base` plus {v} on this
// probe's CPU, $arg1 … the function's arguments. script.ts turns them into bash.
import type { Btf } from "./btf.ts";
import { parametersOf } from "./btf.ts";

/** Enough to replay: who ran where, which task has which mm, and what was flushed. */
export const TRACEPOINTS: readonly string[] = [
  "sched:sched_switch",
  "sched:sched_process_fork",
  "sched:sched_process_exec",
  "sched:sched_process_exit",
  "sched:sched_process_free",
  "task:task_newtask",
  "task:task_rename",
  "tlb:tlb_flush",
  "irq_vectors:call_function_entry",
  "irq_vectors:call_function_exit",
  "irq_vectors:call_function_single_entry",
  "irq_vectors:call_function_single_exit",
  "ipi:ipi_send_cpumask",
  "ipi:ipi_send_cpu",
  "power:cpu_idle",
];

/** Says which mm a task has, where no kprobe does. Frequent, so it is not recorded beside the kprobes. */
export const TRACEPOINT_FOR_MM = "kmem:rss_stat";

export interface Probe {
  readonly name: string;
  /** p: at entry, r: at return. */
  readonly kind: "p" | "r";
  readonly func: string;
  readonly fields: string;
  /**
   * one: a single probe. every: adds loaded_mm and is_lazy of every CPU. own: one probe per CPU, which reads that CPU's
   * state and fires there only. snapshot: one per CPU, fired by the script itself at START and END.
   */
  readonly form: "one" | "every" | "own" | "snapshot";
}

const COUNTS = (mm: string): string => `cnt=+{mm_count}(${mm}):s32 users=+{mm_users}(${mm}):s32`;
const MM = (mm: string): string =>
  `ctx=+{mm_ctx_id}(${mm}):u64 gen=+{mm_tlb_gen}(${mm}):u64 cb=+{mm_cpumask}(${mm}):x64 ${COUNTS(mm)}`;

const INFO = (info: string): string =>
  `start=+{info_start}(${info}):x64 end=+{info_end}(${info}):x64 gen=+{info_tlb_gen}(${info}):u64 ` +
  `icpu=+{info_cpu}(${info}):u32 stride=+{info_stride}(${info}):u8 freed=+{info_freed}(${info}):u8 ` +
  `trim=+{info_trim}(${info}):u8`;

const OWN_STATE =
  "mm=<tlbstate.state_mm>:x64 asid=<tlbstate.state_asid>:u16 nasid=<tlbstate.state_next_asid>:u16 " +
  "inv=<tlbstate.state_invalidate_other>:u8 upf=<tlbstate.state_user_flush_mask>:x16 " +
  "lazy=<lazystate.state_is_lazy>:u8 ctxs=<tlbstate.state_ctxs>:u64[{state_ctxs_count*2}]";

const GATHER =
  "mm=+{gather_mm}($arg1):x64 start=+{gather_start}($arg1):x64 end=+{gather_end}($arg1):x64 " +
  "bits=+{gather_bits}($arg1):x32";

const SWITCH_MM =
  "prev=$arg1:x64 next=$arg2:x64 npid=+{task_pid}($arg3):s32 ctx=+{mm_ctx_id}($arg2):u64 " +
  "gen=+{mm_tlb_gen}($arg2):u64 cb=+{mm_cpumask}($arg2):x64 pcb=+{mm_cpumask}($arg1):x64 " +
  "cnt=+{mm_count}($arg2):s32 pcnt=+{mm_count}($arg1):s32 users=+{mm_users}($arg2):s32";

const FLUSH_RANGE =
  "mm=$arg1:x64 start=$arg2:x64 end=$arg3:x64 stride=$arg4:u8 freed=$arg5:u8 ctx=+{mm_ctx_id}($arg1):u64 " +
  "gen=+{mm_tlb_gen}($arg1):u64 cb=+{mm_cpumask}($arg1):x64 users=+{mm_users}($arg1):s32 jf=@jiffies:u64 " +
  "trimat=+{mm_next_trim}($arg1):u64";

const SNAPSHOT =
  `${OWN_STATE} ${MM("<tlbstate.state_mm>")} ` +
  "pid=+{task_pid}(<current.hot_current>):s32 amm=+{task_mm}(<current.hot_current>):x64";

function entry(name: string, func: string, fields = "", form: Probe["form"] = "one"): Probe {
  return { kind: "p", name, func, fields, form };
}

function atReturn(name: string, func: string, fields: string, form: Probe["form"] = "one"): Probe {
  return { kind: "r", name, func, fields, form };
}

const ONE_MM = `mm=$arg1:x64 ${MM("$arg1")}`;

export const PROBES: readonly Probe[] = [
  entry("switch_mm", "switch_mm_irqs_off", SWITCH_MM, "every"),
  atReturn("switch_mm_r", "switch_mm_irqs_off", OWN_STATE, "own"),
  entry(
    "finish_switch",
    "finish_task_switch",
    "pm=<runqueues.rq_prev_mm>:x64 cnt=+{mm_count}(<runqueues.rq_prev_mm>):s32",
    "own",
  ),
  entry("enter_lazy", "enter_lazy_tlb", `mm=$arg1:x64 npid=+{task_pid}($arg2):s32 ${MM("$arg1")}`, "every"),
  entry("leave_mm", "leave_mm", "cpu=$arg1:s32", "every"),
  entry("flush_range", "flush_tlb_mm_range", FLUSH_RANGE, "every"),
  atReturn("flush_range_r", "flush_tlb_mm_range", "", "every"),
  entry(
    "flush_multi",
    "native_flush_tlb_multi",
    `mask=+0($arg1):x64 mm=+{info_mm}($arg2):x64 ${INFO("$arg2")}`,
    "every",
  ),
  entry(
    "should_flush",
    "should_flush_tlb",
    "cpu=$arg1:s32 mm=+{info_mm}($arg2):x64 gen=+{info_tlb_gen}($arg2):u64",
    "every",
  ),
  atReturn("should_flush_r", "should_flush_tlb", "ret=$retval:u8"),
  entry("flush_func", "flush_tlb_func", `fmm=+{info_mm}($arg1):x64 ${INFO("$arg1")} ${OWN_STATE}`, "own"),
  entry(
    "smp_many",
    "smp_call_function_many_cond",
    "mask=+0($arg1):x64 func=$arg2:symbol info=$arg3:x64 flags=$arg4:x32 cond=$arg5:symbol",
  ),
  entry("smp_single", "smp_call_function_single", "cpu=$arg1:s32 func=$arg2:symbol info=$arg3:x64 wait=$arg4:s32"),
  entry("ipi_mask", "native_send_call_func_ipi", "mask=+0($arg1):x64"),
  entry("ipi_single", "native_send_call_func_single_ipi", "cpu=$arg1:s32"),
  entry("kernel_range", "flush_tlb_kernel_range", "start=$arg1:x64 end=$arg2:x64"),
  entry("flush_all", "flush_tlb_all"),
  entry("flush_all_ipi", "do_flush_tlb_all"),
  entry("hw_local", "native_flush_tlb_local"),
  entry("hw_global", "native_flush_tlb_global"),
  entry("batch_flush", "arch_tlbbatch_flush", "mask=+0($arg1):x64"),
  atReturn(
    "mm_init",
    "mm_init",
    `mm=$retval:x64 ctx=+{mm_ctx_id}($retval):u64 gen=+{mm_tlb_gen}($retval):u64 ${COUNTS("$retval")}`,
  ),
  entry("mmput", "mmput", ONE_MM),
  entry("mmput_async", "mmput_async", ONE_MM),
  entry("exit_mmap", "exit_mmap", ONE_MM),
  entry("__mmdrop", "__mmdrop", ONE_MM),
  entry("kthread_use_mm", "kthread_use_mm", ONE_MM),
  entry("kthread_unuse_mm", "kthread_unuse_mm", ONE_MM),
  entry("exec_release", "exec_mm_release", `tpid=+{task_pid}($arg1):s32 mm=$arg2:x64 ${COUNTS("$arg2")}`),
  entry("exit_release", "exit_mm_release", `tpid=+{task_pid}($arg1):s32 mm=$arg2:x64 ${COUNTS("$arg2")}`),
  entry("begin_exec", "begin_new_exec"),
  entry("gather", "tlb_gather_mmu", "mm=$arg2:x64"),
  entry("tlb_flush_mmu", "tlb_flush_mmu", GATHER),
  entry("tlb_finish", "tlb_finish_mmu", GATHER),
  entry("membarrier_priv", "membarrier_private_expedited", "flags=$arg1:s32 cpu=$arg2:s32", "every"),
  entry("rmtable_sync", "tlb_remove_table_sync_one"),
  entry("snap", "__x64_sys_umask", SNAPSHOT, "snapshot"),
];

/**
 * The probes for a kernel whose types are known: a field that reads an argument which the function does not have there
 * (leave_mm() lost its parameter in 6.12) would record noise, so it goes.
 */
export function probesFor(btf: Btf | undefined): readonly Probe[] {
  if (btf === undefined) return PROBES;
  return PROBES.map((probe) => {
    const parameters = parametersOf(btf, probe.func);
    // System calls and functions that BTF leaves out are taken as they are.
    if (parameters === undefined || probe.kind === "r" || probe.form === "snapshot") return probe;
    const reads = (field: string): number => Number(/\$arg(\d)/.exec(field)?.[1] ?? 0);
    const fields = probe.fields.split(" ").filter((field) => reads(field) <= parameters.length);
    return { ...probe, fields: fields.join(" ") };
  });
}
