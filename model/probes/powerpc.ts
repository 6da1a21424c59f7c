// SPDX-License-Identifier: MIT
// The probes of our recordings of powerpc kernels with a radix MMU. Context ids are given out again; there are no
// snapshots, so a CPU and a task are known once they have been seen.
import { arg, cell } from "./fields.ts";
import type { Field, Index, Learn, Place, Probe, ProbeTable, Reading } from "./types.ts";

/** What every probe shows of an mm, and the same of another one under names with a p. */
const mmFields = (at: Index, p: "" | "p" = ""): Field[] => [
  cell(`${p}id`, "ctx", "mm_struct.context.id", at),
  cell(`${p}act`, "int", "mm_struct.context.active_cpus", at),
  cell(`${p}cb`, "int", "mm_struct.cpu_bitmap", at),
  cell(`${p}cnt`, "count", "mm_struct.mm_count", at),
  cell(`${p}users`, "count", "mm_struct.mm_users", at),
];

/** A probe whose first argument is the mm. */
const ofMm = (at: string): Probe => ({ at, fields: [arg("mm", "mm", 0), ...mmFields({ arg: 0 })] });

/** Who is in the mask of the mm in this column, and how many they are. */
const users = (column: string): Place[] =>
  ["mm_struct.cpu_bitmap", "mm_struct.context.active_cpus"].map((name) => ({
    cell: name,
    at: [{ column, as: "mm" }],
  }));

const column = (name: string, as: Reading): { column: string; as: Reading } => ({ column: name, as });
/** Flushes of a vma: whose it is shows when they ask what is needed. */
const vmaMm = { next: "flush_type", column: "mm", as: "mm" } as const;

/** The running task's mm is the one that the row is about. */
const ownMm: readonly Learn[] = [{ cell: "task_struct.mm", task: "current", from: { self: "mm" } }];
/** After a sched_switch: no switch_mm() for a task without an mm. */
const nextMm = { switch_mm: "next", finish_switch: null } as const;
const byMm = { column: "mm", as: "mm" } as const;

const probes: Readonly<Record<string, Probe>> = {
  sched_switch: {
    begins: { entry: "conform_switch", args: [column("next_pid", "task")], scheduler: true },
    learns: [
      { cell: "task_struct.mm", task: { column: "next_pid" }, from: nextMm },
      { cell: "task_struct.active_mm", task: { column: "next_pid" }, from: nextMm },
    ],
  },
  mm_init: { role: "mm_born", fields: mmFields(byMm) },
  task_newtask: { role: "task_born" },
  // A task that has come here has left its mm for good.
  sched_process_exit: {},
  switch_mm: {
    at: "p:switch_mm_irqs_off",
    fields: [
      arg("prev", "mm", 0),
      arg("next", "mm", 1),
      cell("nmm", "mm", "task_struct.mm", { column: "npid", as: "task" }),
      ...mmFields({ arg: 1 }),
      ...mmFields({ arg: 0 }, "p"),
    ],
    changes: [...users("next"), ...users("prev")],
    passed: [{ cell: "task_struct.active_mm", task: { column: "npid" }, from: { self: "next" } }],
  },
  switch_ctx: {
    at: "p:switch_mmu_context",
    fields: [arg("next", "mm", 0), cell("nid", "ctx", "mm_struct.context.id", { arg: 0 })],
  },
  switch_mm_r: { at: "r:switch_mm_irqs_off" },
  finish_switch: {
    at: "p:finish_task_switch",
    fields: [
      arg("ppid", "task", 0),
      cell("pmm", "mm", "task_struct.mm", { arg: 0 }),
      cell("pamm", "mm", "task_struct.active_mm", { arg: 0 }),
    ],
  },
  flush_mm: {
    ...ofMm("p:radix__flush_tlb_mm"),
    begins: { entry: "conform_flush_tlb_mm", args: [byMm], enclosed: true },
  },
  flush_all_mm: {
    ...ofMm("p:radix__flush_all_mm"),
    begins: { entry: "conform_flush_all_mm", args: [byMm], enclosed: true },
  },
  flush_page: {
    at: "p:radix__flush_tlb_page",
    begins: { entry: "conform_flush_tlb_page", args: [vmaMm, column("addr", "address")], enclosed: true },
    fields: [arg("addr", "address", 1)],
  },
  flush_range: {
    at: "p:radix__flush_tlb_range",
    begins: {
      entry: "conform_flush_tlb_range",
      args: [vmaMm, column("start", "address"), column("end", "address")],
      enclosed: true,
    },
    fields: [arg("start", "address", 1), arg("end", "address", 2)],
  },
  flush_range_psize: {
    at: "p:__radix__flush_tlb_range_psize",
    begins: {
      entry: "conform_flush_tlb_range_psize",
      args: [byMm, column("start", "address"), column("end", "address"), column("psize", "int")],
      enclosed: true,
    },
    fields: [arg("mm", "mm", 0), arg("start", "address", 1), arg("end", "address", 2), arg("psize", "int", 3)],
  },
  tlb_flush: {
    at: "p:radix__tlb_flush",
    begins: {
      entry: "conform_tlb_flush",
      args: [
        byMm,
        column("start", "address"),
        column("end", "address"),
        column("bits", "int"),
        { next: "flush_range_psize", column: "psize", as: "int", or: -1 },
      ],
      enclosed: true,
    },
    fields: [arg("mm", "mm", 0)],
  },
  flush_type: {
    at: "p:flush_type_needed",
    fields: [arg("mm", "mm", 0), arg("fullmm", "int", 1), ...mmFields({ arg: 0 })],
    chooses: { mm: "mm", next: { smp_many: "info", exit_lazy: "mm" } },
  },
  flush_type_r: { at: "r:flush_type_needed", fields: [arg("ret", "int", 0)] },
  // Kernel addresses are flushed under PID 0, by code that is not modelled.
  tlbie: {
    at: "tlbie",
    fields: [arg("local", "int", 0), arg("rb", "address", 1), arg("rs", "ctx_upper", 2), arg("ric", "int", 3)],
    foreign: "rs",
  },
  smp_many: {
    at: "p:smp_call_function_many_cond",
    when: { column: "func", matches: /^do_(?:exit_flush|shoot)_lazy_tlb\b/ },
    fields: [arg("info", "mm", 2), arg("mask", "int", 3), arg("flags", "bit1", 4)],
  },
  do_exit_lazy: { ...ofMm("p:do_exit_flush_lazy_tlb"), interrupt: {}, changes: users("mm") },
  exit_lazy: {
    at: "p:exit_lazy_flush_tlb",
    fields: [arg("mm", "mm", 0), arg("always", "int", 1), ...mmFields({ arg: 0 })],
    changes: users("mm"),
  },
  exit_lazy_r: { at: "r:exit_lazy_flush_tlb" },
  shoot_lazy: { ...ofMm("p:do_shoot_lazy_tlb"), interrupt: {} },
  mmput: { ...ofMm("p:mmput"), begins: { entry: "conform_put", args: [byMm] } },
  exit_mmap: { ...ofMm("p:torn_down"), late: "r:torn_down" },
  arch_exit_mmap: ofMm("p:arch_exit_mmap"),
  __mmdrop: ofMm("p:__mmdrop"),
  destroy_ctx: { at: "p:destroy_context", fields: mmFields({ arg: 0 }), frees: "id" },
  exit_release: {
    begins: { entry: "conform_exit", args: [] },
    learns: ownMm,
    fields: mmFields(byMm).map((field) => ({ ...field, given: "mm" })),
  },
  exec_release: {
    begins: { entry: "conform_exec", args: [{ next: "switch_mm", column: "next", as: "mm", born: true }] },
    learns: ownMm,
  },
  kthread_use_mm: {
    begins: { entry: "conform_use_mm", args: [byMm], kernelThread: true, sleepless: true },
    fields: mmFields(byMm),
  },
  kthread_unuse_mm: { begins: { entry: "conform_unuse_mm", args: [], sleepless: true }, fields: mmFields(byMm) },
};

export const powerpc: ProbeTable = {
  probes,
  entries: "model/kernel/arch/powerpc/conform.ts",
  putOff: ["local_irq_disable", "local_irq_save"],
  current: "pcpu_hot.current_task",
  taskMm: "task_struct.mm",
  taskActiveMm: "task_struct.active_mm",
  balanced: ["mm_struct.mm_count"],
  unknown: {
    mm: ["mm_struct.context.active_cpus", "mm_struct.cpu_bitmap"],
    counts: ["mm_struct.mm_count", "mm_struct.mm_users"],
    task: ["task_struct.mm", "task_struct.active_mm"],
  },
  firstSeen: [
    {
      cell: "task_struct.mm",
      task: "current",
      from: {
        exit_release: "mm",
        exec_release: "mm",
        kthread_use_mm: null,
        kthread_unuse_mm: "mm",
        finish_switch: "pmm",
      },
    },
    // Whatever is borrowed is what the CPU's next switch leaves, and a user task that goes has its own.
    { cell: "task_struct.active_mm", task: "current", from: { switch_mm: "prev", finish_switch: "pamm" }, some: true },
  ],
  // mmu_base_pid.
  initMm: {
    ctx: 1,
    columns: [
      ["id", "mm"],
      ["id", "next"],
      ["pid", "prev"],
    ],
  },
  ctxInUse: "mmu_context_ida.used",
};
