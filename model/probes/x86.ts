// SPDX-License-Identifier: MIT
// The probes that `lazymm record` puts on x86 kernels, and those of the recordings that this table was made for.
import type { Field, Index, Learn, Probe, ProbeTable, Reading } from "./types.ts";

const cell = (column: string, as: Reading, name: string, ...at: Index[]): Field => ({
  column,
  as,
  of: { cell: name, at },
});
const arg = (column: string, as: Reading, n: number): Field => ({ column, as, of: { arg: n } });

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

/** The running task's mm is the one that the row is about. */
const ownMm: readonly Learn[] = [{ cell: "task_struct.mm", task: "current", from: { self: "mm" } }];

const probes: Readonly<Record<string, Probe>> = {
  sched_switch: {
    begins: { entry: "conform_switch", args: [{ column: "next_pid", as: "task" }], scheduler: true },
    learns: [
      { cell: "task_struct.mm", task: { column: "next_pid" }, from: { switch_mm: "next", enter_lazy: null } },
      { cell: "task_struct.active_mm", task: "current", from: { switch_mm: "prev", enter_lazy: "mm" } },
    ],
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
      cell("amm", "mm", "task_struct.mm", { column: "pid", as: "task" }),
    ],
  },
  switch_mm: {
    at: "p:switch_mm_irqs_off",
    fields: [
      ofPrev(arg("prev", "mm", 0)),
      arg("next", "mm", 1),
      ...mmFields(1),
      ofPrev(cell("pcb", "int", "mm_struct.cpu_bitmap", { arg: 0 })),
      ofPrev(cell("pcnt", "count", "mm_struct.mm_count", { arg: 0 })),
      ...everyCpu,
    ],
  },
  "switch_mm_r#": { at: "r:switch_mm_irqs_off", fields: ownState },
  enter_lazy: { at: "p:enter_lazy_tlb", fields: [arg("mm", "mm", 0), ...mmFields(0), ...everyCpu] },
  "finish_switch#": {
    at: "p:finish_task_switch",
    only: { cell: "runqueues.prev_mm", at: ["cpu"] },
    fields: [cell("pm", "mm", "runqueues.prev_mm", "cpu")],
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
    fields: [...request(1, "mm"), ...everyCpu],
  },
  should_flush: { at: "p:should_flush_tlb", fields: [arg("cpu", "int", 0), ...everyCpu] },
  should_flush_r: { at: "r:should_flush_tlb", fields: [arg("ret", "int", 0)] },
  "flush_func#": {
    at: "p:flush_tlb_func",
    interrupt: { from: "icpu" },
    fields: [...request(0, "fmm"), ...ownState],
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
  exit_release: { begins: { entry: "conform_exit", args: [] }, learns: ownMm },
  exec_release: {
    begins: { entry: "conform_exec", args: [{ next: "switch_mm", column: "next", as: "mm", born: true }] },
    learns: ownMm,
  },
  kthread_use_mm: { begins: { entry: "conform_use_mm", args: [{ column: "mm", as: "mm" }] } },
  kthread_unuse_mm: { begins: { entry: "conform_unuse_mm", args: [] } },
};

export const x86: ProbeTable = {
  probes,
  putOff: ["local_irq_disable", "local_irq_save"],
  current: "pcpu_hot.current_task",
  taskMm: "task_struct.mm",
  unknown: {
    mm: ["mm_struct.context.tlb_gen", "mm_struct.cpu_bitmap"],
    counts: ["mm_struct.mm_count", "mm_struct.mm_users"],
    task: ["task_struct.mm", "task_struct.active_mm"],
  },
  initMm: { ctx: 1, columns: [["ctx", "mm"]] },
};
