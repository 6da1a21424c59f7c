// SPDX-License-Identifier: MIT
// A small trace.dat to be damaged.

import { event, format, type Layout, page, record, writeDat } from "./trace-dat.ts";

const VECTOR = format("call_function_entry", 76, ["int vector;4;1"], '"vector=%d", REC->vector');
const STATES = '__print_flags(REC->state & 0xff, "|", { 0x1, "S" }, { 0x2, "D" })';
const TASK = format(
  "task",
  77,
  ["char comm[16];16;0", "__data_loc char[] file;4;0", "long state;8;1", "u64 func;8;0"],
  `"comm=%s file=%s state=%s func=%pS", REC->comm, __get_str(file), ${STATES}, (void *)REC->func`,
);
const KALLSYMS = "ffffffff81000000 T first\nffffffff81000100 T second\nffffffff81000200 T third\n";

/** A small recording with something of everything. */
export function sample(layout: Layout, cpus = 2): Uint8Array {
  const task = record(layout, 77, 8, (out) => {
    out
      .text("a task", 16)
      .number((4 << 16) | 44, 4)
      .number(0x102, 8)
      .number(0xffffffff81000110n, 8)
      .text("/f\0\0");
  });
  const pages = (cpu: number) =>
    Array.from({ length: 3 }, (_, i) =>
      page(
        layout,
        1000 * (i + 1) + cpu,
        Array.from({ length: 6 }, (_, n) =>
          event(layout, n, n % 2 ? task : record(layout, 76, n, (out) => out.number(n, 4))),
        ),
        i,
      ),
    ).flat();
  return writeDat(layout, {
    formats: { irq_vectors: [VECTOR], test: [TASK] },
    cpus: Array.from({ length: cpus }, (_, cpu) => pages(cpu)),
    kallsyms: KALLSYMS,
    cmdlines: "8 a task\n",
    instances: ["other"],
  });
}
