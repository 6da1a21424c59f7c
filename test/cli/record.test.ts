// SPDX-License-Identifier: MIT
// The recording script is run here against a folder that looks like tracefs: what it would ask of the kernel must be
// what our own recordings asked, probe by probe.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import { readBtf } from "../../src/cli/record/btf.ts";
import type { Machine } from "../../src/cli/record/machine.ts";
import { TRACEPOINTS } from "../../src/cli/record/probes.ts";
import { recordReport } from "../../src/cli/record/report.ts";
import { BtfBuilder, type MemberSpec } from "./btf-builder.ts";

/** Member offsets of Debian's 6.12.113 for x86-64, as the probes of our recordings have them. */
const LAYOUT: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mm_struct: { mm_count: 0, mm_users: 132, cpu_bitmap: 1344 },
  task_struct: { pid: 2432, mm: 2304 },
  tlb_state: { loaded_mm: 0, loaded_mm_asid: 16, next_asid: 18, invalidate_other: 20, user_pcid_flush_mask: 22 },
  tlb_state_shared: { is_lazy: 0 },
  flush_tlb_info: {
    mm: 0,
    start: 8,
    end: 16,
    new_tlb_gen: 24,
    initiating_cpu: 32,
    stride_shift: 36,
    freed_tables: 37,
    trim_cpumask: 38,
  },
  rq: { prev_mm: 2720 },
  mmu_gather: { mm: 0, start: 16, end: 24, fullmm: 32 },
  pcpu_hot: { current_task: 0 },
};

function debianBtf(): Uint8Array {
  const b = new BtfBuilder();
  const u64 = b.int("u64", 8);
  const context = b.aggregate("struct", "", 40, [
    { name: "ctx_id", type: u64, at: 0 },
    { name: "tlb_gen", type: u64, at: 64 },
    { name: "next_trim_cpumask", type: u64, at: 128 },
  ]);
  const ctxs = b.array(u64, u64, 6);
  for (const [name, members] of Object.entries(LAYOUT)) {
    const specs: MemberSpec[] = Object.entries(members).map(([member, at]) => ({
      name: member,
      type: u64,
      at: at * 8,
    }));
    if (name === "mm_struct") specs.push({ name: "context", type: context, at: 984 * 8 });
    if (name === "tlb_state") specs.push({ name: "ctxs", type: ctxs, at: 32 * 8 });
    b.aggregate("struct", name, 4096, specs);
  }
  b.func("leave_mm", [], u64);
  return b.build();
}

const machine: Machine = {
  release: "6.12.113+deb12-amd64",
  version: "Linux version 6.12.113+deb12-amd64",
  arch: "x86",
  cpus: 4,
  pcid: false,
  tracefs: "needs root",
  btfPath: "sys/kernel/btf/vmlinux",
  btf: readBtf(debianBtf()),
};

const KALLSYMS = `0000000000035280 A cpu_tlbstate
0000000000035340 A cpu_tlbstate_shared
0000000000036040 A runqueues
00000000000351c0 A pcpu_hot
ffffffff81000000 t finish_task_switch.isra.0.cold
ffffffff81000010 t finish_task_switch.isra.0
ffffffff81000020 T switch_mm_irqs_off
ffffffff81000030 t flush_tlb_func
ffffffff81000040 T flush_tlb_mm_range
ffffffff81000050 T leave_mm
ffffffff81000060 t membarrier_private_expedited.isra.0
ffffffff81000070 T __x64_sys_umask
ffffffff81000080 T begin_new_exec
ffffffff81000090 T kthread_use_mm
`;

const folder = mkdtempSync(join(tmpdir(), "lazymm-record-"));
const tracefs = join(folder, "tracefs");

function fakeTracefs(): void {
  const file = (path: string, text = ""): void => {
    mkdirSync(join(tracefs, path, ".."), { recursive: true });
    writeFileSync(join(tracefs, path), text);
  };
  for (const event of TRACEPOINTS)
    if (event !== "ipi:ipi_send_cpu") file(`events/${event.replace(":", "/")}/enable`, "0\n");
  for (let cpu = 0; cpu < 4; cpu++) {
    file(`per_cpu/cpu${cpu}/stats`, "entries: 10\noverrun: 0\ndropped events: 0\n");
    for (const event of ["switch_mm_r", "finish_switch", "flush_func", "snap"]) {
      file(`events/lz/${event}${cpu}/enable`, "0\n");
      file(`events/lz/${event}${cpu}/filter`);
    }
  }
  file("events/lz/switch_mm/enable", "0\n");
  file("tracing_on", "1\n");
  file("current_tracer", "nop\n");
  file("trace_clock", "[local] global counter uptime perf mono\n");
  file("buffer_size_kb", "7 (expanded: 1408)\n");
  file("trace", "# tracer: nop\n");
  file("trace_marker");
  file("kprobe_events");
  file("saved_tgids", "1 1\n");
  writeFileSync(join(folder, "kallsyms"), KALLSYMS);
}

function runScript(script: string, args: readonly string[]): { status: number | null; stderr: string } {
  writeFileSync(join(folder, "record.sh"), script);
  const env = { PATH: process.env.PATH ?? "", TRACEFS: tracefs, KALLSYMS: join(folder, "kallsyms") };
  const done = spawnSync("bash", [join(folder, "record.sh"), "-o", join(folder, "out"), ...args], {
    env,
    encoding: "utf8",
  });
  return { status: done.status, stderr: done.stderr };
}

function read(path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

const hasBash = spawnSync("bash", ["-c", "exit 0"]).status === 0;

describe.skipIf(!hasBash)("the full script, run on a folder that looks like tracefs", () => {
  let stderr = "";
  let definitions: ReadonlyMap<string, string>;

  beforeAll(() => {
    fakeTracefs();
    const done = runScript(recordReport(machine, "0.0.0", false).script, ["--", "true", "workload"]);
    stderr = done.stderr;
    expect(done.status, stderr).toBe(0);
    const lines = read("out/kprobe_defs").trim().split("\n");
    definitions = new Map(lines.map((line) => [line.split(" ")[0]!, line]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("an entry probe, with the state of every CPU", () => {
    const remote = [0, 1, 2, 3].map(
      (cpu) => `m${cpu}=+0x35280(@__per_cpu_offset+${8 * cpu}):x64 z${cpu}=+0x35340(@__per_cpu_offset+${8 * cpu}):u8`,
    );
    expect(definitions.get("p:lz/switch_mm")).toBe(
      "p:lz/switch_mm switch_mm_irqs_off prev=$arg1:x64 next=$arg2:x64 npid=+2432($arg3):s32 ctx=+984($arg2):u64 " +
        "gen=+992($arg2):u64 cb=+1344($arg2):x64 pcb=+1344($arg1):x64 cnt=+0($arg2):s32 pcnt=+0($arg1):s32 " +
        `users=+132($arg2):s32 ${remote.join(" ")}`,
    );
  });

  test("a return probe that fires on one CPU and shows its state", () => {
    const at = (offset: string): string => `+0x${offset}(@__per_cpu_offset+16)`;
    expect(definitions.get("r:lz/switch_mm_r2")).toBe(
      `r:lz/switch_mm_r2 switch_mm_irqs_off mm=${at("35280")}:x64 asid=${at("35290")}:u16 nasid=${at("35292")}:u16 ` +
        `inv=${at("35294")}:u8 upf=${at("35296")}:x16 lazy=${at("35340")}:u8 ctxs=${at("352a0")}:u64[12]`,
    );
    expect(read("tracefs/events/lz/switch_mm_r2/filter")).toBe("CPU == 2\n");
  });

  test("a clone stands in where no argument is read, and only there", () => {
    const prevMm = "+0x36ae0(@__per_cpu_offset+24)";
    expect(definitions.get("p:lz/finish_switch3")).toBe(
      `p:lz/finish_switch3 finish_task_switch.isra.0 pm=${prevMm}:x64 cnt=+0(${prevMm}):s32`,
    );
    expect(definitions.has("p:lz/membarrier_priv")).toBe(false);
    expect(stderr).toMatch(/not recorded on this kernel: .*lz\/membarrier_priv/);
  });

  test("an argument that the function lost is not read", () => {
    expect(definitions.get("p:lz/leave_mm")).toMatch(/^p:lz\/leave_mm leave_mm m0=/);
  });

  test("no probe is longer than the kernel takes", () => {
    for (const definition of definitions.values()) {
      expect(definition.length).toBeLessThan(4094);
      for (const field of definition.split(" ").slice(2)) expect(field.split("=")[1]!.length).toBeLessThan(64);
    }
  });

  test("events that this kernel lacks are named, the others switched on and off again", () => {
    expect(stderr).toMatch(/ipi:ipi_send_cpu /);
    expect(read("tracefs/events/sched/sched_switch/enable")).toBe("0\n");
    expect(read("tracefs/events/lz/switch_mm/enable")).toBe("1\n");
    expect(read("tracefs/events/lz/snap0/enable")).toBe("0\n");
  });

  test("settings are put back", () => {
    expect(read("tracefs/trace_clock")).toBe("local\n");
    expect(read("tracefs/buffer_size_kb")).toBe("1408\n");
    expect(read("tracefs/tracing_on")).toBe("1\n");
  });

  test("everything that belongs beside a trace is there", () => {
    for (const file of [
      "uname",
      "cpuinfo",
      "ps.before",
      "proc-snapshot.txt",
      "saved_tgids",
      "buffer_stats",
      "kprobe_defs",
    ])
      expect(existsSync(join(folder, "out", file)), file).toBe(true);
    expect(existsSync(join(folder, "out/trace.txt.zst")) || existsSync(join(folder, "out/trace.txt.gz"))).toBe(true);
    // This process is a task of the machine; the kernel's own pairs come after those of /proc.
    expect(read("out/proc-snapshot.txt")).toMatch(new RegExp(`^${process.pid} \\(.*\\) \\d+ \\d+$`, "m"));
    expect(read("out/saved_tgids")).toMatch(new RegExp(`^${process.pid} ${process.pid}$[^]*^1 1\n$`, "m"));
    expect(read("tracefs/trace_marker")).toBe("END true workload\n");
  });
});

describe("the report", () => {
  test("has every number that BTF gives", () => {
    const report = recordReport(machine, "0.0.0", false);
    expect(report.missing).toEqual([]);
    const values = Object.fromEntries(report.offsets.map((offset) => [offset.variable, offset.value]));
    expect(values).toMatchObject({
      mm_ctx_id: 984,
      mm_tlb_gen: 992,
      mm_next_trim: 1000,
      state_ctxs_count: 6,
      rq_prev_mm: 2720,
    });
  });

  test("without BTF says which numbers are needed, and how to get them", () => {
    const report = recordReport({ ...machine, btf: { ok: false, error: "there is no such file" } }, "0.0.0", false);
    expect(report.missing).toHaveLength(26);
    expect(report.notes.join("\n")).toMatch(/26 numbers are to be filled in/);
    expect(report.script).toMatch(/^mm_ctx_id= +# NEEDED: struct mm_struct: context\.ctx_id$/m);
    expect(report.script).toMatch(/pahole -E -C flush_tlb_info/);
    if (!hasBash) return;
    fakeTracefs();
    const done = runScript(report.script, []);
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/fill in mm_count first/);
    rmSync(folder, { recursive: true, force: true });
  });

  test("is_lazy is looked for where kernels before 5.13 had it", () => {
    const b = new BtfBuilder();
    const u64 = b.int("u64", 8);
    b.aggregate("struct", "tlb_state", 64, [{ name: "is_lazy", type: u64, at: 64 }]);
    const report = recordReport({ ...machine, btf: ok(readOk(b.build())) }, "0.0.0", false);
    expect(report.script).toMatch(/^lazy_symbol=cpu_tlbstate$/m);
    expect(report.offsets.find((offset) => offset.variable === "state_is_lazy")?.value).toBe(8);
  });

  test("other architectures get tracepoints", () => {
    const report = recordReport({ ...machine, arch: "arm64" }, "0.0.0", false);
    expect(report.probes).toEqual([]);
    expect(report.notes.join()).toMatch(/x86 only, and this is arm64/);
    expect(report.script).not.toMatch(/kprobe_defs/);
  });
});

function readOk(bytes: Uint8Array) {
  const btf = readBtf(bytes);
  if (!btf.ok) throw new Error(btf.error);
  return btf.value;
}
