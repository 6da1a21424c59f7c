// SPDX-License-Identifier: MIT
// Faults in the code of a user's files, what no scenario calls included.
import { type Diagnostic, formatDiagnostic } from "../compiler/errors.ts";
import { lintFile } from "../compiler/lint.ts";
import type { Library } from "./library.ts";
import type { Case } from "./select.ts";

/**
 * `expect_of` of a design, or of a variant, that there is not: whatever it expects, nobody would compare it with
 * anything. A user's scenario may be about designs of files that nobody has named.
 */
function strayNames({ designs }: Library, cases: readonly Case[]): string[] {
  const known = new Set(designs.flatMap(({ info }) => [info.name, ...info.variants.values()]));
  const shipped = new Set(cases.flatMap(({ scenario }) => (scenario.user ? [] : [scenario.info])));
  return [...shipped].flatMap(({ name, file, expectOf, mutants }) =>
    [{ name, expectOf }, ...mutants].flatMap((one) =>
      [...one.expectOf.keys()]
        .filter((design) => !known.has(design))
        .map(
          (design) =>
            `${file.path}: ${name}: expect_of "${design}" (of "${one.name}"): there is no such design or variant`,
        ),
    ),
  );
}

/** As they are to be printed. */
export function lint(library: Library, cases: readonly Case[]): string[] {
  return [...strayNames(library, cases), ...lintUserFiles(library, cases)];
}

function lintUserFiles({ modules }: Library, cases: readonly Case[]): string[] {
  const item = cases.find(({ scenario, design }) => scenario.user || design.user);
  if (item === undefined) return [];
  const { machine, config } = item.scenario.info;
  const files = [...modules.files.values()].filter((file) => !file.path.startsWith("model/"));
  const faults = files.flatMap((file): Diagnostic[] =>
    lintFile({ modules, design: item.design.info, machine, config }, file),
  );
  return [...new Set(faults.map(formatDiagnostic))];
}
