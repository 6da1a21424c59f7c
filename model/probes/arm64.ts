// SPDX-License-Identifier: MIT
// The probes that `lazymm record` puts on arm64 kernels, and those of the recordings that this table was made for.
import { arg, cell } from "./fields.ts";
import type { Field, Index, ProbeTable } from "./types.ts";

/** What every probe shows of an mm. */
const mmFields = (at: Index): Field[] => [
  cell("id", "asid", "mm_struct.context.id", at),
  cell("cnt", "count", "mm_struct.mm_count", at),
  cell("users", "count", "mm_struct.mm_users", at),
];

const CPUS = Array.from({ length: 64 }, (_, cpu) => cpu);

/** The allocator, as whoever is at a probe reads it: most of them without its lock. */
const allocator: readonly Field[] = [
  ...CPUS.map((cpu) => cell(`a${cpu}`, "asid", "asid_cpu.active_asids", cpu)),
  cell("agen", "asid", "asid_globals.asid_generation"),
  cell("tfp", "bits", "asid_info.tlb_flush_pending"),
];

/** And what is read under it: all but the active ASIDs, which others take away and swap, is written there only. */
const locked: readonly Field[] = [
  ...allocator,
  ...CPUS.map((cpu) => cell(`r${cpu}`, "asid", "asid_info.reserved_asids", cpu)),
  cell("cidx", "int", "asid_info.cur_asid_idx"),
].map((field) => (/^a\d/.test(field.column) ? field : { ...field, locked: true }));

export const arm64: ProbeTable = {
  probes: {
    sched_switch: {
      begins: { entry: "conform_switch", args: [{ column: "next_pid", as: "task" }], scheduler: true },
    },
    mm_init: { role: "mm_born", fields: mmFields({ column: "mm", as: "mm" }) },
    task_newtask: { role: "task_born" },
    // A task that has come here has left its mm for good.
    sched_process_exit: {},
    snap: { role: "snapshot", fields: locked },
    switch_mm: {
      at: "p:check_and_switch_context",
      fields: [arg("mm", "mm", 0), ...mmFields({ arg: 0 }), ...allocator],
    },
    switch_mm_r: { at: "r:check_and_switch_context", fields: allocator },
    new_context: {
      at: "p:new_context",
      fields: [arg("mm", "mm", 0), ...mmFields({ arg: 0 }), ...locked],
      searches: {
        map: "asid_info.asid_map",
        generation: "asid_globals.asid_generation",
        ids: "mm_struct.context.id",
        result: { new_context_r: "ret" },
      },
    },
    new_context_r: { at: "r:new_context", fields: [arg("ret", "asid", 0), ...locked] },
    do_switch: {
      at: "p:cpu_do_switch_mm",
      fields: [arg("mm", "mm", 0), cell("id", "asid", "mm_struct.context.id", { arg: 0 })],
    },
    "finish_switch#": {
      at: "p:finish_task_switch",
      only: { cell: "runqueues.prev_mm", at: ["cpu"] },
      fields: [
        cell("pm", "mm", "runqueues.prev_mm", "cpu"),
        cell("cnt", "count", "mm_struct.mm_count", { column: "pm", as: "mm" }),
      ],
    },
    mmput: {
      at: "p:mmput",
      begins: { entry: "conform_put", args: [{ column: "mm", as: "mm" }] },
      fields: [arg("mm", "mm", 0), ...mmFields({ arg: 0 })],
    },
    exit_mmap: { at: "p:torn_down", late: "r:torn_down", fields: [arg("mm", "mm", 0), ...mmFields({ arg: 0 })] },
    __mmdrop: { at: "p:__mmdrop", fields: [arg("mm", "mm", 0), ...mmFields({ arg: 0 })] },
    exit_release: { begins: { entry: "conform_exit", args: [] } },
    exec_release: {
      begins: { entry: "conform_exec", args: [{ next: "switch_mm", column: "mm", as: "mm", born: true }] },
    },
    kthread_use_mm: {
      begins: { entry: "conform_use_mm", args: [{ column: "mm", as: "mm" }], kernelThread: true, sleepless: true },
    },
    kthread_unuse_mm: { begins: { entry: "conform_unuse_mm", args: [], sleepless: true } },
  },
  putOff: ["local_irq_disable", "local_irq_save"],
  current: "pcpu_hot.current_task",
  taskMm: "task_struct.mm",
  taskActiveMm: "task_struct.active_mm",
  // ASID_FIRST_VERSION, however many bits ASIDs have.
  asids: { generation: 1 << 16, map: "asid_info.asid_map" },
  oldTasks: {
    switches: { row: "sched_switch", column: "next_pid" },
    loads: { row: "switch_mm", column: "mm" },
    returns: { row: "finish_switch#", column: "pm" },
    own: { exec_release: "mm", exit_release: "mm" },
    active: { cell: "asid_cpu.active_asids", id: "id" },
  },
  balanced: ["mm_struct.mm_count"],
  unknown: {
    mm: ["mm_struct.context.id"],
    counts: ["mm_struct.mm_count", "mm_struct.mm_users"],
    task: ["task_struct.mm", "task_struct.active_mm"],
    machine: [
      "asid_cpu.active_asids",
      "asid_globals.asid_generation",
      "asid_info.asid_map",
      "asid_info.cur_asid_idx",
      "asid_info.reserved_asids",
      "asid_info.tlb_flush_pending",
    ],
  },
};
