// SPDX-License-Identifier: MIT
// Prints the recording script. Nothing is executed here: a person reads it, and then runs it as root.

import { missingOf, type Offset, WANTED } from "./layout.ts";
import type { Machine } from "./machine.ts";
import { type Probe, TRACEPOINT_FOR_MM, TRACEPOINTS } from "./probes.ts";
import { FINISH, NEEDED, PERCPU, SETUP, SNAPSHOTS } from "./script-parts.ts";

const OPTIONAL = new Set(WANTED.filter((wanted) => wanted.optional !== undefined).map((wanted) => wanted.variable));
// hot_current has a default (the first member), so a field that uses it is never left out.
OPTIONAL.delete("hot_current");

/** One field of a probe as bash, within double quotes. */
function fieldInBash(field: string): string {
  const text = field
    .replace(/\$(arg\d|retval)/g, "\\$$$1")
    .replace(/\{(\w+)\*(\d+)\}/g, "$$(( $1 * $2 ))")
    .replace(/\{(\w+)\}/g, "$${$1}")
    .replace(/<(\w+)\.(\w+)>/g, '$$(at "$$$1" "$$$2" "$$cpu")');
  const optional = [...field.matchAll(/[{.](\w+)[}>]/g)].map((match) => match[1]!).find((name) => OPTIONAL.has(name));
  return optional === undefined ? text : `\${${optional}:+${text}}`;
}

function probeInBash(probe: Probe): string {
  const fields = probe.fields === "" ? [] : probe.fields.split(" ").map(fieldInBash);
  const perCpu = probe.form === "own" || probe.form === "snapshot";
  const name = perCpu ? `${probe.name}$cpu` : probe.name;
  const all = [...fields, ...(probe.form === "every" ? ["$every_cpu"] : [])].join(" \\\n  ");
  const body = all === "" ? "" : ` \\\n  "${all.replaceAll(" \\\n  ", '" \\\n  "')}"`;
  const call = `probe ${probe.kind} "${name}" ${probe.func}${body}`;
  if (!perCpu) return call;
  const filter = probe.form === "own" ? "CPU == $cpu" : "common_pid == $$";
  return `for cpu in $cpus; do\n  ${call.replaceAll("\n", "\n  ")} && filter "${name}" "${filter}"\ndone`;
}

function offsetLine(offset: Offset): string {
  const member = `${offset.count === true ? "elements of " : ""}struct ${offset.struct}: ${offset.member}`;
  const assignment = `${offset.variable}=${offset.value ?? ""}`.padEnd(28);
  if (offset.value !== null) return `${assignment}# ${member}`;
  return offset.optional === undefined
    ? `${assignment}# NEEDED: ${member}`
    : `${assignment}# ${member} (${offset.optional})`;
}

/** How to find the numbers without BTF. */
function paholeHelp(offsets: readonly Offset[]): string {
  const missing = missingOf(offsets);
  if (missing.length === 0) return "";
  const structs = [...new Set(missing.map((offset) => offset.struct))];
  return [
    "# Numbers marked NEEDED are byte offsets that this kernel does not tell (no BTF). With its debug package",
    "# (Debian: linux-image-$(uname -r)-dbg) pahole prints them; -E unfolds the inner structures, such as context.",
    ...structs.map((struct) => `#   pahole -E -C ${struct} /usr/lib/debug/boot/vmlinux-$(uname -r)`),
    "",
  ].join("\n");
}

function offsetsBlock(offsets: readonly Offset[], lazySymbol: string): string {
  const needed = missingOf(offsets).map((offset) => offset.variable);
  return [
    `# Where the members are${needed.length === 0 ? ", as the kernel's own BTF says" : ""}.`,
    ...offsets.map(offsetLine),
    `lazy_symbol=${lazySymbol}`,
    paholeHelp(offsets),
    needed.length === 0 ? "" : NEEDED.replace("NAMES", needed.join(" ")),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** The same recording without kprobes, for people who use trace-cmd anyway. */
export function traceCmdLine(): string {
  const events = [...TRACEPOINTS, TRACEPOINT_FOR_MM].map((event) => `-e ${event}`).join(" ");
  return `trace-cmd record -C mono -b 20000 ${events} sleep 10`;
}

function header(machine: Machine, version: string, full: boolean): string {
  const what = full ? "tracepoints, and kprobes that show the TLB state" : "tracepoints only";
  return `#!/bin/bash
# SPDX-License-Identifier: MIT
# Recording recipe for lazymm ${version}: ${what}.
# Written for ${machine.release} (${machine.arch}). Read it, then:
#   sudo bash record.sh [-t SECONDS] [-o FOLDER] [-- COMMAND ...]
#   lazymm compare FOLDER
# It changes tracing settings only, puts them back at the end, and writes only to FOLDER.
#
# The same tracepoints by trace-cmd (then \`trace-cmd report trace.dat > trace.txt\`; it has no thread groups):
#   ${traceCmdLine()}
set -u
`;
}

export interface Recipe {
  readonly machine: Machine;
  readonly version: string;
  readonly offsets: readonly Offset[];
  readonly lazySymbol: string;
  /** Empty: tracepoints only. */
  readonly probes: readonly Probe[];
}

export function recordingScript(recipe: Recipe): string {
  const full = recipe.probes.length > 0;
  const events = full ? TRACEPOINTS : [...TRACEPOINTS, TRACEPOINT_FOR_MM];
  const kprobes = [
    offsetsBlock(recipe.offsets, recipe.lazySymbol),
    PERCPU,
    [...recipe.probes.map(probeInBash), "enable_probes"].join("\n"),
  ];
  const parts = [
    header(recipe.machine, recipe.version, full),
    SETUP,
    `events="${events.join("\n  ")}"\nenable_events`,
    ...(full ? kprobes : []),
    SNAPSHOTS,
    FINISH,
  ];
  return `${parts.map((part) => part.trim()).join("\n\n")}\n`;
}
