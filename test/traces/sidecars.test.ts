// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { readSidecars, SIDECAR_FILES } from "../../src/traces/sidecars.ts";

const read = (files: Record<string, string>) => readSidecars(new Map(Object.entries(files)));

describe("files beside a trace", () => {
  test("ps of busybox", () => {
    const { kernelThread, read: names } = read({
      "ps.before":
        "PID   USER     COMMAND\n    1 0        {init} /bin/sh /init\n    2 0        [kthreadd]\n" +
        "   41 0        [kworker/3:1]\n",
    });
    expect([...kernelThread]).toEqual([
      [1, false],
      [2, true],
      [41, true],
    ]);
    expect(names).toEqual(["ps.before"]);
  });

  test("ps -ef: children of kthreadd, whatever they are called", () => {
    const { kernelThread } = read({
      "ps.before":
        "UID          PID    PPID  C STIME TTY          TIME CMD\n" +
        "root           1       0  0 10:00 ?        00:00:01 /sbin/init splash\n" +
        "root          41       2  0 10:00 ?        00:00:00 odd name\n" +
        "me           500     499  0 10:00 pts/0    00:00:00 [not really]\n",
    });
    expect([...kernelThread]).toEqual([
      [1, false],
      [41, true],
      [500, true],
    ]);
  });

  test("a /proc snapshot: PF_KTHREAD, and names with brackets", () => {
    const { kernelThread, comm } = read({
      "proc-snapshot.txt": "1 (init) 0 4194560\n10 (a) b) 2 69238880\n481 ((sd-pam)) 1 64\n",
    });
    expect([...kernelThread]).toEqual([
      [1, false],
      [10, true],
      [481, false],
    ]);
    expect([...comm.values()]).toEqual(["init", "a) b", "(sd-pam)"]);
  });

  test("saved tgids and names, cpuinfo, uname, probes", () => {
    const sidecars = read({
      saved_tgids: "2 2\n 356 355\n7 0\n",
      saved_cmdlines: "127 sh\n300 a b\n",
      cpuinfo: "processor\t: 0\nmodel name\t: QEMU TCG CPU\nflags\t\t: fpu pcid pti\n",
      uname: "Linux (none) 6.1.0-56-amd64 x86_64\n",
      kprobe_defs: "p:lz/switch_mm switch_mm_irqs_off prev=$arg1:x64\nr16:lz/mm_init mm_init\nrubbish\n",
      kprobe_profile: "  switch_mm    2220    3\n",
    });
    expect([...sidecars.tgid]).toEqual([
      [2, 2],
      [356, 355],
    ]);
    expect(sidecars.comm.get(300)).toBe("a b");
    expect(sidecars.cpuFlags.has("pcid")).toBe(true);
    expect(sidecars.cpuModel).toBe("QEMU TCG CPU");
    expect(sidecars.uname).toBe("Linux (none) 6.1.0-56-amd64 x86_64");
    expect(sidecars.kprobeDefs.length).toBe(2);
    expect(sidecars.kprobeProfile.get("switch_mm")).toEqual({ hits: 2220, missed: 3 });
    expect(sidecars.read.length).toBe(6);
  });

  test("powerpc's cpuinfo", () => {
    const cpuinfo = "processor\t: 0\ncpu\t\t: POWER9 (architected)\nrevision\t: 2.0 (pvr 004e 1200)\n";
    const { cpuModel, pvr } = read({ cpuinfo });
    expect([cpuModel, pvr]).toEqual(["POWER9 (architected)", 0x004e_1200]);
  });

  test("a file that is something else is listed as not understood", () => {
    const { notUnderstood, read: names } = read({ "ps.before": "hello\n", saved_tgids: "", cpuinfo: "x" });
    expect([names, notUnderstood]).toEqual([[], ["ps.before", "saved_tgids", "cpuinfo"]]);
  });

  test("millions of empty lines, in any of them", () => {
    const empty = `${"\n".repeat(3 << 20)}x`;
    const { read: understood } = readSidecars(new Map(SIDECAR_FILES.map((name) => [name, empty])));
    expect(understood).toEqual(["uname"]);
    const { tgid, cpuModel } = read({ saved_tgids: `2 2\r\n\n${empty}`, cpuinfo: `model name\t:${empty}` });
    expect([tgid.get(2), cpuModel]).toEqual([2, ""]);
  });
});
