// SPDX-License-Identifier: MIT
// What a replay counts. Names are those of the JSON report.
import type { Counted } from "../../model/hw/profiles/types.ts";
import type { Schedule } from "../events/schedule.ts";
import { ON } from "./entries.ts";
import { type LineCounts, LineDirectory } from "./lines.ts";
import { EVENT, EVENT_NAMES, REASONS } from "./protocol.ts";

interface FlushCount {
  full: number;
  ranged: number;
  /** Nothing was left to do. */
  none: number;
}

export type CountTree = { [name: string]: number | CountTree };

/** Which of the model's instructions are counted as what. */
export type InstructionGroups = Pick<Counted, "loads" | "local" | "broadcast">;

/** What only x86 has: a kernel that names its reasons, and a register of which a bit says whether it flushes. */
const CR3 = "write_cr3";

export class Counters {
  readonly lines: LineDirectory;
  flushCalls = 0;
  execs = 0;
  exits = 0;
  private readonly lineNames: readonly string[];
  private readonly instructionNames: readonly string[];
  private readonly groups: InstructionGroups;
  private instructions: Float64Array = new Float64Array(0);
  private readonly flushes: FlushCount[] = REASONS.map(() => ({ full: 0, ranged: 0, none: 0 }));
  /** By their place in EVENT_NAMES. */
  private readonly events = new Float64Array(EVENT_NAMES.length);
  private readonly switches = {
    user_to_user_same_mm: 0,
    user_to_user: 0,
    user_to_kernel: 0,
    kernel_to_user: 0,
    kernel_to_kernel: 0,
  };
  private ipisToLazy = 0;
  /** When an mm lost its last user; NaN: has not, or has been freed. */
  private readonly deadSince: Float64Array;
  private readonly pinned: number[] = [];
  private readonly secondsPerTick: number;

  constructor(
    schedule: Schedule,
    lineNames: readonly string[],
    instructionNames: readonly string[],
    instructions: InstructionGroups,
  ) {
    this.lineNames = lineNames;
    this.instructionNames = instructionNames;
    this.groups = instructions;
    this.lines = new LineDirectory(lineNames.length, schedule.cpus);
    this.deadSince = new Float64Array(schedule.mms + 1).fill(Number.NaN);
    this.secondsPerTick = schedule.secondsPerTick;
  }

  flush(reason: number, pages: number): void {
    const count = this.flushes[reason];
    if (!count) return;
    if (pages < 0) count.full++;
    else if (pages > 0) count.ranged++;
    else count.none++;
  }

  /** `event`: its place in EVENT_NAMES; of others, which have none, nothing is counted. */
  event(event: number, argument: number): void {
    if (event < 0) return;
    this.events[event]!++;
    if (event === ON.lazyLeft && argument === 0) this.ipisToLazy++;
  }

  switched(prevMm: number, nextMm: number): void {
    if (prevMm > 0 && nextMm > 0) this.switches[prevMm === nextMm ? "user_to_user_same_mm" : "user_to_user"]++;
    else if (prevMm > 0) this.switches.user_to_kernel++;
    else if (nextMm > 0) this.switches.kernel_to_user++;
    else this.switches.kernel_to_kernel++;
  }

  died(mm: number, now: number): void {
    this.deadSince[mm] = now;
  }

  freed(mm: number, now: number): void {
    const since = this.deadSince[mm];
    if (since === undefined || Number.isNaN(since)) return;
    this.pinned.push(now - since);
    this.deadSince[mm] = Number.NaN;
  }

  finish(now: number, instructions: Float64Array): void {
    this.instructions = instructions;
    this.stillPinned = [...this.deadSince].filter((since) => !Number.isNaN(since)).map((since) => now - since);
  }
  private stillPinned: number[] = [];

  private count(event: string): number {
    return this.events[EVENT_NAMES.indexOf(event)]!;
  }

  private instruction(name: string): number {
    const index = this.instructionNames.indexOf(name);
    return index < 0 ? 0 : (this.instructions[index] ?? 0);
  }

  /** The report's `counts`. Times are in ticks of the trace's clock, and in seconds where its unit is known. */
  tree(): CountTree {
    const switches = Object.values(this.switches).reduce((a, b) => a + b, 0);
    return {
      switches: { total: switches, ...this.switches, execs: this.execs, exits: this.exits },
      lazy: {
        entries: this.count(EVENT.lazyEnter),
        exits: this.count(EVENT.lazyExit),
        left_by_flush: this.count(EVENT.lazyLeft),
      },
      flush_calls: this.flushCalls,
      ...(this.groups.loads.includes(CR3) ? this.x86Tree() : this.tableTree()),
      ipis: {
        sent: this.count(EVENT.ipiSend),
        rounds: this.count(EVENT.ipiRound),
        to_lazy: this.ipisToLazy,
        avoided: this.count(EVENT.ipiAvoided),
      },
      atomics: this.lineTree((line) => line.atomics),
      transfers: this.lineTree((line) => line.transfers),
      accesses: this.lineTree((line) => line.reads + line.writes + line.atomics),
      pinned_mms: this.pinnedTree(),
    };
  }

  private x86Tree(): CountTree {
    const { full, none } = this.flushes[0]!;
    return {
      cr3_writes: { total: this.sum(this.groups.loads), flush: full, noflush: none },
      flushes: this.flushTree(),
      invlpg: this.instruction("invlpg"),
      flush_all: this.instruction("flush_current_pcid"),
      broadcast_flushes: this.sum(this.groups.broadcast),
      user_asid_invalidations: this.count(EVENT.userAsidInvalidated),
    };
  }

  private tableTree(): CountTree {
    const { loads, local, broadcast } = this.groups;
    return {
      table_loads: this.sum(loads),
      local_flushes: this.sum(local),
      broadcast_flushes: this.sum(broadcast),
    };
  }

  private sum(instructions: readonly string[]): number {
    return instructions.reduce((n, name) => n + this.instruction(name), 0);
  }

  /** Flushes carried out by request, in all and by the kernel's reasons; `none`: the CPU was up to date already. */
  private flushTree(): CountTree {
    const asked = this.flushes.slice(1, 4);
    const total = (name: keyof FlushCount): number => asked.reduce((sum, count) => sum + count[name], 0);
    const tree: CountTree = { full: total("full"), ranged: total("ranged"), none: total("none") };
    for (const [i, reason] of REASONS.entries()) tree[reason] = { ...this.flushes[i]! };
    return tree;
  }

  private lineTree(of: (line: LineCounts) => number): CountTree {
    const tree: CountTree = { total: this.lines.counts.reduce((sum, line) => sum + of(line), 0) };
    for (const [i, name] of this.lineNames.entries()) tree[name] = of(this.lines.counts[i]!);
    return tree;
  }

  private pinnedTree(): CountTree {
    let [total, longest] = [0, 0];
    for (const ticks of [...this.pinned, ...this.stillPinned]) {
      total += ticks;
      longest = Math.max(longest, ticks);
    }
    const counted = { freed: this.pinned.length, still_pinned: this.stillPinned.length };
    const tree: CountTree = { ...counted, total_ticks: total, longest_ticks: longest };
    if (!Number.isNaN(this.secondsPerTick)) {
      tree.total_s = total * this.secondsPerTick;
      tree.longest_s = longest * this.secondsPerTick;
    }
    return tree;
  }
}
