// SPDX-License-Identifier: MIT
// Lines that are laid out like earlier ones are read in another way than the first of its kind. Both must give the same
// rows, also where a line is only nearly like an earlier one: each line here is compared with itself read alone.
import { describe, expect, test } from "vitest";
import type { EventTable } from "../../src/events/table.ts";
import { line, parse, show } from "./text.ts";

/** Says how many decimals a time has, whatever the line after it says. Its own layout is not remembered. */
const FIRST = "x-1 [000] 0.000001: first:\n";

function rows(table: EventTable, from: number): string[] {
  return Array.from({ length: table.length - from }, (_, i) => {
    const row = from + i;
    return [table.time[row], table.cpu[row], table.pid[row], table.flags[row], show(table, row)].join(" ");
  });
}

function alone(text: string): string[] {
  return rows(parse(FIRST + text).table, 1);
}

/** The rows of `text` after lines that have made all of its parts known. */
function afterKnown(known: string, text: string): string[] {
  const { length } = parse(FIRST + known + known).table;
  return rows(parse(FIRST + known + known + text).table, length);
}

/** What no first line of its kind can be read from may be read where the columns are known: then only up to these. */
function expectSame(known: string, text: string): void {
  const unread = Object.keys(parse(FIRST + text).unparsed).length > 0;
  const shown = (found: string[]) => (unread ? found.map((row) => row.split(" ").slice(0, 5)) : found);
  expect(shown(afterKnown(known, text)), JSON.stringify(text)).toEqual(shown(alone(text)));
}

const at = (event: string, flags?: string): string => line("sh", 128, 2, 53_550_706, event, flags);

const LINES = [
  at("sched_switch: prev_comm=sh prev_pid=128 prev_prio=120 prev_state=R+ ==> next_comm=a b next_pid=0 next_prio=98"),
  at("sched_switch: sh:128 [120] S ==> swapper/1:0 [120]"),
  at("tlb_flush: pages:-1 reason:remote ipi send (4)"),
  at("tlb_flush:            pages=7 reason=local (mm) shootdown(3)"),
  at("sched_process_exit: comm=sh pid=3 prio=120 group_dead=true", "dNh1."),
  at("ipi_entry: (Rescheduling interrupts)"),
  at("smp_many: (smp_call+0x0/0x330 <- up) mask=0xf func=flush+0x0/0x1f0 info=0xff1100007d6315c0 mode=on ret=-1"),
  at("snap: (umask+0x0/0x30) mm=0xffffffff82b5c940 ctxs={1,0x2,0,18446744073709551615} ctx=45", "d..1"),
  at("tlbie: lpid=0, local=1, rb=0x2a400, name=a, b, r=0x1"),
  at("hw_local: (native_flush_tlb_local+0x0/0x40)"),
  at("sys_futex: val=12345678901234567890 name=\"a b\" last=text with spaces", "....."),
  "              sh-128     (    128) [002] ...1.  51713606827123: cpu_idle: state=4294967295 cpu_id=2\n",
  "              sh-128     [002]    53.550706: cpu_idle: state=1 cpu_id=2\n",
]; // biome-ignore format: a table

describe("a line after one that is laid out like it", () => {
  test.each(LINES)("%s", (text) => {
    expect(alone(text)).toHaveLength(1);
    expect(afterKnown(text, text)).toEqual(alone(text));
  });

  // Each byte becomes another one; or it is left out, or is there twice.
  const OTHERS = [...' ,0f()=\n\r:x-{}"R.5'];
  test.each(LINES)("and with any one byte changed: %s", (text) => {
    for (let i = 0; i < text.length - 1; i++) {
      const [before, here, rest] = [text.slice(0, i), text[i], text.slice(i + 1)];
      const other = OTHERS[(i * 7) % OTHERS.length]!;
      const changed = [before + other + rest, before + rest, before + here + here + rest][i % 3]!;
      expectSame(text, before + OTHERS[i % 9] + rest);
      expectSame(text, changed);
    }
  });

  test("and with another value of the same length, or a longer or shorter one", () => {
    const event = (mm: string, fn: string, n: string) => at(`x: (f+0x0/0x1) mm=0x${mm} func=${fn} n=${n} z=${fn}`);
    const known = event("ff11000004853600", "flush+0x0/0x1f0", "12");
    for (const mm of ["ff11000004853601", "ff110000048536001", "ff1100000485360", "0", "FF11000004853600", ""])
      for (const fn of [
        "flush+0x0/0x1f0",
        "flush+0x0/0x1f",
        "flush+0x0/0x1f00",
        "flush",
        "",
        "a b",
        "flush+0x0/0x1f0 b",
      ])
        for (const n of ["12", "1", "123", "-12", "012", "(fault)"]) {
          const text = event(mm, fn, n);
          expect(afterKnown(known, text), text).toEqual(alone(text));
        }
  });
});

test("what is learned of two layouts does not mix", () => {
  const idle = "cpu_idle: state=1 cpu_id=2\n";
  const heads = [
    "              sh-128     (    128) [002] d..2.    53.000001: ",
    "              sh-128     [002] d..2.    53.000001: ",
    "              sh-128     [002]    53.000001: ", "              sh-128     [002] d..2    53.000001: ",
    "           <...>-128     [002] d..2.    53.000001: ", "              sh-128   [002] d..2. 53.000001: ",
    "              sh-1281234567     [002] d..2.    53.000001: ",
    "              sh-128     [002] (  127) d..2. 53.000001: ",
  ]; // biome-ignore format: a table
  const text = heads.flatMap((a) => heads.map((b) => a + idle + b + idle)).join("");
  const expected = heads.flatMap((a) => heads.flatMap((b) => [...alone(a + idle), ...alone(b + idle)]));
  expect(rows(parse(text).table, 0)).toEqual(expected);
});

test("a line without an end is dropped, and costs neither the event before it nor the one after", () => {
  const text = `${at("cpu_idle: state=1 cpu_id=2")}${"x".repeat(300_000)}\n${at("cpu_idle: state=2 cpu_id=2")}`;
  for (const piece of [1 << 20, 5000]) {
    const { table, odd } = parse(text, piece);
    expect(rows(table, 0).map((row) => row.slice(-16))).toEqual(["state=1 cpu_id=2", "state=2 cpu_id=2"]);
    expect(odd.unknown).toBeGreaterThan(0);
  }
});

test("an event on several lines is read whole, wherever the pieces end", () => {
  const name = "a\nb\nc";
  const text = [1, 2, 3].map((n) => at(`sched_process_exec: filename=/tmp/${name}${n} pid=301 old_pid=300`)).join("");
  for (let piece = 1; piece < text.length; piece++) {
    const { table, odd } = parse(text, piece);
    const expected = [1, 2, 3].map((n) => `sched_process_exec filename=/tmp/${name}${n} pid=301 old_pid=300`);
    expect(Array.from({ length: table.length }, (_, row) => show(table, row))).toEqual(expected);
    expect(odd.continuation).toBe(0);
  }
});
