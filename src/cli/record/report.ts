// SPDX-License-Identifier: MIT
// `lazymm record` as data: what is known of the machine, what will be recorded, and the script.
import { memberOf } from "./btf.ts";
import { missingOf, type Offset, offsetsOf } from "./layout.ts";
import type { Machine } from "./machine.ts";
import { type Probe, probesFor, TRACEPOINT_FOR_MM, TRACEPOINTS } from "./probes.ts";
import { recordingScript, traceCmdLine } from "./script.ts";

export interface RecordReport {
  readonly schema: "lazymm.record/1";
  readonly kernel: Pick<Machine, "release" | "version" | "arch" | "cpus" | "tracefs">;
  readonly btf: { readonly path: string; readonly found: boolean; readonly reason: string | null };
  readonly tracepoints: readonly string[];
  readonly probes: readonly Probe[];
  readonly offsets: readonly Offset[];
  /** Variables of the script that the user has to fill in. */
  readonly missing: readonly string[];
  readonly trace_cmd: string;
  readonly notes: readonly string[];
  readonly script: string;
}

function notesOf(machine: Machine, probes: readonly Probe[], missing: readonly string[], wanted: boolean): string[] {
  const notes: string[] = [];
  if (machine.release === "unknown") notes.push("/proc/version does not say which kernel this is");
  if (machine.tracefs === "absent") notes.push("no tracefs here: the script is for a machine that has one");
  if (wanted && probes.length === 0)
    notes.push(`the kprobes are known for x86 only, and this is ${machine.arch}: tracepoints only`);
  if (missing.length > 0 && !machine.btf.ok)
    notes.push(
      `no kernel types in ${machine.btfPath}: ${machine.btf.error}; ${missing.length} numbers are to be filled in, ` +
        "marked NEEDED in the script with the pahole lines that print them (or use --tracepoints-only)",
    );
  else if (missing.length > 0) notes.push(`this kernel has no ${missing.join(", ")}: see NEEDED in the script`);
  return notes;
}

export function recordReport(machine: Machine, version: string, tracepointsOnly: boolean): RecordReport {
  const btf = machine.btf.ok ? machine.btf.value : undefined;
  const full = !tracepointsOnly && machine.arch === "x86";
  const probes = full ? probesFor(btf) : [];
  // is_lazy moved into its own per-CPU variable in 5.13.
  const old = btf !== undefined && memberOf(btf, "tlb_state_shared", "is_lazy") === undefined;
  const offsets = full ? offsetsOf(btf) : [];
  const missing = missingOf(offsets).map((offset) => offset.variable);
  const lazySymbol = old ? "cpu_tlbstate" : "cpu_tlbstate_shared";
  const { release, version: banner, arch, cpus, tracefs } = machine;
  return {
    schema: "lazymm.record/1",
    kernel: { release, version: banner, arch, cpus, tracefs },
    btf: { path: machine.btfPath, found: machine.btf.ok, reason: machine.btf.ok ? null : machine.btf.error },
    tracepoints: full ? TRACEPOINTS : [...TRACEPOINTS, TRACEPOINT_FOR_MM],
    probes,
    offsets,
    missing,
    trace_cmd: traceCmdLine(),
    notes: notesOf(machine, probes, missing, !tracepointsOnly),
    script: recordingScript({ machine, version, offsets, lazySymbol, probes }),
  };
}
