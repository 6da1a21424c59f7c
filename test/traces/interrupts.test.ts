// SPDX-License-Identifier: MIT
// Who interrupted whom: by probes, which say so, and by tlb_flush events, which are held against the probes of the same
// recordings.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { argNumber, type EventTable } from "../../src/events/table.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { interruptsOf } from "../../src/traces/interrupts.ts";
import { line, parse, RECORDINGS } from "./text.ts";

const row = (cpu: number, time: number, event: string, flags?: string): string =>
  line("sh", 10 + cpu, cpu, time, event, flags);
const sends = (cpu: number, time: number, pages: number): string =>
  row(cpu, time, `tlb_flush: pages:${pages} reason:remote ipi send (4)`);
const flushes = (cpu: number, time: number, pages: number): string =>
  row(cpu, time, `tlb_flush: pages:${pages} reason:remote shootdown (1)`, "d.h2.");
const switches = (cpu: number, time: number): string =>
  row(
    cpu,
    time,
    "sched_switch: prev_comm=sh prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=x next_pid=2 next_prio=120",
  );

function arrows(...lines: readonly string[]): { arrows: string[]; ambiguous: number } {
  const { table } = parse(lines.join(""));
  const { from, to, ambiguous } = interruptsOf(table);
  return { arrows: from.map((sender, i) => `${sender}->${to[i]}`), ambiguous };
}

describe("tlb_flush events", () => {
  test("one sender, each receiver once", () => {
    expect(arrows(sends(0, 1, 5), flushes(1, 2, 5), flushes(2, 3, -1), flushes(1, 4, 5))).toEqual({
      arrows: ["0->1", "0->2"],
      ambiguous: 0,
    });
  });

  test("two senders: by the pages; else nothing is concluded", () => {
    expect(arrows(sends(0, 1, 5), sends(1, 2, 7), flushes(2, 3, 7), flushes(3, 4, -1))).toEqual({
      arrows: ["1->2"],
      ambiguous: 1,
    });
  });

  test("a sender that has gone on asks for nothing any more", () => {
    expect(arrows(sends(0, 1, 5), switches(0, 2), flushes(1, 3, 5))).toEqual({ arrows: [], ambiguous: 0 });
  });

  test("what was lost may have been a sender", () => {
    const lost = "CPU:3 [LOST 7 EVENTS]\n";
    expect(arrows(sends(0, 1, 5), lost, flushes(1, 3, 5))).toEqual({ arrows: [], ambiguous: 0 });
  });
});

describe("probes", () => {
  const many = (cpu: number, time: number, mask: string, func: string, info: string): string =>
    row(cpu, time, `smp_many: (smp_call_function_many_cond+0x0/0x330) mask=${mask} func=${func}+0x0/0x20 info=${info}`);
  const runs = (cpu: number, time: number, func: string, rest: string): string =>
    row(cpu, time, `x${cpu}: (${func}+0x0/0x20) ${rest}`, "d.h2.");

  test("by the mask, the function and what it is called with", () => {
    const found = arrows(
      many(0, 1, "0x6", "f", "0xff11000000000010"),
      many(3, 2, "0x6", "f", "0xff11000000000020"),
      runs(1, 3, "f", "mm=0xff11000000000020"),
      runs(2, 4, "g", "mm=0xff11000000000020"),
      runs(2, 5, "f", "mm=0xff11000000000010"),
      runs(3, 6, "f", "mm=0xff11000000000010"),
    );
    expect(found).toEqual({ arrows: ["1->2", "0->4"], ambiguous: 0 });
  });

  test("by the sender, if the receiver knows it; the sender's own call is no interrupt", () => {
    const [info, mm] = ["info=0xff11000000000010", "mm=0xff11000000000020"];
    const found = arrows(
      many(0, 1, "0xf", "f", info.slice(5)),
      many(1, 2, "0xf", "f", info.slice(5)),
      runs(0, 3, "f", `icpu=0 ${mm}`),
      runs(2, 4, "f", `icpu=1 ${mm}`),
    );
    expect(found).toEqual({ arrows: ["1->3"], ambiguous: 0 });
  });
});

const SHOOT = ["x86_64-6.1.0-56-amd64", "x86_64-6.1.0-56-amd64-pcid", "x86_64-6.12.113"];

describe.each(SHOOT)("%s/shoot", (kernel) => {
  const file = `${RECORDINGS}/ground-truth/${kernel}/shoot/trace.txt.zst`;

  test.skipIf(!existsSync(file))(
    "every flush for another CPU has its sender, and tlb_flush alone tells the same",
    async () => {
      const opened = await openTrace(file);
      if (!opened.ok) throw new Error(opened.error.message);
      const { table } = opened.value;
      const probed = interruptsOf(table);
      const remote = rowsWhere(
        table,
        (at, name) => /^flush_func\d/.test(name) && argNumber(table, at, "icpu") !== table.cpu[at],
      );
      expect(probed.to).toEqual(remote);
      expect(probed.ambiguous).toBe(0);
      expect(probed.from.map((at) => table.cpu[at])).toEqual(remote.map((at) => argNumber(table, at, "icpu")));

      // The same without probes: each arrow ends in the handler whose sender the probe told.
      const kinds = table.kinds.map((kind) =>
        /^(tlb_flush|sched_switch)$/.test(kind.name) ? kind : { ...kind, name: "-" },
      );
      const told = interruptsOf({ ...table, kinds });
      const senders = told.to.map((at) => {
        const entry = remote.findLast((entry) => entry < at && table.cpu[entry] === table.cpu[at])!;
        return argNumber(table, entry, "icpu");
      });
      expect(told.from.map((at) => table.cpu[at])).toEqual(senders);
      const flushed = rowsWhere(table, (at, name) => name === "tlb_flush" && argNumber(table, at, "reason") === 1);
      expect(told.to.length + told.ambiguous).toBe(flushed.length);
      expect(told.to.length).toBeGreaterThan(flushed.length * 0.5);
    },
  );
});

function rowsWhere(table: EventTable, is: (row: number, name: string) => boolean): number[] {
  const rows: number[] = [];
  for (let at = 0; at < table.length; at++) if (is(at, table.kinds[table.kind[at]!]!.name)) rows.push(at);
  return rows;
}
