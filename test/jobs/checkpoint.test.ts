// SPDX-License-Identifier: MIT
// Checkpoints: whatever happens to the process or to its files, the next run finds what an undisturbed one finds, or
// says why it cannot go on.
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type SearchOptions, type SearchResult, search } from "../../src/checker/search.ts";
import { hashSearch, openCheckpoint } from "../../src/jobs/checkpoint.ts";
import { root } from "../../tools/source-files.ts";
import { grid } from "../checker/models/classics.ts";
import { compileExplicit, type ExplicitModel, namesOf } from "../checker/models/explicit.ts";

const folders: string[] = [];
function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lazymm-checkpoint-"));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const MODEL: ExplicitModel = {
  ...grid([12, 12, 12]),
  witnesses: [{ name: "a corner", holds: (s) => s.join() === "11,0,0" }],
};

function essence({ verdict, violations, witnesses, states, transitions, depth }: SearchResult) {
  return { verdict, violations, witnesses, states, transitions, depth };
}

/** One run that keeps its checkpoint in the folder. */
function run(folder: string, options: SearchOptions = {}, model = MODEL) {
  const opened = openCheckpoint(folder, "a grid", "hash", model.initial.length, 50);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const { checkpoint, note, close } = opened.value;
  const result = search(compileExplicit(model), namesOf(model), { ...options, checkpoint });
  expect(close()).toBeUndefined();
  return { result, note, from: checkpoint.resume?.snapshot.states ?? 0 };
}

function alone(model = MODEL): SearchResult {
  return search(compileExplicit(model), namesOf(model));
}

/** Devices that refuse: to hold anything; to be flushed, which is only noticed at the end. */
describe.each([
  ["a disk that is full", "/dev/full"],
  ["a disk that cannot be flushed", "/dev/null"],
])("%s", (_, device) => {
  test.skipIf(!existsSync(device))("costs the checkpoint, and not the search", () => {
    const folder = freshFolder();
    symlinkSync(device, join(folder, "states"));
    const opened = openCheckpoint(folder, "a grid", "hash", MODEL.initial.length, 50);
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const { checkpoint, close } = opened.value;
    const result = search(compileExplicit(MODEL), namesOf(MODEL), { checkpoint });
    expect(essence(result)).toEqual(essence(alone()));
    expect(close()).toMatch(/: the checkpoint is not complete: E[A-Z]+/);
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });
});

describe("a search goes on", () => {
  test("where a limit ended it, and once it is complete has nothing left to do", () => {
    const folder = freshFolder();
    const froms = [300, 301, 1000, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY].map((maxStates) => {
      const { result, from } = run(folder, { maxStates });
      if (maxStates === Number.POSITIVE_INFINITY) expect(essence(result)).toEqual(essence(alone()));
      else expect(result).toMatchObject({ verdict: { kind: "unknown", limit: { kind: "states" } }, states: maxStates });
      return from;
    });
    expect(froms[0]).toBe(0);
    expect(froms.slice(1).every((from) => from > 0)).toBe(true);
    expect(froms).toEqual(froms.toSorted((a, b) => a - b));
    expect(froms[4]).toBe(12 ** 3);
  });

  test("with fewer states allowed than it has: it is still unknown, and nothing is lost", () => {
    const folder = freshFolder();
    run(folder, { maxStates: 900 });
    expect(run(folder, { maxStates: 100 }).result.verdict).toEqual({ kind: "unknown", limit: { kind: "states" } });
    const { result, from } = run(folder);
    expect(from).toBeGreaterThan(800);
    expect(essence(result)).toEqual(essence(alone()));
  });

  test("to the same counterexample", () => {
    const far = { name: "not there", kind: "always", holds: (s: readonly number[]) => s.join() !== "9,7,8" } as const;
    const model = { ...MODEL, properties: [far] };
    const expected = alone(model);
    expect(expected.verdict.kind).toBe("violates");
    for (const maxStates of [500, expected.states - 30, expected.states - 1]) {
      const folder = freshFolder();
      run(folder, { maxStates }, model);
      expect(essence(run(folder, {}, model).result)).toEqual(essence(expected));
      expect(essence(run(folder, {}, model).result)).toEqual(essence(expected));
    }
  });
});

describe("damage", () => {
  /** A checkpoint of an unfinished search. */
  function unfinished(): string {
    const folder = freshFolder();
    run(folder, { maxStates: 1500 });
    return folder;
  }

  test("is cut off, wherever it is, and the search goes on from what is whole", () => {
    const expected = essence(alone());
    const damage = fc.record({
      file: fc.constantFrom("states", "journal"),
      where: fc.double({ min: 0, max: 1, noNaN: true }),
      how: fc.constantFrom("cut", "flip", "garbage"),
    });
    const property = fc.property(damage, ({ file, where, how }) => {
      const folder = unfinished();
      const path = join(folder, file);
      const at = Math.floor(where * (statSync(path).size - 1));
      if (how === "cut") truncateSync(path, at);
      else if (how === "garbage") writeFileSync(path, "\u0000garbage\n".repeat(20), { flag: "a" });
      else {
        const fd = openSync(path, "r+");
        writeSync(fd, Uint8Array.of(readFileSync(path)[at]! ^ 0x10), 0, 1, at);
        closeSync(fd);
      }
      const { result, from, note } = run(folder);
      expect(essence(result)).toEqual(expected);
      expect(from).toBeLessThanOrEqual(1500);
      expect(note).toContain("cut off");
      if (how === "garbage") expect(from).toBeGreaterThan(1400);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test("of about.json leaves nothing to go on from", () => {
    const folder = unfinished();
    writeFileSync(join(folder, "about.json"), "{");
    expect(openCheckpoint(folder, "a grid", "hash", 3)).toMatchObject({ ok: false, error: { kind: "input" } });
  });
});

describe("a checkpoint is refused", () => {
  const message = (folder: string, hash: string): string => {
    const opened = openCheckpoint(folder, "a grid", hash, 3);
    return opened.ok || opened.error.kind !== "input" ? "" : opened.error.message;
  };

  test("to another search, which is named", () => {
    const folder = freshFolder();
    run(folder, { maxStates: 100 });
    expect(message(folder, "other")).toMatch(/checkpoint of another search \(a grid\).*remove the folder/);
  });

  test("while another process writes it", () => {
    const folder = freshFolder();
    run(folder, { maxStates: 100 });
    writeFileSync(join(folder, "lock"), `${process.ppid}\n`);
    expect(message(folder, "hash")).toContain(`process ${process.ppid} is at work`);
    // Of a process that is gone, a lock says nothing.
    writeFileSync(join(folder, "lock"), "4194999\n");
    expect(message(folder, "hash")).toBe("");
  });

  test("where no folder can be", () => {
    const file = join(freshFolder(), "file");
    writeFileSync(file, "");
    expect(message(join(file, "folder"), "hash")).toContain("no checkpoint can be kept there");
  });

  test("the hash is of text, limits and properties", () => {
    const names = { properties: [{ name: "p", kind: "always" as const }], witnesses: [{ name: "w" }] };
    const hashes = [
      hashSearch({ text: "a", limits: ["l"] }, names),
      hashSearch({ text: "b", limits: ["l"] }, names),
      hashSearch({ text: "a", limits: [] }, names),
      hashSearch({ text: "a", limits: ["l"] }, { ...names, witnesses: [] }),
      hashSearch({ text: "a", limits: ["l"] }, { ...names, properties: [] }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashSearch({ text: "a", limits: ["l"] }, names)).toBe(hashes[0]);
  });
});

/** `npm run bench:kill` does this 20 times to a larger search. */
test("kill -9 loses little", async () => {
  /** Killed when its journal has grown `times`; undefined: it is left to end. */
  const inChild = (
    folder: string,
    times?: number,
  ): Promise<{ states: number; transitions: number; from: number } | undefined> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [`${root}/dist/bench-kill.js`, "--search", folder, "717k"]);
      let out = "";
      let [grown, size] = [0, 0];
      const watch = setInterval(() => {
        const now = statSync(join(folder, "journal"), { throwIfNoEntry: false })?.size ?? 0;
        if (now > size) grown++;
        size = now;
        if (grown === times) child.kill("SIGKILL");
      }, 1);
      child.stdout.on("data", (text) => (out += text));
      child.on("close", (code, signal) => {
        clearInterval(watch);
        if (signal === "SIGKILL") resolve(undefined);
        else if (code === 0) resolve(JSON.parse(out));
        else reject(new Error(`ended with ${code}`));
      });
    });
  const resumed: number[] = [];
  for (const times of [1, 2, 4]) {
    const folder = freshFolder();
    const ended = (await inChild(folder, times)) ?? (await inChild(folder));
    expect(ended).toMatchObject({ states: 717_075, transitions: 3_230_292 });
    resumed.push(ended!.from);
  }
  expect(Math.max(...resumed)).toBeGreaterThan(0);
});
