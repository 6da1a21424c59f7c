// SPDX-License-Identifier: MIT
// What another tool says that the final states are: JSON, by test, or by suite (the folder that a test is in) and test.
import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../base/result.ts";
import type { LitmusTestResult } from "./litmus-report.ts";
import type { JobError } from "./reports.ts";

export interface Expected {
  readonly states: ReadonlySet<string>;
  readonly observation: string | undefined;
}

export interface Oracle {
  find(suite: string, name: string): Expected | undefined;
}

type Table = Readonly<Record<string, unknown>>;

const isTable = (x: unknown): x is Table => typeof x === "object" && x !== null && !Array.isArray(x);

export function readOracle(path: string): Result<Oracle, JobError> {
  const bad = (message: string): Result<Oracle, JobError> => err({ kind: "input", message: `${path}: ${message}` });
  let table: unknown;
  try {
    table = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return bad("no such file");
    return bad(code === undefined ? `not JSON: ${message}` : `cannot be read: ${code}`);
  }
  const expected = 'expected { "TEST": { "states": ["0:rax=0; [x]=1;"] } }, or that by folder';
  if (!isTable(table)) return bad(expected);
  const suites = new Map<string, Map<string, Expected>>();
  const flat = new Map<string, Expected>();
  for (const [name, entry] of Object.entries(table)) {
    if (isTable(entry) && "states" in entry) {
      const one = readExpected(entry);
      if (one === undefined) return bad(`${name}: ${expected}`);
      flat.set(name, one);
      continue;
    }
    if (!isTable(entry)) return bad(`${name}: ${expected}`);
    const suite = new Map<string, Expected>();
    for (const [test, inner] of Object.entries(entry)) {
      const one = isTable(inner) ? readExpected(inner) : undefined;
      if (one === undefined) return bad(`${name}: ${test}: ${expected}`);
      suite.set(test, one);
    }
    suites.set(name, suite);
  }
  return ok({ find: (suite, name) => suites.get(suite)?.get(name) ?? flat.get(name) });
}

function readExpected(entry: Table): Expected | undefined {
  const { states, observation } = entry;
  if (!Array.isArray(states) || !states.every((s) => typeof s === "string")) return undefined;
  if (observation !== undefined && typeof observation !== "string") return undefined;
  return { states: new Set(states.map(canonical)), observation };
}

/** One spelling of a final state: `x = 0x1; 0:X1=2` is `0:X1=2; [x]=1;`. */
function canonical(state: string): string {
  const items = state.split(";").flatMap((item) => {
    const [, place, value] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(item) ?? [];
    if (place === undefined || value === undefined) return item.trim() === "" ? [] : [item.trim()];
    const name = /^[A-Za-z_][\w.]*$/.test(place) ? `[${place}]` : place;
    return [`${name}=${/^0[xX]/.test(value) ? Number(value) : value}`];
  });
  return stateText(items);
}

/** Final states are compared as texts: the order of what they are made of must not matter. */
export function stateText(items: readonly string[]): string {
  return [...items]
    .sort()
    .map((item) => `${item};`)
    .join(" ");
}

/** What the comparison says; `excuse`: why states may be missing, if there is a reason for it. */
export function compareStates(
  found: Pick<LitmusTestResult, "states" | "condition" | "limit">,
  expected: Expected | undefined,
  excuse: string | undefined,
): Pick<LitmusTestResult, "verdict" | "extra" | "missing" | "reason"> {
  if (expected === undefined) return { verdict: "no_oracle", extra: [], missing: [], reason: null };
  const extra = found.states.filter((s) => !expected.states.has(s));
  const ours = new Set(found.states);
  const missing = [...expected.states].filter((s) => !ours.has(s)).sort();
  if (extra.length > 0) return { verdict: "different", extra, missing, reason: null };
  if (found.limit !== null) return { verdict: "incomplete", extra, missing, reason: found.limit };
  if (missing.length > 0) {
    return { verdict: excuse === undefined ? "different" : "incomplete", extra, missing, reason: excuse ?? null };
  }
  const observation = found.condition?.observation;
  if (expected.observation !== undefined && expected.observation !== observation) {
    const reason = `the states are the same, but the condition is ${observation}, not ${expected.observation}`;
    return { verdict: "different", extra, missing, reason };
  }
  return { verdict: "equal", extra, missing, reason: null };
}
