// SPDX-License-Identifier: MIT
// npm run agreement -- DIR…: how well the matching design predicts the tlb_flush events of recordings, and what each
// input of the prediction is worth: the same with that input withheld. DIRs are recordings, or folders of them.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assert, defined } from "../src/base/assert.ts";
import { type Library, modelRoot, openLibrary } from "../src/jobs/library.ts";
import { prepareReplay } from "../src/jobs/replay-run.ts";
import { readTrace, type TraceInput } from "../src/jobs/trace-input.ts";
import { agreement } from "../src/simulator/agreement.ts";
import { type ReplayOptions, replay } from "../src/simulator/replay.ts";

const TLB = "kernel/arch/x86/mm/tlb.ts";
const SET_LAZY = "this_cpu_write(cpu_tlbstate_shared.is_lazy, true);";

function open(overlay: string | undefined): Library {
  const library = openLibrary(overlay);
  assert(library.ok, "the installed model can be read");
  return library.value;
}

/** The model without the lazy flag: what a patch to the file would be. */
function withoutLazyFlag(): Library {
  const folder = mkdtempSync(join(tmpdir(), "lazymm-"));
  const text = readFileSync(`${modelRoot()}/model/${TLB}`, "utf8");
  assert(text.includes(SET_LAZY), "the model sets the lazy flag");
  mkdirSync(dirname(join(folder, TLB)), { recursive: true });
  writeFileSync(join(folder, TLB), text.replace(SET_LAZY, ""));
  const library = open(folder);
  rmSync(folder, { recursive: true });
  return library;
}

/** Recordings in a folder, at any depth. */
function recordings(path: string): string[] {
  if (!existsSync(path)) return [];
  const names = readdirSync(path, { withFileTypes: true });
  if (names.some((n) => n.name.startsWith("trace.txt"))) return [path];
  return names.filter((n) => n.isDirectory()).flatMap((n) => recordings(join(path, n.name)));
}

function rate(library: Library, trace: TraceInput, ignore: ReplayOptions["ignore"]): string {
  const name = trace.cpuFlags?.has("pcid") ? "linux-6.12-x86" : "linux-6.12-x86-nopcid";
  const design = defined(
    library.designs.find((d) => d.ref === name),
    name,
  ).info;
  const program = prepareReplay(library, design, trace.schedule);
  assert(program.ok && trace.recorded, "the design compiles and the trace has flushes");
  const { predicted } = replay(program.value, trace.schedule, { freedUnknown: 0, ...(ignore ? { ignore } : {}) });
  return `${(agreement(trace.recorded, predicted).rate * 100).toFixed(2)} %`;
}

const given = process.argv.slice(2);
const roots = given.length > 0 ? given : [`${modelRoot()}/fixtures`, `${modelRoot()}/../shared/traces/ground-truth`];
const plain = open(undefined);
const notLazy = withoutLazyFlag();
const rows = [["recording", "as recorded", "no lazy flag", "no freed_tables", "no exec"]];
for (const path of roots.flatMap(recordings)) {
  const trace = await readTrace(path, { sidecars: true });
  if (!trace.ok || trace.value.arch !== "x86" || !trace.value.recorded) continue;
  const input = trace.value;
  rows.push([
    path.split("/").slice(-2).join("/"),
    rate(plain, input, undefined),
    rate(notLazy, input, undefined),
    rate(plain, input, { freed: true }),
    rate(plain, input, { exec: true }),
  ]);
}
const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
for (const row of rows)
  process.stdout.write(
    `${row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd()}\n`,
  );
