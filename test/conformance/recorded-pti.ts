// SPDX-License-Identifier: MIT
// A recording as a kernel with page-table isolation would have made it: the same rows, and in each the user halves that
// are still to be flushed (`upf`). Worked out from the rows alone, without the model: which flush leaves which bit is
// read off tlb_flush and hw_local, and the way to user mode takes the loaded slot's bit.

/** How often a CPU that can have been in user mode since its last row was there. */
export type UserMode = "always" | "never" | "every other time";

interface Cpu {
  pending: number;
  asid: number;
  /** A full flush of the switch under way: its slot is told by the return. */
  flushed: boolean;
  /** The task has an mm of its own, and no switch is under way. */
  user: boolean;
  chances: number;
}

const LINE = /-(\d+)\s+(?:\([-\s\d]+\)\s+)?\[(\d+)\] \S+\s+[\d.]+: (\w+?)\d*: /;
/** Rows of a call that began in the kernel, and goes on there. */
const STILL_IN_KERNEL = /^(?:switch_mm|switch_mm_r|enter_lazy|finish_switch|__mmdrop|tlb_flush|hw_local)$/;

class Machine {
  private readonly cpus = new Map<string, Cpu>();
  /** Tasks in the middle of a flush or of exec(), and those that will not come back. */
  private readonly inKernel = new Map<string, number>();
  private readonly userMode: UserMode;

  constructor(userMode: UserMode) {
    this.userMode = userMode;
  }

  private cpu(name: string): Cpu {
    let cpu = this.cpus.get(name);
    if (cpu === undefined) {
      cpu = { pending: 0, asid: 0, flushed: false, user: false, chances: 0 };
      this.cpus.set(name, cpu);
    }
    return cpu;
  }

  private enter(pid: string, by: number): void {
    this.inKernel.set(pid, (this.inKernel.get(pid) ?? 0) + by);
  }

  private passUserMode(cpu: Cpu, pid: string, event: string): void {
    if (!cpu.user || (this.inKernel.get(pid) ?? 0) > 0 || STILL_IN_KERNEL.test(event)) return;
    const was = this.userMode === "always" || (this.userMode === "every other time" && cpu.chances++ % 2 === 0);
    if (was) cpu.pending &= ~(2 << cpu.asid);
  }

  take(line: string): string {
    const match = LINE.exec(line);
    if (match === null) return line;
    const [, pid = "", number = "", event = ""] = match;
    const cpu = this.cpu(event === "snap" ? String(Number(/snap(\d+)/.exec(line)![1])).padStart(3, "0") : number);
    if (event !== "snap") this.passUserMode(cpu, pid, event);
    if (event === "flush_range" || event === "exec_release" || event === "exit_release") this.enter(pid, 1);
    if (event === "flush_range_r" || event === "sched_process_exec") this.enter(pid, -1);
    if (event === "sched_switch" || event === "enter_lazy") cpu.user = false;
    if (event === "tlb_flush") this.flush(cpu, line);
    // Every CPU, whatever it has loaded.
    if (event === "kernel_range") for (const one of this.cpus.values()) one.pending |= 2 << one.asid;
    if (event === "hw_local") cpu.pending |= 2 << cpu.asid;
    if (event === "switch_mm_r" || event === "snap") cpu.asid = Number(/ asid=(\d+)/.exec(line)![1]);
    if (event === "switch_mm_r") {
      if (cpu.flushed) cpu.pending |= 2 << cpu.asid;
      cpu.flushed = false;
      cpu.user = !/ \d*mm=0xffffffff/.test(line);
    }
    return line.replace(/ upf=0x[0-9a-f]+/, ` upf=0x${cpu.pending.toString(16)}`);
  }

  private flush(cpu: Cpu, line: string): void {
    const [, pages, reason] = /pages:(-?\d+) reason:.*\((\d)\)/.exec(line)!;
    if (reason === "0") cpu.flushed = pages === "-1";
    // Single pages. A full flush is seen as hw_local.
    else if (reason !== "4" && Number(pages) > 0) cpu.pending |= 2 << cpu.asid;
  }
}

export function withPti(text: string, userMode: UserMode): string {
  const machine = new Machine(userMode);
  return text
    .split("\n")
    .map((line) => machine.take(line))
    .join("\n");
}
