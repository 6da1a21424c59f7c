// SPDX-License-Identifier: MIT
// What the kernel says about itself in /proc and /sys. Reads only, and nothing that needs root.
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import { type Btf, readBtf } from "./btf.ts";

export type Arch = "x86" | "arm64" | "powerpc" | "riscv" | "unknown";

export interface Machine {
  /** `uname -r`, or "unknown". */
  readonly release: string;
  readonly version: string;
  readonly arch: Arch;
  readonly cpus: number;
  readonly pcid: boolean;
  readonly tracefs: "writable" | "needs root" | "absent";
  /** Where BTF was looked for. */
  readonly btfPath: string;
  /** Why there is none, in `error`. */
  readonly btf: Result<Btf, string>;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function archOf(cpuinfo: string): Arch {
  if (/^vendor_id\s*:/m.test(cpuinfo)) return "x86";
  if (/^CPU implementer\s*:/m.test(cpuinfo)) return "arm64";
  if (/^cpu\s*:\s*(POWER|PPC)/m.test(cpuinfo)) return "powerpc";
  if (/^isa\s*:\s*rv/m.test(cpuinfo)) return "riscv";
  return "unknown";
}

function tracefsOf(root: string): Machine["tracefs"] {
  const path = join(root, "sys/kernel/tracing");
  if (!existsSync(path)) return "absent";
  try {
    accessSync(join(path, "trace"), constants.W_OK);
    return "writable";
  } catch {
    return "needs root";
  }
}

function loadBtf(path: string): Result<Btf, string> {
  try {
    return readBtf(readFileSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return err(code === "ENOENT" ? "there is no such file" : `it cannot be read (${code ?? String(error)})`);
  }
}

/** The machine below `root` (normally `/`); `kernel` is another vmlinux or BTF file to take the layout from. */
export function readMachine(root: string, kernel: string | undefined): Result<Machine, string> {
  const btfPath = kernel ?? join(root, "sys/kernel/btf/vmlinux");
  const btf = loadBtf(btfPath);
  if (kernel !== undefined && !btf.ok) return err(`${kernel}: no kernel types to be read: ${btf.error}`);
  const cpuinfo = readText(join(root, "proc/cpuinfo"));
  const version = readText(join(root, "proc/version")).trim();
  return ok({
    release:
      kernel === undefined ? (/^Linux version (\S+)/.exec(version)?.[1] ?? "unknown") : `the kernel of ${kernel}`,
    version,
    arch: archOf(cpuinfo),
    cpus: (cpuinfo.match(/^processor\s*:/gm) ?? []).length,
    pcid: /^flags\s*:.*\bpcid\b/m.test(cpuinfo),
    tracefs: tracefsOf(root),
    btfPath,
    btf,
  });
}
