// SPDX-License-Identifier: MIT
// Faults in the code of a user's files, what no scenario calls included.
import { type Diagnostic, formatDiagnostic } from "../compiler/errors.ts";
import { lintFile } from "../compiler/lint.ts";
import type { Library } from "./library.ts";
import type { Case } from "./select.ts";

/** As they are to be printed. */
export function lint({ modules }: Library, cases: readonly Case[]): string[] {
  const item = cases.find(({ scenario, design }) => scenario.user || design.user);
  if (item === undefined) return [];
  const { machine, config } = item.scenario.info;
  const files = [...modules.files.values()].filter((file) => !file.path.startsWith("model/"));
  const faults = files.flatMap((file): Diagnostic[] =>
    lintFile({ modules, design: item.design.info, machine, config }, file),
  );
  return [...new Set(faults.map(formatDiagnostic))];
}
