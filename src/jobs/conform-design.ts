// SPDX-License-Identifier: MIT
// Which design a recording speaks for, and what of that design the recorded machine decides.

import { err, ok, type Result } from "../base/result.ts";
import type { DesignInfo } from "../compiler/describe.ts";
import { argNumber } from "../events/table.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import type { Objects } from "./conform-machine.ts";
import { onMachine } from "./on-machine.ts";
import type { JobError } from "./reports.ts";
import { architecture } from "./trace-input.ts";

export interface Chosen {
  readonly name: string;
  /** In words. */
  readonly why: string;
}

/** A symptom of a kernel's configuration: what is said of it, and the design. */
type Choice = (trace: OpenedTrace) => { readonly name: string; readonly symptom: string };

/** x86: designs tell apart what cpuinfo says of the CPU. */
const x86: Choice = ({ sidecars: { cpuFlags } }) =>
  cpuFlags.has("pcid")
    ? { name: "linux-6.12-x86", symptom: "cpuinfo has pcid" }
    : { name: "linux-6.12-x86-nopcid", symptom: "cpuinfo has no pcid" };

/** arm64: how many bits ASIDs have, if the probes show it; most CPUs have 16. */
const arm64: Choice = ({ table }) => {
  for (let row = 0; row < table.length; row++) {
    const bits = argNumber(table, row, "bits");
    if (bits !== undefined) return byAsidBits(bits);
  }
  return byAsidBits(16);
};

function byAsidBits(bits: number): ReturnType<Choice> {
  return { name: bits === 8 ? "linux-6.1-arm64-asid8" : "linux-6.1-arm64", symptom: `ASIDs have ${bits} bits` };
}

/** powerpc: lazy mms are counted, unless the last mmdrop() chases borrowers away: there is a function for it then. */
const powerpcSince6_4: Choice = ({ table, sidecars: { kprobeDefs } }) => {
  const shoots = table.kinds.some(({ name }) => name === "shoot_lazy");
  if (shoots) return { name: "linux-6.12-powerpc-radix", symptom: "it shows do_shoot_lazy_tlb()" };
  return kprobeDefs.some((line) => / do_shoot_lazy_tlb /.test(line))
    ? { name: "linux-6.12-powerpc-radix", symptom: "its kernel has do_shoot_lazy_tlb()" }
    : { name: "linux-6.1-powerpc-radix", symptom: "it has no do_shoot_lazy_tlb()" };
};
const powerpcBefore6_4: Choice = () => ({ name: "linux-6.1-powerpc-radix", symptom: "lazy mms were counted then" });

/** By architecture and kernel release. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, Choice>>>> = {
  arm64: { "6.1": arm64 },
  x86: { "6.1": x86, "6.12": x86 },
  powerpc: { "6.1": powerpcBefore6_4, "6.12": powerpcSince6_4 },
};

export function chooseDesign(trace: OpenedTrace, named: string | undefined): Result<Chosen, JobError> {
  if (named !== undefined) return ok({ name: named, why: "named" });
  const arch = architecture(trace);
  const releases = CHOICES[arch] ?? {};
  const release = / (\d+)\.(\d+)\.\S+ /.exec(`${trace.sidecars.uname ?? ""} `);
  const version = release === null ? undefined : `${release[1]}.${release[2]}`;
  const choice = version === undefined ? undefined : releases[version];
  if (choice === undefined) {
    const found = version === undefined ? "nothing beside the trace tells its kernel (uname)" : `it is of ${version}`;
    const known = Object.keys(releases).join(" and ");
    const message = `${found}: conform chooses for ${arch} kernels ${known}; name another with --design`;
    return err({ kind: "usage", message });
  }
  const { name, symptom } = choice(trace);
  return ok({ name, why: `uname says ${version}, ${symptom}` });
}

/** The design with what the recorded machine decides. Sending an interrupt is an event. */
export function asRecorded(design: DesignInfo, trace: OpenedTrace, objects: Objects): DesignInfo {
  const here = onMachine(design, trace.sidecars.cpuFlags);
  const config = new Map([...here.config, ["ipis_recorded", 1]]);
  // As many PIDs as there could ever be mms: the recording says which are given out.
  if (design.arch === "powerpc") config.set("ASIDS", objects.mms + 1);
  return { ...here, config };
}
