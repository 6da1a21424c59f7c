// SPDX-License-Identifier: MIT
// Style as law: each rule names what is wrong and what to do instead. Pure functions over file texts; the exceptions
// are here, each with its reason, so that adding one is a visible decision.

import { targetOf } from "./check-layers.ts";
import { within } from "./layers.ts";
import type { Files } from "./source-files.ts";
import { functionsOf, importsOf, parseFile, withoutComments } from "./syntax.ts";

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 120;

/** What may be larger, or is not reached from an entry point: path (functions: `path#name`) → reason. */
export interface Exceptions {
  readonly longFiles: Readonly<Record<string, string>>;
  readonly longFunctions: Readonly<Record<string, string>>;
  readonly unreached: Readonly<Record<string, string>>;
  /** Files that have to write a banned word down. */
  readonly banned: Readonly<Record<string, string>>;
}

export const exceptions: Exceptions = {
  longFiles: {},
  longFunctions: {},
  unreached: {
    "test/build.ts": "vitest.config.ts starts it",
    "model/kernel/replay.ts": "what src/jobs/replay-run.ts compiles, by path",
    "model/kernel/conform.ts": "what src/jobs/conform.ts compiles, by path",
    "model/kernel/arch/x86/conform.ts": "what model/probes/x86.ts names, by path",
    "model/kernel/arch/x86/mm/tlb_kernel.ts": "what model/kernel/arch/x86/conform.ts calls",
    "model/kernel/arch/powerpc/conform.ts": "of the same, by the path in model/probes/powerpc.ts",
    "model/kernel/arch/powerpc/mm/radix_operands.ts": "of the same",
    "bench/models/lazy-tlb.ts": "what bench/common-model.ts compiles, by path",
  },
  banned: {
    "tools/tidy.ts": "is the list",
    "test/rules/tidy.test.ts": "shows that the list works",
  },
};

interface Ban {
  readonly word: RegExp;
  readonly instead: string;
}

/** Banned everywhere, prose included. */
const BANS: readonly Ban[] = [
  { word: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "do it, open an issue, or say in the text what is left out and why" },
  { word: /@ts-(ignore|nocheck)/, instead: "give it a type; @ts-expect-error with a reason in a test of the types" },
  { word: /(?<![\w.])\/(home|root|Users|work|mnt|srv)\/\w/, instead: "use a path from the root of the repository" },
  {
    word: /\b(registry|npm|artifactory|nexus|proxy)\.[a-z0-9-]+\.[a-z]{2,}/,
    instead: "leave the registry to the user",
  },
];

/** Banned in code; in a comment they are English. */
const CODE_BANS: readonly Ban[] = [
  { word: /\bas any\b|:\s*any\b(?!\()|<any>/, instead: "use unknown and narrow it" },
  { word: /\bconsole\.\w+/, instead: "use the Io that the command is given (tools and bin: process.stdout)" },
];

/** The checker and its sisters know cells and steps; what Linux calls them is in the Program. */
const KERNEL_FREE = ["src/checker", "src/simulator", "src/conformance"];
const KERNEL_NAME = new RegExp(
  String.raw`\b(switch_mm\w*|mm_struct|mm_cpumask|mm_count|mm_users|tlb_gen|active_mm|loaded_mm\w*|is_lazy|` +
    String.raw`enter_lazy_tlb|leave_mm|flush_tlb_\w+|should_flush_tlb|context_switch|finish_task_switch|mmgrab\w*|` +
    String.raw`mmdrop\w*|mmget\w*|mmput\w*|exit_mmap|cpu_tlbstate\w*|kthread_(un)?use_mm|task_struct|init_mm|ctx_id)\b`,
);

function licenceOf(file: string): string {
  return within(file, "model/kernel") ? "GPL-2.0-only" : "MIT";
}

function checkLicence(file: string, lines: readonly string[]): string[] {
  const at = lines[0]?.startsWith("#!") ? 1 : 0;
  const wanted = `SPDX-License-Identifier: ${licenceOf(file)}`;
  const line = lines[at]?.replace(/^(\/\/|#|\/\*|<!--) | (\*\/|-->)$/g, "");
  return line === wanted ? [] : [`${file}:${at + 1}: the first line must be "${wanted}"`];
}

function checkLines(file: string, lines: readonly string[], except: Exceptions): string[] {
  const errors: string[] = [];
  if (lines.length > FILE_LINES_MAX && except.longFiles[file] === undefined)
    errors.push(`${file}: ${lines.length} lines; split it (at most ${FILE_LINES_MAX}) or list it with a reason`);
  lines.forEach((line, i) => {
    if ([...line].length > COLUMNS_MAX) errors.push(`${file}:${i + 1}: longer than ${COLUMNS_MAX} columns; break it`);
  });
  return errors;
}

function findBanned(file: string, text: string, bans: readonly Ban[]): string[] {
  return text.split("\n").flatMap((line, i) =>
    bans.flatMap(({ word, instead }) => {
      const match = word.exec(line);
      return match === null ? [] : [`${file}:${i + 1}: "${match[0]}" is banned: ${instead}`];
    }),
  );
}

/** Words that no file of ours holds, prose included. */
export function checkWords(file: string, text: string, except: Exceptions = exceptions): string[] {
  return except.banned[file] === undefined ? findBanned(file, text, BANS) : [];
}

function checkKernelNames(file: string, code: string): string[] {
  if (!KERNEL_FREE.some((folder) => within(file, folder))) return [];
  return code.split("\n").flatMap((line, i) => {
    const match = KERNEL_NAME.exec(line);
    return match === null ? [] : [`${file}:${i + 1}: knows "${match[0]}"; kernel names come from the Program`];
  });
}

/** Rules for one source file. */
export function checkSource(file: string, text: string, except: Exceptions = exceptions): string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const errors = [...checkLicence(file, lines), ...checkLines(file, lines, except), ...checkWords(file, text, except)];
  if (!/\.(ts|tsx|js|mjs)$/.test(file)) return errors;
  const syntax = parseFile(file, text);
  const code = withoutComments(text, syntax);
  if (except.banned[file] === undefined) errors.push(...findBanned(file, code, CODE_BANS));
  for (const { name, line, lines: length } of functionsOf(syntax))
    if (length > FUNCTION_LINES_MAX && except.longFunctions[`${file}#${name}`] === undefined)
      errors.push(`${file}:${line}: ${name} has ${length} lines; split it (at most ${FUNCTION_LINES_MAX}) or list it`);
  return [...errors, ...checkKernelNames(file, code)];
}

/** Where the reading starts: entry points, tests, and the dialect files that are found by listing their folders. */
function isEntry(file: string, entries: readonly string[]): boolean {
  if (entries.includes(file) || file.endsWith(".test.ts")) return true;
  const listed = ["model/designs", "model/scenarios", "model/ladder", "model/dialect", "model/hw", "test/samples"];
  return listed.some((folder) => within(file, folder));
}

/** Files that no entry point leads to. A test does not keep a file of src/ alive: that is dead code with a test. */
export function findDead(files: Files, entries: readonly string[], except: Exceptions = exceptions): string[] {
  const seen = new Set<string>();
  const visit = (file: string, fromTest: boolean): void => {
    const text = files.get(file);
    if (text === undefined || seen.has(file) || (fromTest && !file.startsWith("test/"))) return;
    seen.add(file);
    for (const item of importsOf(parseFile(file, text)))
      if (item.from.startsWith(".")) visit(targetOf(file, item.from), file.startsWith("test/"));
  };
  for (const file of files.keys()) if (isEntry(file, entries)) visit(file, false);
  return [...files.keys()]
    .filter((file) => !seen.has(file) && except.unreached[file] === undefined)
    .map((file) => `${file}: no entry point leads here (${entries.join(", ")}); use it, remove it, or list it`);
}

/** Exceptions that no longer excuse anything. */
export function staleExceptions(files: Files, except: Exceptions = exceptions): string[] {
  const known = (path: string): boolean => files.has(path.split("#")[0]!);
  return Object.values(except).flatMap((list: Readonly<Record<string, string>>) =>
    Object.keys(list).filter((path) => !known(path)),
  );
}
