// SPDX-License-Identifier: MIT
// ftrace text as perf script would print the same recording.

const LINE =
  /^([\s\S]{0,16})-(\d+)\s+(?:\(\s*([\d-]+)\)\s+)?\[(\d+)\]\s+(?:[^\s\d]\S{2,7}\s+)?(\d+(?:\.\d+)?): ([\w.]+): ?(.*)$/;

/** The lines of a trace; headers are dropped, and what continues a line stays as it is. */
export function asPerfScript(text: string, period = ""): string {
  let lost = "";
  const out: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const mark = /^CPU:(\d+) \[LOST (\d+) EVENTS\]/.exec(line);
    if (mark !== null) {
      lost = `PERF_RECORD_LOST lost ${mark[2]}`;
      out.push(`\0${mark[1]!.padStart(3, "0")}`);
      continue;
    }
    const event = LINE.exec(line);
    if (event === null) {
      out.push(line);
      continue;
    }
    const [, comm, pid, tgid, cpu, time, name, args] = event;
    if (out.at(-1)?.startsWith("\0")) out.push(head(":1", "1", "1", out.pop()!.slice(1), time!) + lost);
    out.push(`${head(taskName(comm!, pid!), pid!, tgid, cpu!, time!)}${period}lz:${name}: ${args}`);
  }
  return `${out.join("\n")}\n`;
}

function taskName(comm: string, pid: string): string {
  const name = comm.trimStart();
  if (name === "<...>") return `:${pid}`;
  return name === "<idle>" ? "swapper" : name;
}

function head(comm: string, pid: string, tgid: string | undefined, cpu: string, time: string): string {
  const group = tgid === undefined || tgid.startsWith("-") ? "" : `${tgid.padStart(7)}/`;
  // A bare number of ticks, as nanoseconds.
  const seconds = time.includes(".") ? time : time.padStart(10, "0").replace(/(?=\d{9}$)/, ".");
  return `${comm.padStart(16)} ${group === "" ? pid.padStart(7) : group + pid.padEnd(7)} [${cpu}] ${seconds}: `;
}
