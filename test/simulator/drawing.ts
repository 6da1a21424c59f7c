// SPDX-License-Identifier: MIT
// Schedules as drawings: one column per CPU between bars, time goes down, one row is one tick. What a replay of them
// predicts and counts, in a form that a test can write down.
//
//   A           | idle       The first row says what each CPU runs at the start; it is tick 0, the next one tick 1.
//   idle        |            The CPU switches to its idle task. An empty cell: nothing happens there.
//               | A2         … to thread 2 of the process A. `A` is its thread 1. Threads that are not born in the
//                            drawing exist from the start.
//               | k          … to kernel thread k (k2, k3 …).
//   k > A       |            A switch from k to A, whatever the CPU runs in the drawing so far.
//   new A2      |            Thread A2 is born; `new B`: process B is, with a new mm.
//   exec B      |            What runs on the CPU gets the new mm B. `A exec B`: A does, running or not.
//   exit        |            exit_mm() of what runs on the CPU. `A exit`: of A, running or not.
//   use A       | unuse      kthread_use_mm() and kthread_unuse_mm() of what runs on the CPU.
//   flush A 0-2 |            Pages 0 and 1 of A were changed; `flush A all`: all of it. With `freed` at its end: page
//                            tables go, too; with `freed?`: the recording does not say.
//   flush ? all |            Of an mm that the recording does not name.
//   lost        |            The ring lost events of the CPU.
import { defined } from "../../src/base/assert.ts";
import { ACTION, type ActionKind, type Schedule, type TaskInfo } from "../../src/events/schedule.ts";
import { openLibrary } from "../../src/jobs/library.ts";
import { prepareReplay } from "../../src/jobs/replay-run.ts";
import { countAt } from "../../src/simulator/price.ts";
import { type FreedUnknown, type ReplayResult, replay } from "../../src/simulator/replay.ts";

/** Where to put a drawing: on a machine of so many CPUs, its columns on these. */
export interface Placement {
  readonly cpus?: number;
  readonly on?: readonly number[];
}

interface Action {
  readonly kind: ActionKind;
  readonly time: number;
  readonly cpu: number;
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly start?: number;
  readonly end?: number;
}

const PAGE_SHIFT = 12;
const THREAD = /^([A-Z])\d*$/;

class Drawing {
  readonly tasks: { pid: number; comm: string; kernelThread: boolean; mm: number }[] = [];
  readonly actions: Action[] = [];
  /** By letter; init_mm is 1. */
  private readonly mms = new Map<string, number>([["init_mm", 1]]);
  private readonly taskIds = new Map<string, number>();
  private readonly running: number[] = [];
  private readonly born: ReadonlySet<string>;

  constructor(cpus: number, text: string) {
    this.born = new Set([...text.matchAll(/\bnew (\w+)/g)].map((m) => m[1]!));
    for (let cpu = 0; cpu < cpus; cpu++) this.tasks.push({ pid: 0, comm: "idle", kernelThread: true, mm: 0 });
  }

  get mmCount(): number {
    return this.mms.size;
  }

  private mm(name: string): number {
    if (name === "?") return 0;
    if (!this.mms.has(name)) this.mms.set(name, this.mms.size + 1);
    return this.mms.get(name)!;
  }

  private task(name: string, cpu: number): number {
    if (name === "idle") return cpu;
    const known = this.taskIds.get(name);
    if (known !== undefined) return known;
    const process = THREAD.exec(name)?.[1];
    if (process === undefined && !/^k\d*$/.test(name)) throw new Error(`no task of a drawing: "${name}"`);
    const mm = process === undefined || this.born.has(name) ? 0 : this.mm(process);
    const id = this.tasks.push({ pid: this.tasks.length, comm: name, kernelThread: process === undefined, mm }) - 1;
    this.taskIds.set(name, id);
    return id;
  }

  /** Returns the task that the CPU runs at the start. */
  first(cell: string, cpu: number): number {
    this.running[cpu] = this.task(cell || "idle", cpu);
    return this.running[cpu];
  }

  private switch(time: number, cpu: number, prev: number, next: number): void {
    this.actions.push({ kind: ACTION.switch, time, cpu, a: prev, b: next });
    this.running[cpu] = next;
  }

  cell(cell: string, time: number, cpu: number): void {
    const words = cell.split(/ +/);
    const current = this.running[cpu] ?? cpu;
    const add = (kind: ActionKind, a = 0, b = 0): void => void this.actions.push({ kind, time, cpu, a, b });
    const named = words[1] === "exit" || words[1] === "exec" ? this.task(words.shift()!, cpu) : current;
    this.running[cpu] = named;
    const [verb = "", argument = ""] = words;
    switch (verb) {
      case "exit":
        return add(ACTION.exit, named);
      case "exec":
        if (argument !== "?") add(ACTION.mmInit, this.mm(argument));
        return add(ACTION.exec, named, this.mm(argument));
      case "new":
        if (THREAD.exec(argument)?.[1] === argument) add(ACTION.mmInit, this.mm(argument));
        return add(ACTION.newTask, this.task(argument, cpu), this.mm(argument[0]!));
      case "use":
        return add(ACTION.useMm, current, this.mm(argument));
      case "unuse":
        return add(ACTION.unuseMm, current);
      case "flush":
        return this.flush(words, time, cpu);
      case "lost":
        return add(ACTION.lost);
      default:
        if (argument === ">") return this.switch(time, cpu, this.task(verb, cpu), this.task(words[2]!, cpu));
        if (words.length > 1) throw new Error(`no action of a drawing: "${cell}"`);
        return this.switch(time, cpu, current, this.task(verb, cpu));
    }
  }

  private flush([, mm, range, freed]: readonly string[], time: number, cpu: number): void {
    const [from, to] = range === "all" ? [0, -1] : range!.split("-").map((page) => Number(page) << PAGE_SHIFT);
    const b = freed === undefined ? 0 : freed === "freed?" ? -1 : 1;
    this.actions.push({ kind: ACTION.flush, time, cpu, a: this.mm(mm!), b, c: PAGE_SHIFT, start: from!, end: to! });
  }
}

export function draw(text: string, { cpus, on }: Placement = {}): Schedule {
  const rows = text
    .split("\n")
    .filter((row) => row.trim() !== "")
    .map((row) => row.split("|").map((cell) => cell.trim()));
  const columns = Math.max(...rows.map((row) => row.length));
  const place = on ?? rows[0]!.map((_, column) => column);
  const total = cpus ?? Math.max(...place) + 1;
  if (columns > place.length || Math.max(...place) >= total) throw new Error("a drawing does not fit its machine");

  const drawing = new Drawing(total, text);
  const firstTask = Int32Array.from({ length: total }, (_, cpu) => cpu);
  rows[0]!.forEach((cell, column) => {
    firstTask[place[column]!] = drawing.first(cell, place[column]!);
  });
  rows.slice(1).forEach((row, i) => {
    row.forEach((cell, column) => {
      if (cell !== "") drawing.cell(cell, i + 1, place[column]!);
    });
  });
  return schedule(drawing.actions, drawing.tasks, drawing.mmCount, firstTask);
}

function schedule(actions: readonly Action[], tasks: TaskInfo[], mms: number, firstTask: Int32Array): Schedule {
  const ints = (of: (action: Action) => number | undefined): Int32Array =>
    Int32Array.from(actions, (action) => of(action) ?? 0);
  return {
    cpus: firstTask.length,
    tasks,
    mms,
    snapshot: null,
    firstTask,
    length: actions.length,
    kind: Uint8Array.from(actions, ({ kind }) => kind),
    time: Float64Array.from(actions, ({ time }) => time),
    secondsPerTick: Number.NaN,
    cpu: ints(({ cpu }) => cpu),
    a: ints(({ a }) => a),
    b: ints(({ b }) => b),
    c: ints(({ c }) => c),
    start: Float64Array.from(actions, ({ start }) => start ?? 0),
    end: Float64Array.from(actions, ({ end }) => end ?? 0),
    row: Int32Array.from(actions, (_, i) => i),
  };
}

const opened = openLibrary(undefined);
if (!opened.ok) throw new Error(JSON.stringify(opened.error));
const library = opened.value;

/** A drawing under a design of the model. Nothing may run into a bound of the model. */
export function run(design: string, drawn: Schedule, freedUnknown: FreedUnknown = 0): ReplayResult {
  const { info } = defined(
    library.designs.find(({ ref }) => ref === design),
    design,
  );
  const program = prepareReplay(library, info, drawn);
  if (!program.ok) throw new Error(JSON.stringify(program.error));
  const result = replay(program.value, drawn, { freedUnknown });
  if (result.limits.length > 0) throw new Error(result.limits.join("; "));
  return result;
}

/** What each CPU is predicted to flush, as "reason:pages": "0:-1 3:33" is everything at a switch, then 33 pages. */
export function flushes({ predicted }: ReplayResult): string[] {
  return predicted.map(({ reason, pages }) => reason.map((r, i) => `${r}:${pages[i]}`).join(" "));
}

/** Some of the report's counts, by path. */
export function counts(result: ReplayResult, ...paths: readonly string[]): Record<string, number> {
  const tree = result.counters.tree();
  return Object.fromEntries(paths.map((path) => [path, countAt(tree, path)]));
}
