// SPDX-License-Identifier: MIT
// What a replay makes of time and of gaps: flushes that overlap, events that were lost, facts that were not recorded.
import { describe, expect, test } from "vitest";
import { counts, draw, flushes, run } from "./drawing.ts";

const PCID = "linux-6.12-x86";
const predicted = (text: string): string[] => flushes(run(PCID, draw(text)));

describe("flushes of two CPUs", () => {
  const apart = ["4:1 3:1 1:1", "1:1 4:1 3:1", "1:1 1:1"];

  test("one after the other: each is carried out page by page, everywhere", () => {
    const text = `
      A           | A2          | A3
      flush A 0-1 |             |
      A           |             |
                  | flush A 1-2 |
                  | A2          |`;
    expect(predicted(text)).toEqual(apart);
  });

  test("the second starts before the first can be over: whoever is asked first flushes in full, for both", () => {
    // No flush here takes less than 2 ticks. Both generations are raised before anything is flushed, so that no single
    // step is left to do page by page; the other request then finds it done, and is no event.
    const text = `
      A           | A2          | A3
      flush A 0-1 |             |
                  | flush A 1-2 |
      A           |             |
                  | A2          |`;
    const result = run(PCID, draw(text));
    expect(flushes(result)).toEqual(["4:1 3:-1", "4:1 1:-1", "1:-1"]);
    expect(counts(result, "ipis.sent", "ipis.rounds", "invlpg", "flush_all")).toEqual({
      "ipis.sent": 4,
      "ipis.rounds": 2,
      invlpg: 0,
      flush_all: 3,
    });
  });

  test("nothing happens in between, but the first must be over by then", () => {
    // The shortest flush is CPU 1's, with 2 ticks at most; it starts 2 ticks after CPU 0's.
    const text = `
      A           | A2          | A3
      flush A 0-1 |             |
                  |             |
                  | flush A 1-2 |
      A           |             |
                  | A2          |`;
    expect(predicted(text)).toEqual(apart);
  });

  test("any other action in between finds the first one done", () => {
    const text = `
      A           | A2          | A3
      flush A 0-1 |             |
                  |             | A3
                  | flush A 1-2 |
                  |             |
                  |             |
      A           | A2          |`;
    expect(predicted(text)).toEqual(apart);
  });

  test("a CPU's own next flush finds its first one done", () => {
    const text = `
      A           | A2
      flush A 0-1 |
      flush A 1-2 |
      A           | A2`;
    expect(predicted(text)).toEqual(["4:1 3:1 4:1 3:1", "1:1 1:1"]);
  });

  test("of different mms do not disturb each other", () => {
    const text = `
      A           | A2          | B           | B2
      flush A 0-1 |             |             |
                  |             | flush B 0-1 |
                  |             |             |
      A           |             | B           |`;
    expect(predicted(text)).toEqual(["4:1 3:1", "1:1", "4:1 3:1", "1:1"]);
  });

  test("that are still open at the end are carried out", () => {
    const text = `
      A           | A2
      flush A 0-1 |
                  |
      A           |
      flush A 1-2 |`;
    expect(predicted(text)).toEqual(["4:1 3:1 4:1 3:1", "1:1 1:1"]);
  });
});

describe("gaps", () => {
  const LOST = "marks of lost events, or of switches that are missing";
  const MADE_UP = "switches that the recording lacks, made up for";

  test("a lost mark is noted, and changes nothing by itself", () => {
    const result = run(PCID, draw("A\n lost\n idle\n A"));
    expect(flushes(result)).toEqual([""]);
    expect([...result.skipped]).toEqual([[LOST, 1]]);
  });

  test("a switch that is missing is made up for, and not counted as one of the recording's", () => {
    const result = run(PCID, draw("A\n lost\n k > B\n idle"));
    expect(flushes(result)).toEqual(["0:-1"]);
    expect(Object.fromEntries(result.skipped)).toEqual({
      [LOST]: 1,
      [MADE_UP]: 1,
    });
    expect(counts(result, "switches.total", "switches.kernel_to_user", "lazy.entries")).toEqual({
      "switches.total": 2,
      "switches.kernel_to_user": 1,
      "lazy.entries": 2,
    });
  });

  test("a task that exits or execs must have been running", () => {
    const exits = run(PCID, draw("idle\n A exit\n idle"));
    expect(flushes(exits)).toEqual(["0:-1"]);
    expect([...exits.skipped]).toEqual([[MADE_UP, 1]]);
    const execs = run(PCID, draw("idle\n A exec B\n idle\n A"));
    expect(flushes(execs)).toEqual(["0:-1 0:-1"]);
  });

  test("who has no mm cannot exit from it; nobody can exec an mm that is unknown", () => {
    const result = run(PCID, draw("A\n exec ?\n k\n exit"));
    expect(Object.fromEntries(result.skipped)).toEqual({
      "exec of an unknown mm": 1,
      "exit of a task without an mm": 1,
    });
    expect(counts(result, "switches.execs", "switches.exits")).toEqual({ "switches.execs": 0, "switches.exits": 0 });
  });

  test("whether tables were freed is unknown: the two answers differ where a CPU is lazy", () => {
    const text = `
      A    | A2
      idle |
           | flush A all freed?
      B    |
      A    |`;
    const [no, yes] = [run(PCID, draw(text), 0), run(PCID, draw(text), 1)];
    // Not freed: CPU 0 hears nothing and finds A outdated in the end. Freed: it goes to init_mm on top of that.
    expect(flushes(no)).toEqual(["0:-1 0:-1", "4:-1 3:-1"]);
    expect(flushes(yes)).toEqual(["0:-1 0:-1 0:-1", "4:-1 3:-1"]);
    const paths = ["ipis.sent", "ipis.avoided"] as const;
    expect(counts(no, ...paths)).toEqual({ "ipis.sent": 0, "ipis.avoided": 1 });
    expect(counts(yes, ...paths)).toEqual({ "ipis.sent": 1, "ipis.avoided": 0 });
  });

  test("… and only where it is unknown", () => {
    const known = draw("A | A2\n idle |\n | flush A all\n | flush A 0-1 freed\n A |");
    expect(flushes(run(PCID, known, 1))).toEqual(flushes(run(PCID, known, 0)));
  });
});
