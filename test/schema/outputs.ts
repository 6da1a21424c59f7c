// SPDX-License-Identifier: MIT
// Runs commands as a user does, for what they print with --json.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../tools/source-files.ts";
import { event, format, LAYOUT, page, record, writeDat } from "../traces/trace-dat.ts";

const FIXTURE = "fixtures/x86_64-6.1.0-pcid-mixed";
const folder = mkdtempSync(join(tmpdir(), "lazymm-schema-"));

type Task = readonly [comm: string, pid: number];

function switched(cpu: number, time: string, [prev, pid]: Task, next: Task): string {
  const from = `prev_comm=${prev} prev_pid=${pid} prev_prio=120 prev_state=S`;
  const to = `next_comm=${next[0]} next_pid=${next[1]} next_prio=120`;
  return `  ${prev}-${pid}   [00${cpu}] d..2. ${time}: sched_switch: ${from} ==> ${to}`;
}

/** Tracepoints only, and a clock in seconds: an ordinary trace. */
const ORDINARY = [
  "# tracer: nop",
  "# entries-in-buffer/entries-written: 5/5   #P:2",
  switched(0, "1.000001", ["a", 100], ["b", 101]),
  "  b-101   [000] d..2. 1.000101: tlb_flush: pages:1 reason:local MM shootdown (3)",
  "  b-101   [000] d..2. 1.000103: tlb_flush: pages:-1 reason:remote ipi send (4)",
  switched(1, "1.000201", ["c", 102], ["swapper/1", 0]),
  switched(0, "1.000301", ["b", 101], ["a", 100]),
  "",
].join("\n");

function ordinaryTrace(): string {
  const file = join(folder, "ordinary.txt");
  writeFileSync(file, ORDINARY);
  return file;
}

/** The same of another machine: other counts. */
function traceOf(machine: string): string {
  mkdirSync(join(folder, machine));
  writeFileSync(join(folder, machine, "uname"), `Linux test 6.1.0 #1 SMP ${machine} GNU/Linux\n`);
  const file = join(folder, machine, "trace.txt");
  writeFileSync(file, ORDINARY.replace(/.*tlb_flush.*\n/g, ""));
  return file;
}

/** A trace.dat whose statistics say that events were lost. */
function overrunTrace(): string {
  const file = join(folder, "overrun.dat");
  const kind = format("call_function_entry", 76, ["int vector;4;1"], '"vector=%d", REC->vector');
  const events = [
    event(
      LAYOUT,
      5,
      record(LAYOUT, 76, 1, (out) => out.number(1, 4)),
    ),
  ];
  const statistics = ["CPU: 0\nentries: 5\noverrun: 7\ncommit overrun: 1\ndropped events: 2\n"];
  writeFileSync(file, writeDat(LAYOUT, { formats: { test: [kind] }, cpus: [page(LAYOUT, 1000, events)], statistics }));
  return file;
}

/** The bundled recording, cut off in the middle of a block. */
function truncatedTrace(): string {
  const file = join(folder, "cut", "trace.txt.zst");
  mkdirSync(join(folder, "cut"), { recursive: true });
  const whole = readFileSync(`${root}/${FIXTURE}/trace.txt.zst`);
  writeFileSync(file, whole.subarray(0, Math.floor(whole.length * 0.9)));
  return file;
}

/** A scenario in which a CPU waits for what never comes, and a design of its own. */
function deadlock(): string[] {
  const [scenario, design] = [join(folder, "deadlock.ts"), join(folder, "tiny.ts")];
  writeFileSync(scenario, DEADLOCK);
  writeFileSync(design, DESIGN);
  return ["explain", scenario, "-d", design, "-m", "sc"];
}

const DESIGN = `
export const tiny = design({ name: "tiny", arch: "x86", parts: {}, config: {}, source: "a test", status: "a test" });
`;
const DEADLOCK = `
interface shared { x: bool }
const s = DEFINE_SHARED<shared>();
export const stuck = scenario({
  question: "Who sets x?", machine: { cpus: 1 }, init() {}, threads: { CPU0() { smp_cond_load_acquire(s.x, VAL); } },
  check: [], witness: [], mutants: [],
});
`;

/** What no memory model does, about one of the fixtures. */
function litmusOracle(): string {
  const file = join(folder, "oracle.json");
  writeFileSync(file, JSON.stringify({ SB: { states: ["0:rax=1; 1:rax=0;", "0:rax=2; 1:rax=2;"] } }));
  return file;
}

export interface Output {
  /** The file of docs/schema, without lazymm. and -1.json. */
  readonly schema: string;
  readonly what: string;
  readonly command: readonly string[];
  readonly exit: number;
}

const LAZYMM = "bin/lazymm.js";

export const outputs: readonly Output[] = [
  ["compare", "the bundled recording", [LAZYMM, "compare", FIXTURE], 0],
  ["compare", "an ordinary trace", [LAZYMM, "compare", ordinaryTrace(), "-d", "x86-no-lazy"], 0],
  ["conform", "the bundled recording", [LAZYMM, "conform", FIXTURE], 0],
  ["conform", "another design", [LAZYMM, "conform", FIXTURE, "-d", "linux-6.14-x86"], 1],
  ["conform", "as a table", [LAZYMM, "conform", FIXTURE, "-o", join(folder, "steps.csv")], 0],
  ["conform", "as a drawing", [LAZYMM, "conform", FIXTURE, "-o", join(folder, "steps.pftrace")], 0],
  [
    "conform-mutants",
    "two functions",
    [LAZYMM, ...words("conform --mutants -j 1 --function next_ctx_id --function mmgrab_lazy_tlb"), FIXTURE],
    0,
  ],
  ["replay", "the bundled recording", [LAZYMM, "replay", FIXTURE, "-d", "linux-6.12-x86"], 0],
  ["replay", "an ordinary trace", [LAZYMM, "replay", ordinaryTrace(), "-d", "x86-shootdown"], 0],
  [
    "replay",
    "as a drawing",
    [LAZYMM, "replay", ordinaryTrace(), "-d", "x86-no-lazy", "-o", join(folder, "r.pftrace")],
    0,
  ],
  ["replay", "an arm64 trace", [LAZYMM, "replay", traceOf("aarch64"), "-d", "linux-6.1-arm64-asid8"], 0],
  ["replay", "a powerpc trace", [LAZYMM, "replay", traceOf("ppc64le"), "-d", "linux-6.12-powerpc-radix"], 0],
  ["replay", "a truncated trace", [LAZYMM, "replay", truncatedTrace(), "-d", "linux-6.12-x86"], 3],
  ["inspect", "the bundled recording", [LAZYMM, "inspect", FIXTURE], 0],
  ["inspect", "an ordinary trace, as a table", [LAZYMM, "inspect", ordinaryTrace(), "-o", join(folder, "o.csv")], 0],
  ["inspect", "as a drawing", [LAZYMM, "inspect", ordinaryTrace(), "-o", join(folder, "o.pftrace")], 0],
  ["inspect", "a ring that overran", [LAZYMM, "inspect", overrunTrace()], 0],
  ["inspect", "a truncated trace", [LAZYMM, "inspect", truncatedTrace()], 3],
  ["check", "with mutants", [LAZYMM, "check", "unlazy_vs_munmap", "-d", "linux-6.12-x86"], 0],
  ["check", "beyond a limit", [LAZYMM, "check", "unlazy_vs_munmap", "-d", "linux-6.12-x86", "--max-states", "9"], 4],
  [
    "explain",
    "a counterexample",
    [LAZYMM, ...words("explain unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --mutant 1")],
    0,
  ],
  ["explain", "a deadlock", [LAZYMM, ...deadlock()], 0],
  ["explain", "no violation", [LAZYMM, ...words("explain unlazy_vs_munmap -d linux-6.12-x86 -m sc --path 0x12.1")], 0],
  [
    "promela",
    "a mutant",
    [LAZYMM, ...words("export promela exit_elsewhere -d linux-6.12-x86 -m x86_tso --mutant 1")],
    0,
  ],
  [
    "perfetto",
    "a mutant",
    [LAZYMM, ...words("export perfetto unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --mutant 1")],
    0,
  ],
  ["coverage", "of one scenario", [LAZYMM, ...words("check unlazy_vs_munmap -d linux-6.12-x86 --coverage")], 0],
  ["litmus", "compared", [LAZYMM, ...words("litmus fixtures/litmus -m x86_tso --oracle"), litmusOracle()], 1],
  ["litmus", "beyond a limit", [LAZYMM, ...words("litmus fixtures/litmus/SB.litmus -m sc --max-states 3")], 4],
  ["barriers", "one scenario", [LAZYMM, ...words("barriers unlazy_vs_munmap -d linux-6.12-x86")], 0],
  [
    "barriers",
    "beyond a limit",
    [LAZYMM, ...words("barriers unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --max-states 9")],
    4,
  ],
  ...["designs", "scenarios", "models", "profiles"].map((kind): Row => ["list", kind, [LAZYMM, "list", kind], 0]),
  ...["arm64", "debian-6.12", "empty"].map(
    (machine): Row => ["record", machine, [LAZYMM, "record", "--root", `test/cli/roots/${machine}`], 0],
  ),
  ["bench", "the smallest case", ["dist/bench.js", "parse"], 0],
  ["bench", "the checker's smallest case", ["dist/bench-checker.js", "--rounds=1", "717k"], 0],
  ["bench", "a reader without a peer", ["dist/bench-traces.js", "perf script"], 0],
].map(([schema, what, command, exit]) => ({ schema, what, command, exit }) as Output);

type Row = [schema: string, what: string, command: readonly string[], exit: number];

function words(line: string): string[] {
  return line.split(" ");
}

export function run({ command }: Output): { readonly status: number | null; readonly report: unknown } {
  const args = [...command, "--json"];
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.stdout === "") throw new Error(`${args.join(" ")}: exit ${done.status}: ${done.stderr}`);
  return { status: done.status, report: JSON.parse(done.stdout) };
}
