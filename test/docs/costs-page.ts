// SPDX-License-Identifier: MIT
// docs/costs.md: what each design does per switch, per unmap and per exit, counted in replays of drawn schedules: how
// often for any number of CPUs and of lazy CPUs. Three machines are enough for a straight line in both.
import type { DesignInfo } from "../../src/compiler/describe.ts";
import type { Schedule } from "../../src/events/schedule.ts";
import { type Library, openLibrary } from "../../src/jobs/library.ts";
import { prepareReplay } from "../../src/jobs/replay-run.ts";
import { countAt } from "../../src/simulator/price.ts";
import { type ReplayProgram, replay } from "../../src/simulator/replay.ts";
import { draw } from "../simulator/drawing.ts";

/** Rows of a drawing: how the machine gets there, with so many CPUs that borrow the mm, and what is counted. */
interface Measure {
  readonly before: (lazy: number) => readonly string[];
  readonly counted: readonly string[];
}

const each = (lazy: number, cell: (i: number) => string): string =>
  ["", ...Array.from({ length: lazy }, (_, i) => cell(i))].join(" | ");

/** CPU 0 runs A, the next ones run threads of A, which go idle. */
const threadsIdle = (lazy: number): string[] => [`A ${each(lazy, (i) => `A${i + 2}`)}`, each(lazy, () => "idle")];

/** The same, but the threads exit: their CPUs borrow the mm. */
const threadsExit = (lazy: number): string[] => [
  `A ${each(lazy, (i) => `A${i + 2}`)}`,
  each(lazy, () => "exit"),
  each(lazy, () => "idle"),
];

const MEASURES = {
  roundTrip: { before: threadsIdle, counted: ["idle", "A"] },
  otherProcess: { before: (lazy) => [...threadsIdle(lazy), "B", "A", "B"], counted: ["A"] },
  unmap: { before: threadsIdle, counted: ["flush A 0-1"] },
  freedTable: { before: threadsIdle, counted: ["flush A all freed"] },
  exit: { before: threadsExit, counted: ["exit", "flush A all freed", "idle"] },
} as const satisfies Record<string, Measure>;
type MeasureName = keyof typeof MEASURES;

type Counts = (path: string) => number;

/** All schedules of a machine have the same tasks and mms, so that a design is compiled once for it. */
const TASKS = 16;
const MMS = 4;

function sameSize(schedule: Schedule): Schedule {
  const idle = { pid: 0, comm: "idle", kernelThread: true, mm: 0 };
  const tasks = Array.from({ length: TASKS }, (_, i) => schedule.tasks[i] ?? idle);
  return { ...schedule, tasks, mms: MMS };
}

/** Sixteen-bit ASIDs would be too many to write out for eight CPUs, and no schedule here uses more than a handful. */
function withFewAsids(design: DesignInfo): DesignInfo {
  const asids = Math.min(design.config.get("ASIDS") ?? 1, 32);
  return { ...design, config: new Map([...design.config, ["ASIDS", asids]]) };
}

/** A design on machines of one size. */
class Bench {
  private readonly program: ReplayProgram;
  private readonly cpus: number;
  private readonly known = new Map<string, Counts>();

  constructor(library: Library, design: DesignInfo, cpus: number) {
    const program = prepareReplay(library, withFewAsids(design), sameSize(draw("A", { cpus })));
    if (!program.ok) throw new Error(JSON.stringify(program.error));
    this.program = program.value;
    this.cpus = cpus;
  }

  /** How often something happens in a measure. */
  measure(name: MeasureName, paths: readonly string[], lazy: number): number {
    const { before, counted } = MEASURES[name];
    const without = this.counts(before(lazy));
    const all = this.counts([...before(lazy), ...counted]);
    return paths.reduce((sum, path) => sum + all(path) - without(path), 0);
  }

  private counts(rows: readonly string[]): Counts {
    const drawing = rows.join("\n");
    const known = this.known.get(drawing);
    if (known !== undefined) return known;
    const result = replay(this.program, sameSize(draw(drawing, { cpus: this.cpus })), { freedUnknown: 0 });
    if (result.limits.length > 0) throw new Error(result.limits.join("; "));
    const tree = result.counters.tree();
    const counts: Counts = (path) => countAt(tree, path);
    this.known.set(drawing, counts);
    return counts;
  }
}

interface Line {
  readonly constant: number;
  readonly perCpu: number;
  readonly perLazy: number;
}

function lineOf(small: Bench, large: Bench, name: MeasureName, paths: readonly string[]): Line {
  const base = small.measure(name, paths, 1);
  const perLazy = small.measure(name, paths, 2) - base;
  const perCpu = (large.measure(name, paths, 1) - base) / 4;
  return { constant: base - perLazy - 4 * perCpu, perCpu, perLazy };
}

function printLine({ constant, perCpu, perLazy }: Line): string {
  const terms = [
    ...(constant !== 0 || (perCpu === 0 && perLazy === 0) ? [`${constant}`] : []),
    ...(perLazy === 0 ? [] : [perLazy === 1 ? "L" : `${perLazy} L`]),
    ...(perCpu === 0 ? [] : [perCpu === 1 ? "C" : `${perCpu} C`]),
  ];
  return terms.join(" + ").replaceAll("+ -", "- ");
}

const LOADS = ["cr3_writes.total", "table_loads"];
const IPIS = ["ipis.sent"];
const BROADCASTS = ["broadcast_flushes"];
const MASK = ["atomics.mm_cpumask", "atomics.active_cpus"];
const COUNT = ["atomics.mm_count"];
const LOOKS = ["accesses.lazy_mm"];

/** Column -> what it counts, by the goal that laziness serves (Amit and van Riel, 2022-01). */
const COLUMNS: readonly (readonly [title: string, measure: MeasureName, paths: readonly string[]])[] = [
  ["round trip: loads", "roundTrip", LOADS],
  ["round trip: mask atomics", "roundTrip", MASK],
  ["round trip: count atomics", "roundTrip", COUNT],
  ["round trip: lazy_mm accesses", "roundTrip", LOOKS],
  ["to another process: mask atomics", "otherProcess", MASK],
  ["unmap: IPIs", "unmap", IPIS],
  ["unmap: broadcasts", "unmap", BROADCASTS],
  ["freed table: IPIs", "freedTable", IPIS],
  ["exit: IPIs", "exit", IPIS],
  ["exit: count atomics", "exit", COUNT],
  ["exit: lazy_mm accesses", "exit", LOOKS],
];

const library = openLibrary(undefined);
if (!library.ok) throw new Error(JSON.stringify(library.error));
const opened = library.value;

/** A design without parts is no kernel: it has no cost. */
export const pricedDesigns: readonly DesignInfo[] = opened.designs
  .map(({ info }) => info)
  .filter(({ parts }) => parts.size > 0);

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Takes a second or two. */
export function costsRow(info: DesignInfo): string {
  const [small, large] = [new Bench(opened, info, 4), new Bench(opened, info, 8)];
  const cells = COLUMNS.map(([, measure, paths]) => printLine(lineOf(small, large, measure, paths)));
  return row([`\`${info.name}\``, ...cells]);
}

export function costsPage(): string {
  const rows = pricedDesigns.map(costsRow);
  return `# What each design costs

Access counts of drawn schedules, run by the design's own code: per *round trip* of a CPU from a task to the idle task
and back, per switch *to another process*, per *unmap* of a page, per *freed table*, and per *exit* of the last task of
a process. C: CPUs of the machine; L: CPUs that borrow the mm at that moment. Generated
(\`UPDATE=1 npx vitest run test/docs\`); counts are exact for these schedules, and say nothing of what they cost in
time.

The columns follow what laziness is for: to avoid the switch of page tables (loads), to avoid interrupts, and to avoid
contention on shared lines (mm_cpumask, mm_count). \`lazy_mm\` is where designs with hazard pointers publish and look.

${row(["design", ...COLUMNS.map(([title]) => title)])}
|${"---|".repeat(COLUMNS.length + 1)}
${rows.join("\n")}
`;
}
