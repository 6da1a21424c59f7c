// SPDX-License-Identifier: MIT
// What `conform -o` writes: every judged field of the recording beside what the design has there, as a table; and,
// drawn on the recording, the steps that are not exact.
import type { Step, StepLog } from "../conformance/step-log.ts";
import { argToString, type EventTable } from "../events/table.ts";
import { type StepRow, stepsTable } from "../store/derived-tables.ts";
import type { Instant } from "../store/perfetto/sources.ts";
import type { Table } from "../store/table.ts";

export function tableOfSteps(log: StepLog, table: EventTable): Table {
  const order = log.inOrder();
  return stepsTable(table, order.length, (i) => rowOf(log.step(order[i]!), table));
}

function rowOf(step: Step, table: EventTable): StepRow {
  const { row, probe, field, outcome } = step;
  const recorded = field === undefined ? null : argToString(table, row, field.column);
  const predicted = predictedText(step, table) ?? recorded;
  return { row, kind: probe.group, field: field?.name ?? null, recorded, predicted, outcome };
}

/** As the field is recorded. Of objects and contexts the model has numbers of its own: `#3`. undefined: the same. */
function predictedText({ row, field, predicted }: Step, table: EventTable): string | undefined {
  if (predicted === undefined || typeof predicted === "string" || field === undefined) return predicted?.toString();
  if (field.as === "mm" || field.as === "task" || field.as === "ctx") return `#${predicted}`;
  const type = table.kinds[table.kind[row]!]!.args[field.column]!.type;
  return type === "word" ? `0x${predicted.toString(16)}` : String(predicted);
}

/** Steps that the design did not do just so, in the order of time. */
export function* stepInstants(log: StepLog, table: EventTable): Generator<Instant> {
  for (const entry of log.inOrder()) {
    const step = log.step(entry);
    if (step.outcome === "exact") continue;
    const { row, kind, field, recorded, predicted, outcome } = rowOf(step, table);
    const args = { row, recorded: recorded ?? "", predicted: predicted ?? "" };
    const name = `${outcome}: ${kind}${field === null ? "" : `.${field}`}`;
    yield { cpu: table.cpu[row]!, track: "steps", time: table.time[row]!, name, args };
  }
}
