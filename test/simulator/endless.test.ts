// SPDX-License-Identifier: MIT
// A design of a user may be wrong in any way, but it cannot hang a replay.
import { expect, test } from "vitest";
import { ACTION, type Schedule } from "../../src/events/schedule.ts";
import type { WideHost, WideMachine } from "../../src/program/machine.ts";
import { ENTRY } from "../../src/simulator/protocol.ts";
import { type ReplayProgram, replay } from "../../src/simulator/replay.ts";

/** Two CPUs, two idle tasks and one more, which CPU 0 switches to. */
const schedule: Schedule = {
  cpus: 2,
  tasks: [0, 1, 2].map((pid) => ({ pid, comm: "t", kernelThread: true, mm: 0 })),
  mms: 1,
  snapshot: null,
  firstTask: Int32Array.of(0, 1),
  length: 1,
  kind: Uint8Array.of(ACTION.switch),
  time: Float64Array.of(1),
  secondsPerTick: Number.NaN,
  cpu: Int32Array.of(0),
  a: Int32Array.of(0),
  b: Int32Array.of(2),
  c: Int32Array.of(0),
  start: Float64Array.of(0),
  end: Float64Array.of(0),
  row: Int32Array.of(0),
};

/** A machine whose context switch waits for others, and whose handler behaves as given. */
function programOf(handler: () => boolean): ReplayProgram {
  const entryNames = Object.values(ENTRY);
  const instantiate = (host: WideHost): WideMachine => ({
    entries: entryNames.map((name) => (cpu: number) => {
      if (name !== ENTRY.switch) return;
      while (host.wait(cpu));
      host.limit(0);
    }),
    resumable: [],
    interrupts: [handler],
    instructions: new Float64Array(0),
    counting: new Uint8Array(schedule.cpus).fill(1),
  });
  const none = { events: [], instructionNames: [], lineNames: [] };
  const instructionGroups = { loads: [], local: [], broadcast: [] };
  return { ...none, instantiate, entryNames, limits: ["waits"], instructionGroups };
}

test("a handler that never has enough", () => {
  const { limits } = replay(
    programOf(() => true),
    schedule,
    { freedUnknown: 0 },
  );
  expect(limits).toEqual(["an interrupt handler runs again and again: its condition stays true", "waits"]);
});

test("one that has something to do a few times", () => {
  let left = 100;
  const { limits } = replay(
    programOf(() => left-- > 0),
    schedule,
    { freedUnknown: 0 },
  );
  expect(limits).toEqual(["waits"]);
});
