// SPDX-License-Identifier: MIT
// Files that a recording leaves beside the trace: who was a kernel thread, which threads share a process, what the
// machine is. All optional; each one read is listed in the report.

export interface Sidecars {
  /** Names of the files that were read, in the order of SIDECAR_FILES. */
  readonly read: readonly string[];
  /** Files that are there but could not be made sense of. */
  readonly notUnderstood: readonly string[];
  /** From ps or a /proc snapshot: true for kernel threads, false for tasks with an mm. */
  readonly kernelThread: ReadonlyMap<number, boolean>;
  readonly tgid: ReadonlyMap<number, number>;
  readonly comm: ReadonlyMap<number, string>;
  /** Flags of /proc/cpuinfo (x86) or its Features (arm64); empty if there is no cpuinfo. */
  readonly cpuFlags: ReadonlySet<string>;
  readonly cpuModel: string | undefined;
  /** powerpc's processor version register, from cpuinfo. */
  readonly pvr: number | undefined;
  /** `uname -a`. */
  readonly uname: string | undefined;
  /** The definitions of the probes, one a line. */
  readonly kprobeDefs: readonly string[];
  /** Hits and misses per probe, since it was made: an upper bound for the trace. */
  readonly kprobeProfile: ReadonlyMap<string, { readonly hits: number; readonly missed: number }>;
}

type Draft = { -readonly [K in keyof Sidecars]: Sidecars[K] } & {
  kernelThread: Map<number, boolean>;
  tgid: Map<number, number>;
  comm: Map<number, string>;
  kprobeProfile: Map<string, { hits: number; missed: number }>;
  read: string[];
  notUnderstood: string[];
};

/** A reader returns false if the text is not what the file's name says. */
type Reader = (text: string, into: Draft) => boolean;

const READERS: Readonly<Record<string, Reader>> = {
  "proc-snapshot.txt": readProcSnapshot,
  "ps.before": readPs,
  saved_tgids: readTgids,
  "saved_tgids.txt": readTgids,
  saved_cmdlines: readCmdlines,
  "saved_cmdlines.txt": readCmdlines,
  cpuinfo: readCpuinfo,
  uname: readUname,
  kprobe_defs: readDefs,
  kprobe_profile: readProfile,
};

/** The names that are looked for. */
export const SIDECAR_FILES: readonly string[] = Object.keys(READERS);

/** /proc/PID/stat's PF_KTHREAD. */
const PF_KTHREAD = 0x200000;
const KTHREADD = 2;

export function noSidecars(): Sidecars {
  return draft();
}

export function readSidecars(files: ReadonlyMap<string, string>): Sidecars {
  const into = draft();
  for (const [name, read] of Object.entries(READERS)) {
    const text = files.get(name);
    if (text === undefined) continue;
    (read(text, into) ? into.read : into.notUnderstood).push(name);
  }
  return into;
}

function draft(): Draft {
  return {
    read: [],
    notUnderstood: [],
    kernelThread: new Map(),
    tgid: new Map(),
    comm: new Map(),
    cpuFlags: new Set(),
    cpuModel: undefined,
    pvr: undefined,
    uname: undefined,
    kprobeDefs: [],
    kprobeProfile: new Map(),
  };
}

// Patterns over a whole file stay within a line: with \s they would try each of many empty lines from each other one.

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** `pid (comm) ppid flags` of every task. */
function readProcSnapshot(text: string, into: Draft): boolean {
  let any = false;
  for (const match of text.matchAll(/^(\d+) \((.*)\) (\d+) (\d+)$/gm)) {
    any = true;
    const pid = Number(match[1]);
    into.kernelThread.set(pid, (Number(match[4]) & PF_KTHREAD) !== 0 || Number(match[3]) === KTHREADD);
    into.comm.set(pid, match[2]!);
  }
  return any;
}

/** ps of procps or busybox, any columns: kernel threads stand in brackets and are children of kthreadd. */
function readPs(text: string, into: Draft): boolean {
  const [header, ...rows] = lines(text);
  const columns = (header ?? "").trim().split(/\s+/);
  const pidColumn = columns.indexOf("PID");
  if (pidColumn < 0) return false;
  const ppidColumn = columns.indexOf("PPID");
  const commandColumn = columns.findIndex((name) => /^(COMMAND|CMD|ARGS)$/.test(name));
  for (const row of rows) {
    const fields = row.trim().split(/\s+/);
    const pid = Number(fields[pidColumn]);
    if (!Number.isInteger(pid) || pid <= 0) continue;
    const command = fields.slice(commandColumn < 0 ? columns.length - 1 : commandColumn).join(" ");
    const child = ppidColumn >= 0 && Number(fields[ppidColumn]) === KTHREADD;
    into.kernelThread.set(pid, child || pid === KTHREADD || /^\[.*\]$/.test(command));
  }
  return true;
}

function readTgids(text: string, into: Draft): boolean {
  let any = false;
  for (const match of text.matchAll(/^[ \t]*(\d+)[ \t]+(\d+)[ \t\r]*$/gm)) {
    any = true;
    if (Number(match[2]) > 0) into.tgid.set(Number(match[1]), Number(match[2]));
  }
  return any;
}

function readCmdlines(text: string, into: Draft): boolean {
  let any = false;
  for (const match of text.matchAll(/^(\d+) (.*)$/gm)) {
    any = true;
    if (!into.comm.has(Number(match[1]))) into.comm.set(Number(match[1]), match[2]!);
  }
  return any;
}

function readCpuinfo(text: string, into: Draft): boolean {
  const flags = /^(?:flags|Features)[ \t]*:[ \t]*(.*)$/m.exec(text);
  const model = /^(?:model name|cpu|CPU part)[ \t]*:[ \t]*(.*)$/m.exec(text);
  if (flags !== null) into.cpuFlags = new Set(flags[1]!.split(/\s+/).filter((flag) => flag !== ""));
  if (model !== null) into.cpuModel = model[1]!.trim();
  const pvr = /\(pvr ([0-9a-f]{4}) ([0-9a-f]{4})\)/.exec(text);
  if (pvr !== null) into.pvr = Number.parseInt(`${pvr[1]}${pvr[2]}`, 16);
  return flags !== null || model !== null;
}

function readUname(text: string, into: Draft): boolean {
  into.uname = text.trim();
  return into.uname !== "";
}

function readDefs(text: string, into: Draft): boolean {
  into.kprobeDefs = lines(text).filter((line) => /^[pr]\d*:/.test(line));
  return into.kprobeDefs.length > 0;
}

function readProfile(text: string, into: Draft): boolean {
  let any = false;
  for (const match of text.matchAll(/^[ \t]*(\S+)[ \t]+(\d+)[ \t]+(\d+)[ \t\r]*$/gm)) {
    any = true;
    into.kprobeProfile.set(match[1]!, { hits: Number(match[2]), missed: Number(match[3]) });
  }
  return any;
}
