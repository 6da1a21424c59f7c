// SPDX-License-Identifier: MIT
// `check --checkpoint DIR`: a folder per search below DIR, so that a search that was killed goes on where it stood:
//
//   about.json        which search it is: a hash of all that its states depend on
//   states, journal   see journal.ts
//   lock              the process that writes
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import type { Names } from "../checker/search.ts";
import type { Checkpoint } from "../checker/snapshot.ts";
import type { Emitted } from "../emit/packed.ts";
import { SearchLog } from "./journal.ts";
import type { JobError } from "./reports.ts";

/** Raise it when the checker would go on differently from the same snapshot. */
const VERSION = 1;
/** A snapshot at least once in this many states. */
const EVERY = 100_000;

export interface OpenCheckpoint {
  readonly checkpoint: Checkpoint;
  /** What the user should know of how the run begins; undefined: it begins at the beginning. */
  readonly note: string | undefined;
  /** Returns what the user should know of how it ended, if anything. */
  readonly close: () => string | undefined;
}

/** Of all that the states, and what is said of them, depend on: the emitted text holds program and memory model. */
export function hashSearch({ text, limits }: Pick<Emitted, "text" | "limits">, names: Names): string {
  const properties = names.properties.map(({ name, kind }) => [name, kind]);
  const witnesses = names.witnesses.map(({ name }) => name);
  const all = { version: VERSION, endianness: endianness(), text, limits, properties, witnesses };
  return createHash("sha256").update(JSON.stringify(all)).digest("hex");
}

/** Opens the checkpoint of a search, or begins one. `what`: the search, in words; `words`: of a state. */
export function openCheckpoint(
  folder: string,
  what: string,
  hash: string,
  words: number,
  every = EVERY,
): Result<OpenCheckpoint, JobError> {
  try {
    mkdirSync(folder, { recursive: true });
    const refused = whoWrites(folder) ?? whatElse(folder, what, hash);
    if (refused !== undefined) return err({ kind: "input", message: `${folder}: ${refused}` });
    writeFileSync(join(folder, "lock"), `${process.pid}\n`);
    return ok(withLog(new SearchLog(folder, words), folder, what, every));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return err({ kind: "input", message: `${folder}: no checkpoint can be kept there: ${error.message}` });
  }
}

/** Why another process keeps us from writing. */
function whoWrites(folder: string): string | undefined {
  const file = join(folder, "lock");
  const owner = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (!(owner > 0) || owner === process.pid || !isAlive(owner)) return undefined;
  return (
    `process ${owner} is at work on this checkpoint; wait until it ends, or, if that number is of another program ` +
    `by now, remove ${file}`
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Why the folder is not for this search: a search must never go on from the states of another. */
function whatElse(folder: string, what: string, hash: string): string | undefined {
  const file = join(folder, "about.json");
  if (existsSync(file)) {
    const about = readAbout(file);
    if (about?.hash === hash) return undefined;
    return about === undefined
      ? "about.json is damaged, so nobody knows which search this was; remove the folder"
      : `this is a checkpoint of another search (${about.what}): the model, the options, or lazymm itself has ` +
          "changed since; remove the folder, or choose another";
  }
  if (existsSync(join(folder, "journal")))
    return "about.json is missing, so nobody knows which search this was: remove the folder, or choose another";
  writeFileSync(`${file}.new`, `${JSON.stringify({ schema: "lazymm.checkpoint/1", what, hash })}\n`, { flush: true });
  renameSync(`${file}.new`, file);
  return undefined;
}

function readAbout(file: string): { readonly what: string; readonly hash: string } | undefined {
  try {
    const about = JSON.parse(readFileSync(file, "utf8")) as { readonly what?: unknown; readonly hash?: unknown };
    const { what, hash } = about;
    return typeof what === "string" && typeof hash === "string" ? { what, hash } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withLog(log: SearchLog, folder: string, what: string, every: number): OpenCheckpoint {
  const { last } = log;
  const resume = last && { snapshot: last, read: (put: (some: Int32Array) => void) => log.readStates(put) };
  const cut =
    log.cut > 0 ? `; ${log.cut.toLocaleString("en-US")} bytes behind the last whole snapshot were cut off` : "";
  const from = `${what}: resuming from ${(last?.states ?? 0).toLocaleString("en-US")} states (${folder})`;
  return {
    checkpoint: { every, save: (snapshot, store) => log.save(snapshot, store), ...(resume && { resume }) },
    note: last || log.cut > 0 ? `${from}${cut}` : undefined,
    close: () => {
      log.close();
      rmSync(join(folder, "lock"), { force: true });
      return log.failure && `${folder}: the checkpoint is not complete: ${log.failure.message}`;
    },
  };
}
