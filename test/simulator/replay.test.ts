// SPDX-License-Identifier: MIT
// Replays of drawn schedules, small enough that what Linux does can be worked out by hand: the rules are those of
// arch/x86/mm/tlb.c and kernel/sched/core.c. A CPU that starts on A has it in PCID slot 0; the next new one is slot 1.
import { describe, expect, test } from "vitest";
import { counts, draw, flushes, run } from "./drawing.ts";

const PCID = "linux-6.12-x86";
const NO_PCID = "linux-6.12-x86-nopcid";

const predicted = (design: string, text: string): string[] => flushes(run(design, draw(text)));

describe("a lazy CPU", () => {
  test("that comes back to its mm writes no CR3", () => {
    const result = run(PCID, draw("A\n idle\n A"));
    expect(flushes(result)).toEqual([""]);
    expect(counts(result, "lazy.entries", "lazy.exits", "cr3_writes.total", "atomics.mm_count")).toEqual({
      "lazy.entries": 1,
      "lazy.exits": 1,
      "cr3_writes.total": 0,
      "atomics.mm_count": 2, // The borrowed reference comes and goes.
    });
    expect(counts(result, "switches.total", "switches.user_to_kernel", "switches.kernel_to_user")).toEqual({
      "switches.total": 2,
      "switches.user_to_kernel": 1,
      "switches.kernel_to_user": 1,
    });
  });

  test("is not interrupted by a flush that frees no tables, and catches up when it comes back", () => {
    const missed = `
      A    | A2
      idle |
           | flush A all
      A    |`;
    const result = run(PCID, draw(missed));
    expect(flushes(result)).toEqual(["0:-1", "4:-1 3:-1"]);
    expect(counts(result, "ipis.sent", "ipis.rounds", "ipis.avoided", "lazy.left_by_flush", "flush_all")).toEqual({
      "ipis.sent": 0,
      "ipis.rounds": 0,
      "ipis.avoided": 1,
      "lazy.left_by_flush": 0,
      flush_all: 1,
    });
    expect(counts(result, "cr3_writes.total", "cr3_writes.flush")).toEqual({
      "cr3_writes.total": 1,
      "cr3_writes.flush": 1,
    });
  });

  test("catches up once with any number of missed flushes, in full even if each was a single page", () => {
    const missed = `
      A    | A2
      idle |
           | flush A 0-1
           | flush A 1-2
      A    |
      idle |
      A    |`;
    expect(predicted(PCID, missed)).toEqual(["0:-1", "4:1 3:1 4:1 3:1"]);
  });

  test("is sent to init_mm by a flush that frees tables", () => {
    const freed = `
      A    | A2
      idle |
           | flush A all freed
      A    |
      idle |
           | flush A 0-1 freed
      A    |`;
    // Lazy -> init_mm (a new slot), back to A (behind), again -> init_mm (its slot is current), back to A (behind).
    const result = run(PCID, draw(freed));
    expect(flushes(result)).toEqual(["0:-1 0:-1 0:0 0:-1", "4:-1 3:-1 4:1 3:1"]);
    expect(counts(result, "ipis.sent", "ipis.rounds", "ipis.to_lazy", "ipis.avoided", "lazy.left_by_flush")).toEqual({
      "ipis.sent": 2,
      "ipis.rounds": 2,
      "ipis.to_lazy": 2,
      "ipis.avoided": 0,
      "lazy.left_by_flush": 2,
    });
    expect(predicted(NO_PCID, freed)).toEqual(["0:-1 0:-1 0:-1 0:-1", "4:-1 3:-1 4:1 3:1"]);
  });

  test("that was sent away hears of no further flush", () => {
    const away = `
      A    | A2
      idle |
           | flush A all freed
           | flush A all freed
      A    |`;
    expect(predicted(PCID, away)).toEqual(["0:-1 0:-1", "4:-1 3:-1 3:-1"]);
  });

  test("that flushes itself leaves, too", () => {
    const own = `
      A
      idle
      flush A 0-1
      A`;
    const result = run(PCID, draw(own));
    expect(flushes(result)).toEqual(["0:-1 0:-1"]);
    expect(counts(result, "lazy.left_by_flush", "ipis.to_lazy")).toEqual({
      "lazy.left_by_flush": 1,
      "ipis.to_lazy": 0,
    });
  });

  test("does not exist where the design has none: each way is a CR3 write, and no flush can be missed", () => {
    const missed = `
      A    | A2
      idle |
           | flush A all
      A    |`;
    const result = run("x86-no-lazy", draw(missed));
    expect(flushes(result)).toEqual(["0:-1 0:-1", "3:-1"]);
    expect(counts(result, "lazy.entries", "ipis.avoided")).toEqual({ "lazy.entries": 0, "ipis.avoided": 0 });
    expect(predicted("x86-no-lazy", "A\n idle\n A\n idle")).toEqual(["0:-1 0:0 0:0"]);
  });
});

describe("a flush", () => {
  test("of 33 pages goes page by page, of 34 it is a full one", () => {
    const result = run(PCID, draw("A\n flush A 0-33\n flush A 0-34"));
    expect(flushes(result)).toEqual(["3:33 3:-1"]);
    expect(counts(result, "invlpg", "flush_all", "flushes.ranged", "flushes.full")).toEqual({
      invlpg: 33,
      flush_all: 1,
      "flushes.ranged": 1,
      "flushes.full": 1,
    });
  });

  test("counts where it is carried out, not where it is asked for; a switch is none", () => {
    const result = run(PCID, draw("A | A2\n flush A all\n B |"));
    expect(flushes(result)).toEqual(["4:-1 3:-1 0:-1", "1:-1"]);
    expect(counts(result, "flushes.full", "flushes.remote_shootdown.full", "flushes.local_mm_shootdown.full")).toEqual({
      "flushes.full": 2,
      "flushes.remote_shootdown.full": 1,
      "flushes.local_mm_shootdown.full": 1,
    });
  });

  test("of its own mm only is local: one generation after the other", () => {
    const result = run(PCID, draw("A\n flush A 0-1\n flush A 7-9"));
    expect(flushes(result)).toEqual(["3:1 3:2"]);
    expect(counts(result, "flush_calls", "ipis.sent", "atomics.tlb_gen")).toEqual({
      flush_calls: 2,
      "ipis.sent": 0,
      "atomics.tlb_gen": 2,
    });
  });

  test("reaches the CPUs that run the mm, and no others", () => {
    const result = run(PCID, draw("A | A2 | B | idle\n flush A 2-5"));
    expect(flushes(result)).toEqual(["4:3 3:3", "1:3", "", ""]);
    expect(counts(result, "ipis.sent", "ipis.rounds", "ipis.to_lazy", "invlpg")).toEqual({
      "ipis.sent": 1,
      "ipis.rounds": 1,
      "ipis.to_lazy": 0,
      invlpg: 6,
    });
  });

  test("of an mm that runs nowhere flushes nothing until it is run again", () => {
    expect(predicted(PCID, "A\n B\n flush A 0-1\n A\n B")).toEqual(["0:-1 0:-1 0:0"]);
  });

  test("of an unknown mm is left out, and said so", () => {
    const result = run(PCID, draw("A\n flush ? all"));
    expect(flushes(result)).toEqual([""]);
    expect([...result.skipped]).toEqual([["flushes of an unknown mm", 1]]);
  });
});

describe("PCID slots", () => {
  test("keep what was there: no flush on the way back", () => {
    const result = run(PCID, draw("A\n B\n A\n B"));
    expect(flushes(result)).toEqual(["0:-1 0:0 0:0"]);
    expect(counts(result, "cr3_writes.flush", "cr3_writes.noflush", "switches.user_to_user")).toEqual({
      "cr3_writes.flush": 1,
      "cr3_writes.noflush": 2,
      "switches.user_to_user": 3,
    });
    expect(predicted(NO_PCID, "A\n B\n A\n B")).toEqual(["0:-1 0:-1 0:-1"]);
  });

  test("threads of one process share theirs", () => {
    const result = run(PCID, draw("A\n A2\n A"));
    expect(flushes(result)).toEqual([""]);
    expect(counts(result, "switches.user_to_user_same_mm")).toEqual({ "switches.user_to_user_same_mm": 2 });
  });

  test("are six, and taken round robin, not by use", () => {
    const sixth = ["A", "B", "C", "D", "E", "F"];
    expect(predicted(PCID, [...sixth, ...sixth].join("\n"))).toEqual([
      `${"0:-1 ".repeat(5)}${"0:0 ".repeat(6)}`.trimEnd(),
    ]);
    // G takes slot 0 from A although A was used last; A then takes B's, B takes C's. F keeps its own.
    expect(predicted(PCID, [...sixth, "A", "G", "F", "A", "B", "G", "D"].join("\n"))).toEqual([
      "0:-1 0:-1 0:-1 0:-1 0:-1 0:0 0:-1 0:0 0:-1 0:-1 0:0 0:0",
    ]);
  });

  test("exec takes a new one, and the old mm goes with its last user", () => {
    const result = run(PCID, draw("A\n exec B\n idle\n A"));
    expect(flushes(result)).toEqual(["0:-1"]);
    expect(counts(result, "switches.execs", "pinned_mms.freed", "pinned_mms.total_ticks")).toEqual({
      "switches.execs": 1,
      "pinned_mms.freed": 1,
      "pinned_mms.total_ticks": 0,
    });
  });
});

describe("the last exit", () => {
  const pinned = (design: string, text: string): { flushes: string[]; [count: string]: unknown } => {
    const result = run(design, draw(text));
    const {
      "pinned_mms.freed": freed,
      "pinned_mms.total_ticks": ticks,
      ...rest
    } = counts(result, "pinned_mms.freed", "pinned_mms.total_ticks", "pinned_mms.still_pinned");
    return { flushes: flushes(result), freed, ticks, still: rest["pinned_mms.still_pinned"] };
  };
  // A moves from CPU 0 to CPU 1 and exits there; its pgd may go at tick 4. CPU 0 is lazy in it until tick 7.
  const torn = `
    A    | idle
    idle |
         | A
         | exit
         | flush A all freed
         | idle
         | B
    C    |`;

  test("leaves a counted mm pinned until the last CPU that borrows it switches to another", () => {
    expect(pinned(PCID, torn)).toEqual({
      // CPU 0: -> init_mm, a new slot; -> C. CPU 1: -> A; -> init_mm, in the slot that it started with; -> B.
      flushes: ["0:-1 0:-1", "0:-1 4:-1 0:0 0:-1"],
      freed: 1,
      ticks: 3,
      still: 0,
    });
    const open = torn.replace(/C +\|$/, "");
    expect(pinned(PCID, open)).toMatchObject({ freed: 0, still: 1, ticks: 2 });
  });

  test.each(["x86-shootdown", "x86-last-mmput", "luto-2022-intended"])("frees it at once under %s", (design) => {
    expect(pinned(design, torn)).toEqual({
      flushes: ["0:-1 0:-1", "0:-1 4:-1 0:0 0:-1"],
      freed: 1,
      ticks: 0,
      still: 0,
    });
  });

  test("without lazy CPUs has nobody to tell", () => {
    const result = pinned("x86-no-lazy", torn);
    // CPU 0 went to init_mm at tick 1, CPU 1 at its exit: the teardown finds no CPU in the mask.
    expect(result).toEqual({ flushes: ["0:-1 0:-1", "0:-1 0:0 0:-1"], freed: 1, ticks: 0, still: 0 });
  });

  test("with nothing left to unmap: borrowers are shot, or handed a reference, or hold one", () => {
    const unmapped = torn.replace("flush A all freed", "");
    expect(unmapped).not.toBe(torn);
    // Shot at tick 5, as CPU 1 goes on: both leave for init_mm.
    const shot = run("x86-shootdown", draw(unmapped));
    expect(flushes(shot)).toEqual(["0:-1 0:-1", "0:-1 0:0 0:-1"]);
    expect(counts(shot, "ipis.sent", "ipis.rounds", "pinned_mms.freed", "pinned_mms.total_ticks")).toEqual({
      "ipis.sent": 1,
      "ipis.rounds": 1,
      "pinned_mms.freed": 1,
      "pinned_mms.total_ticks": 0,
    });
    // The others stay lazy in A until they switch.
    const others = { flushes: ["0:-1", "0:-1 0:-1"], freed: 1, ticks: 2, still: 0 };
    expect(pinned(PCID, unmapped)).toEqual(others);
    expect(pinned("luto-2022-intended", unmapped)).toEqual(others);
  });

  test("waits for the flush of everything: others may come before it", () => {
    const early = torn.replace("exit\n", "exit\n | flush A 0-9\n");
    expect(pinned(PCID, early)).toEqual({
      // Both CPUs are lazy, CPU 1 since its exit: neither is asked until tables go.
      flushes: ["0:-1 0:-1", "0:-1 4:9 4:-1 0:0 0:-1"],
      freed: 1,
      ticks: 3,
      still: 0,
    });
  });

  test("is that of the last thread, not of the first", () => {
    const result = run(PCID, draw("A | A2\n exit |\n | exit"));
    expect(counts(result, "switches.exits", "pinned_mms.freed", "pinned_mms.still_pinned")).toEqual({
      "switches.exits": 2,
      "pinned_mms.freed": 0,
      "pinned_mms.still_pinned": 1,
    });
  });

  test("of what was born in the recording counts its threads, too", () => {
    const born = `
      A    |
      new B |
      B    |
      new B2 |
           | B2
      exit |
      A    |`;
    // Were B's mm freed with its first thread, whoever runs it would be shot.
    expect(counts(run("x86-shootdown", draw(born)), "ipis.sent")).toEqual({ "ipis.sent": 0 });
    expect(counts(run("x86-shootdown", draw("A | A2\n exit |\n idle |")), "ipis.sent")).toEqual({ "ipis.sent": 0 });
    const dead = (text: string) => counts(run(PCID, draw(text)), "pinned_mms.freed", "pinned_mms.still_pinned");
    expect(dead(born)).toEqual({ "pinned_mms.freed": 0, "pinned_mms.still_pinned": 0 });
    expect(dead(`${born}\n | exit`)).toEqual({ "pinned_mms.freed": 0, "pinned_mms.still_pinned": 1 });
    expect(dead(`${born}\n | exit\n | A2`)).toEqual({ "pinned_mms.freed": 1, "pinned_mms.still_pinned": 0 });
  });
});

test("a kernel thread that uses an mm is flushed like its threads, and lazy when it stops", () => {
  const uses = `
    A           | k
                | use A
                | flush A 0-1
                | unuse
    flush A all |
                | use A
                | unuse
                | use A`;
  const result = run(PCID, draw(uses));
  // CPU 1: -> A; flushes; skipped while lazy; catches up; nothing to catch up with.
  expect(flushes(result)).toEqual(["1:1 4:-1 3:-1", "0:-1 4:1 3:1 0:-1"]);
  expect(counts(result, "ipis.sent", "ipis.avoided", "lazy.entries")).toEqual({
    "ipis.sent": 1,
    "ipis.avoided": 1,
    "lazy.entries": 2,
  });
});

test("a kernel thread counts as a user while it uses an mm", () => {
  const result = run(PCID, draw("k\n use A\n idle\n k\n unuse\n idle"));
  expect(flushes(result)).toEqual(["0:-1"]);
  expect(counts(result, "switches.user_to_kernel", "switches.kernel_to_user", "switches.kernel_to_kernel")).toEqual({
    "switches.user_to_kernel": 1,
    "switches.kernel_to_user": 1,
    "switches.kernel_to_kernel": 1,
  });
});
