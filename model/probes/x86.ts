// SPDX-License-Identifier: MIT
// The probes that `lazymm record` puts on x86 kernels, and those of the recordings that this table was made for.
import { arg, cell } from "./fields.ts";
import type { Field, Probe, ProbeTable } from "./types.ts";

/** What every probe shows of an mm. */
const mmFields = (n: number): Field[] => [
  cell("ctx", "ctx", "mm_struct.context.ctx_id", { arg: n }),
  cell("gen", "int", "mm_struct.context.tlb_gen", { arg: n }),
  cell("cb", "int", "mm_struct.cpu_bitmap", { arg: n }),
  cell("cnt", "count", "mm_struct.mm_count", { arg: n }),
  cell("users", "count", "mm_struct.mm_users", { arg: n }),
];

/** loaded_mm and is_lazy of CPUs, read by whoever is at a probe. */
const everyCpu: readonly Field[] = Array.from({ length: 64 }, (_, cpu) => [
  cell(`m${cpu}`, "mm", "cpu_tlbstate.loaded_mm", cpu),
  cell(`z${cpu}`, "int", "cpu_tlbstate_shared.is_lazy", cpu),
]).flat();

/** The running CPU's own state. */
const ownState: readonly Field[] = [
  cell("mm", "mm", "cpu_tlbstate.loaded_mm", "cpu"),
  cell("asid", "int", "cpu_tlbstate.loaded_mm_asid", "cpu"),
  cell("nasid", "int", "cpu_tlbstate.next_asid", "cpu"),
  cell("inv", "int", "cpu_tlbstate.invalidate_other", "cpu"),
  cell("upf", "pending_slots", "cpu_tlbstate.user_pcid_flush", "cpu"),
  cell("lazy", "int", "cpu_tlbstate_shared.is_lazy", "cpu"),
  {
    column: "ctxs",
    as: "slots",
    of: { cells: ["cpu_tlbstate.ctxs.ctx_id", "cpu_tlbstate.ctxs.tlb_gen"], at: ["cpu"] },
  },
];

/** A request; the event's argument `n` is it. */
const request = (n: number, mm: string): Field[] => [
  cell(mm, "mm", "flush_tlb_infos.mm", { frame: n }),
  cell("start", "address", "flush_tlb_infos.start", { frame: n }),
  cell("end", "address", "flush_tlb_infos.end", { frame: n }),
  cell("gen", "int", "flush_tlb_infos.new_tlb_gen", { frame: n }),
  cell("icpu", "int", "flush_tlb_infos.initiating_cpu", { frame: n }),
  cell("stride", "int", "flush_tlb_infos.stride_shift", { frame: n }),
  cell("freed", "int", "flush_tlb_infos.freed_tables", { frame: n }),
];

const ofPrev = (field: Field): Field => ({ ...field, given: "prev" });

const probes: Readonly<Record<string, Probe>> = {
  sched_switch: {
    begins: { entry: "conform_switch", args: [{ column: "next_pid", as: "task" }], scheduler: true },
  },
  mm_init: {
    role: "mm_born",
    fields: [
      cell("ctx", "ctx", "mm_struct.context.ctx_id", { column: "mm", as: "mm" }),
      cell("gen", "int", "mm_struct.context.tlb_gen", { column: "mm", as: "mm" }),
      cell("cnt", "count", "mm_struct.mm_count", { column: "mm", as: "mm" }),
      cell("users", "count", "mm_struct.mm_users", { column: "mm", as: "mm" }),
    ],
  },
  task_newtask: { role: "task_born" },
  // A task that has come here has left its mm for good.
  sched_process_exit: {},
  "snap#": {
    role: "snapshot",
    fields: [
      ...ownState,
      cell("gen", "int", "mm_struct.context.tlb_gen", { column: "mm", as: "mm" }),
      cell("cb", "int", "mm_struct.cpu_bitmap", { column: "mm", as: "mm" }),
      cell("cnt", "count", "mm_struct.mm_count", { column: "mm", as: "mm" }),
      cell("users", "count", "mm_struct.mm_users", { column: "mm", as: "mm" }),
      cell("pid", "task", "pcpu_hot.current_task", "cpu"),
      cell("pid", "task", "runqueues.curr", "cpu"),
      cell("amm", "mm", "task_struct.mm", { column: "pid", as: "task" }),
    ],
  },
  switch_mm: {
    at: "p:switch_mm_irqs_off",
    // Temporary mms: whoever writes to kernel text loads one, and then what was there before.
    begins: { entry: "conform_switch_mm", args: [{ column: "next", as: "mm" }], alone: "prev" },
    fields: [
      ofPrev(arg("prev", "mm", 0)),
      arg("next", "mm", 1),
      ...mmFields(1),
      ofPrev(cell("pcb", "int", "mm_struct.cpu_bitmap", { arg: 0 })),
      ofPrev(cell("pcnt", "count", "mm_struct.mm_count", { arg: 0 })),
      ...everyCpu,
    ],
    changes: ["prev", "next"].map((column) => ({ cell: "mm_struct.cpu_bitmap", at: [{ column, as: "mm" }] })),
  },
  "switch_mm_r#": { at: "r:switch_mm_irqs_off", fields: ownState, starts: true },
  enter_lazy: {
    at: "p:enter_lazy_tlb",
    fields: [arg("mm", "mm", 0), ...mmFields(0), ...everyCpu],
    changes: [{ cell: "cpu_tlbstate_shared.is_lazy", at: ["cpu"] }],
  },
  "finish_switch#": {
    at: "p:finish_task_switch",
    only: { cell: "runqueues.prev_mm", at: ["cpu"] },
    fields: [
      cell("pm", "mm", "runqueues.prev_mm", "cpu"),
      cell("cnt", "count", "mm_struct.mm_count", { column: "pm", as: "mm" }),
    ],
  },
  flush_range: {
    begins: {
      entry: "conform_flush",
      args: [
        { column: "mm", as: "mm" },
        { column: "start", as: "address" },
        { column: "end", as: "address" },
        { column: "stride", as: "int" },
        { column: "freed", as: "int" },
      ],
      enclosed: true,
    },
    at: "p:flush_tlb_mm_range",
    fields: [...mmFields(0), ...everyCpu],
  },
  flush_range_r: { at: "r:flush_tlb_mm_range", fields: everyCpu },
  flush_multi: {
    at: "p:native_flush_tlb_multi",
    fields: [
      ...request(1, "mm"),
      { ...cell("mask", "int", "mm_struct.cpu_bitmap", { column: "mm", as: "mm" }), given: "mm" },
      ...everyCpu,
    ],
  },
  should_flush: { at: "p:should_flush_tlb", fields: [arg("cpu", "int", 0), ...request(1, "mm"), ...everyCpu] },
  should_flush_r: { at: "r:should_flush_tlb", fields: [arg("ret", "int", 0)] },
  "flush_func#": {
    at: "p:flush_tlb_func",
    interrupt: { from: "icpu" },
    fields: [...request(0, "fmm"), ...ownState],
    // A lazy CPU leaves.
    changes: [{ cell: "mm_struct.cpu_bitmap", at: [{ column: "mm", as: "mm" }] }],
  },
  hw_local: { at: "p:flush_tlb_local" },
  tlb_flush: { at: "tlb_flush", fields: [arg("reason", "int", 0), arg("pages", "int", 1)] },
  mmput: {
    at: "p:mmput",
    begins: { entry: "conform_put", args: [{ column: "mm", as: "mm" }] },
    fields: [arg("mm", "mm", 0), ...mmFields(0)],
  },
  exit_mmap: { at: "p:torn_down", late: "r:torn_down", fields: [arg("mm", "mm", 0), ...mmFields(0)] },
  __mmdrop: { at: "p:__mmdrop", fields: [arg("mm", "mm", 0), ...mmFields(0)] },
  exit_release: { begins: { entry: "conform_exit", args: [] } },
  exec_release: {
    begins: { entry: "conform_exec", args: [{ next: "switch_mm", column: "next", as: "mm", born: true }] },
  },
  kthread_use_mm: {
    begins: { entry: "conform_use_mm", args: [{ column: "mm", as: "mm" }], kernelThread: true, sleepless: true },
  },
  kthread_unuse_mm: { begins: { entry: "conform_unuse_mm", args: [], sleepless: true } },
};

/** Functions that the designs call on other CPUs. */
const called = ["flush_tlb_func", "do_flush_tlb_all", "do_kernel_range_flush", "ipi_mb", "ipi_sync_core", "ipi_rseq"];

const calls: Readonly<Record<string, Probe>> = {
  // Bit 1 of flags is SCF_RUN_LOCAL: the caller runs the function itself, too.
  smp_many: {
    at: "p:smp_call_function_many_cond",
    of: { column: "func", functions: called },
    fields: [arg("cond", "function", 0), arg("func", "function", 1), arg("mask", "int", 3), arg("flags", "bit1", 4)],
  },
  ipi_mask: { at: "p:send_call_function_ipi_mask", elsewhere: "foreign", fields: [arg("mask", "targets", 0)] },
  // The scheduler wakes idle CPUs with it, too.
  ipi_single: { at: "p:send_call_function_ipi_mask", elsewhere: "always", fields: [arg("cpu", "target", 0)] },
  membarrier_priv: {
    at: "p:membarrier_private_expedited",
    begins: {
      entry: "conform_membarrier",
      args: [
        { column: "flags", as: "int" },
        { column: "cpu", as: "int" },
      ],
    },
    fields: everyCpu,
  },
  leave_mm: { at: "p:leave_mm", begins: { entry: "conform_leave_mm", args: [] }, fields: everyCpu },
  flush_all: { at: "p:flush_tlb_all", begins: { entry: "conform_flush_all", args: [] } },
  flush_all_ipi: { at: "p:do_flush_tlb_all", interrupt: {} },
  hw_global: { at: "p:flush_tlb_global", elsewhere: "always" },
  kernel_range: {
    at: "p:flush_tlb_kernel_range",
    begins: {
      entry: "conform_flush_kernel_range",
      args: [
        { column: "start", as: "address" },
        { column: "end", as: "address" },
      ],
    },
  },
  batch_flush: {
    at: "p:arch_tlbbatch_flush",
    begins: { entry: "conform_batch_flush", args: [{ column: "mask", as: "int" }] },
  },
};

const inHandler = "what the interrupt is for shows itself; what shows nothing is carried out here";
const anothers = "the scheduler's, or sent for what no design has";
const input = "says nothing of an mm: what it leads to has rows of its own";
const gathers = "what mmu_gather collects is an input: the flush that it ends in is judged";

const passedOver: Readonly<Record<string, string>> = {
  call_function_entry: inHandler,
  call_function_exit: inHandler,
  call_function_single_entry: inHandler,
  call_function_single_exit: inHandler,
  ipi_single: anothers,
  ipi_mask: anothers,
  smp_many: "of a function that no design calls",
  smp_single: "of a function that no design calls on one CPU",
  hw_global: "where the kernel sets CR4: no kernel page is modelled",
  sched_wakeup: input,
  sched_wakeup_new: input,
  sched_migrate_task: input,
  sched_process_fork: input,
  sched_process_exec: input,
  sched_process_free: input,
  cpu_idle: input,
  begin_exec: input,
  gather: gathers,
  tlb_flush_mmu: gathers,
  tlb_finish: gathers,
  rmtable_sync: "the wait for gup_fast() shows no state: no page tables are recorded",
  mmput_async: "no design has it: its mmput() comes from a worker, and has a row of its own",
};

export const x86: ProbeTable = {
  entries: "model/kernel/arch/x86/conform.ts",
  probes: { ...probes, ...calls },
  interrupts: {
    entry: ["call_function_entry", "call_function_single_entry"],
    exit: ["call_function_exit", "call_function_single_exit"],
  },
  putOff: ["local_irq_disable", "local_irq_save"],
  current: "pcpu_hot.current_task",
  taskMm: "task_struct.mm",
  taskActiveMm: "task_struct.active_mm",
  oldTasks: {
    switches: { row: "sched_switch", column: "next_pid" },
    loads: { row: "switch_mm", column: "next", left: "prev" },
    borrows: { row: "enter_lazy", column: "mm" },
    returns: { row: "finish_switch#", column: "pm" },
    own: { exec_release: "mm", exit_release: "mm" },
  },
  passedOver,
  userMode: {
    pending: "cpu_tlbstate.user_pcid_flush",
    slot: "cpu_tlbstate.loaded_mm_asid",
    loaded: "cpu_tlbstate.loaded_mm",
  },
  balanced: ["mm_struct.mm_count"],
  unknown: {
    mm: ["mm_struct.context.tlb_gen", "mm_struct.cpu_bitmap"],
    counts: ["mm_struct.mm_count", "mm_struct.mm_users"],
    task: ["task_struct.mm", "task_struct.active_mm"],
    machine: [
      "cpu_tlbstate.loaded_mm",
      "cpu_tlbstate.loaded_mm_asid",
      "cpu_tlbstate.next_asid",
      "cpu_tlbstate.invalidate_other",
      "cpu_tlbstate.ctxs.ctx_id",
      "cpu_tlbstate_shared.is_lazy",
    ],
  },
  initMm: { ctx: 1, columns: [["ctx", "mm"]] },
};
