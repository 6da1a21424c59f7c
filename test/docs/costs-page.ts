// SPDX-License-Identifier: MIT
// docs/costs.md: what each design does per switch, per unmap and per exit, counted in replays of drawn schedules: how
// often for any number of CPUs and of lazy CPUs. Three machines are enough for a straight line in both.
import { openLibrary } from "../../src/jobs/library.ts";
import { countAt } from "../../src/simulator/price.ts";
import { draw, run } from "../simulator/drawing.ts";

interface Machine {
  readonly cpus: number;
  /** CPUs that borrow the process's mm. */
  readonly lazy: number;
}

/** Rows of a drawing: how the machine gets there, and what is counted. */
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

function countsOf(design: string, rows: readonly string[], { cpus }: Machine): (path: string) => number {
  const tree = run(design, draw(rows.join("\n"), { cpus })).counters.tree();
  return (path) => countAt(tree, path);
}

/** How often something happens in a measure, on a machine. */
function onMachine(design: string, name: MeasureName, paths: readonly string[], machine: Machine): number {
  const { before, counted } = MEASURES[name];
  const rows = before(machine.lazy);
  const without = countsOf(design, rows, machine);
  const all = countsOf(design, [...rows, ...counted], machine);
  return paths.reduce((sum, path) => sum + all(path) - without(path), 0);
}

interface Line {
  readonly constant: number;
  readonly perCpu: number;
  readonly perLazy: number;
}

function lineOf(design: string, name: MeasureName, paths: readonly string[]): Line {
  const at = (cpus: number, lazy: number): number => onMachine(design, name, paths, { cpus, lazy });
  const base = at(4, 1);
  const perLazy = at(4, 2) - base;
  const perCpu = (at(8, 1) - base) / 4;
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

export function costsPage(): string {
  const library = openLibrary(undefined);
  if (!library.ok) throw new Error(JSON.stringify(library.error));
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = library.value.designs.map(({ info }) =>
    row([
      `\`${info.name}\``,
      ...COLUMNS.map(([, measure, paths]) => printLine(lineOf(info.name, measure, paths))),
    ]),
  );
  return `# What each design costs

Access counts of drawn schedules, run by the design's own code: per *round trip* of a CPU from a task to the idle task and
back, per switch *to another process*, per *unmap* of a page, per *freed table*, and per *exit* of the last task of a
process. C: CPUs of the machine; L: CPUs that borrow the mm at that moment. Generated
(\`UPDATE=1 npx vitest run test/docs\`); counts are exact for these schedules, and say nothing of what they cost in time.

The columns follow what laziness is for: to avoid the switch of page tables (loads), to avoid interrupts, and to avoid
contention on shared lines (mm_cpumask, mm_count). \`lazy_mm\` is where designs with hazard pointers publish and look.

${row(["design", ...COLUMNS.map(([title]) => title)])}
|${"---|".repeat(COLUMNS.length + 1)}
${rows.join("\n")}
`;
}
