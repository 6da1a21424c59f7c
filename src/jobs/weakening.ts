// SPDX-License-Identifier: MIT
// How a command names a barrier that is to be weakened: FILE:LINE[:COLUMN][=FORM].
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Program } from "../program/program.ts";
import { type Barrier, barriersOf, editsOf, type Form, withEdits } from "../program/weaken.ts";
import { bufferDepth } from "./engine.ts";
import type { JobError } from "./reports.ts";
import type { Case } from "./select.ts";

/** Where a barrier is missing, more stores wait at once; a depth that is too small would only make it `unknown`. */
const MORE_STORES = 3;

/** The case with deeper store buffers: all that it could do before, it still can. */
export function withRoom(item: Case, model: MemoryModel): Case {
  if (model.kind !== "store-buffer") return item;
  const machine = new Map(item.scenario.info.machine).set("store_buffer", MORE_STORES * bufferDepth(item, model));
  return { ...item, scenario: { ...item.scenario, info: { ...item.scenario.info, machine } } };
}

/** A barrier that is weaker than in the design. */
export interface Weakening {
  /** For a reader: `smp_mb() dropped at model/kernel/arch/x86/mm/tlb.ts:71`. */
  readonly name: string;
  /** For `explain --weaken`. */
  readonly weaken: string;
}

/** As short as it can be: the column where the line has another barrier, the form where it is not the weakest. */
export function weakeningName(barrier: Barrier, form: Form, among: readonly Barrier[]): string {
  const { file, line, column } = barrier;
  const alone = among.filter((other) => other.file === file && other.line === line).length < 2;
  return `${file}:${line}${alone ? "" : `:${column}`}${form === barrier.forms[0] ? "" : `=${form}`}`;
}

function unknown(name: string, among: readonly Barrier[]): Result<never, JobError> {
  const known = among.map((barrier) => `${barrier.file}:${barrier.line}`);
  return err({ kind: "unknown name", what: "barrier", name, known: [...new Set(known)] });
}

/** Reads a name as weakeningName() writes it; the file may be its last parts only: `tlb.ts:71`. */
function findBarrier(name: string, among: readonly Barrier[]): Result<[Barrier, Form], JobError> {
  const match = /^(.+?):(\d+)(?::(\d+))?(?:=(.+))?$/.exec(name);
  if (!match) {
    return err({ kind: "usage", message: `--weaken takes FILE:LINE[:COLUMN][=FORM], and not '${name}'` });
  }
  const [, file = "", line, column, form] = match;
  const found = among.filter(
    (barrier) =>
      `/${barrier.file}`.endsWith(`/${file}`) &&
      barrier.line === Number(line) &&
      (column === undefined || barrier.column === Number(column)),
  );
  const [barrier] = found;
  if (barrier === undefined) return unknown(name, among);
  if (found.length > 1) {
    const places = found.map((other) => `${other.file}:${other.line}:${other.column} ${other.text}`).join(", ");
    return err({ kind: "usage", message: `--weaken ${name}: that may be ${places}` });
  }
  const wanted = barrier.forms.find((one) => one === (form ?? barrier.forms[0]));
  if (wanted !== undefined) return ok([barrier, wanted]);
  return err({ kind: "unknown name", what: `weaker form of ${barrier.text}`, name: form ?? "", known: barrier.forms });
}

/** The Program with the barrier that `wanted` names in a weaker form. */
export function weakenByName(
  program: Program,
  wanted: string,
): Result<{ readonly program: Program; readonly change: Weakening }, JobError> {
  const barriers = barriersOf(program);
  const found = findBarrier(wanted, barriers);
  if (!found.ok) return found;
  const [barrier, form] = found.value;
  const name = `${barrier.text} ${form} at ${barrier.file}:${barrier.line}`;
  const change = { name, weaken: weakeningName(barrier, form, barriers) };
  return ok({ program: withEdits(program, editsOf(program, barrier, form), form), change });
}
