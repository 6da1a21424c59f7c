// SPDX-License-Identifier: MIT
// What there is to ask about: designs and scenarios of the installed model, of an overlay, and of a user's own files.
// All of it is text that the compiler reads; none of it is ever imported or executed.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { assert } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { DesignInfo, ScenarioInfo } from "../compiler/describe.ts";
import { described, readDesign, readScenario } from "../compiler/describe.ts";
import { CompileError, formatDiagnostic } from "../compiler/errors.ts";
import { load, type Modules, newModules } from "../compiler/modules.ts";
import type { SourceFile } from "../compiler/source.ts";
import { MissingCellError } from "../conformance/plan.ts";
import { type Overlay, openOverlay, overlayNotes } from "./overlay.ts";
import type { JobError } from "./reports.ts";

/** A design or a scenario, and how a command names it. */
export interface Entry<Info> {
  readonly info: Info;
  /** Its name; `file.ts:name` for a user's. */
  readonly ref: string;
  /** From a user's file. */
  readonly user: boolean;
}
export type DesignEntry = Entry<DesignInfo>;
export type ScenarioEntry = Entry<ScenarioInfo>;

export interface Library {
  readonly modules: Modules;
  readonly designs: readonly DesignEntry[];
  readonly scenarios: readonly ScenarioEntry[];
  /** Large ones, which are searched only if they are named. */
  readonly ladder: readonly ScenarioEntry[];
  readonly overlay: Overlay | undefined;
  readonly notes: readonly string[];
}

export interface UserFile {
  readonly designs: readonly DesignEntry[];
  readonly scenarios: readonly ScenarioEntry[];
}

export const memoryModels: readonly MemoryModel[] = [sc, x86_tso, armv8];

/**
 * The models of an architecture. That of RISC-V (RVWMO) is multi-copy atomic as armv8 is, which stands in for it. There
 * is none of POWER yet; where data alone is ordered, armv8 stands in.
 */
const MODELS_OF: Readonly<Record<string, readonly MemoryModel[]>> = {
  x86: [sc, x86_tso],
  arm64: [sc, armv8],
  powerpc: [sc, armv8],
  riscv: [sc, armv8],
};

/** What membarrier() orders is data; elsewhere page walks matter, which are not those of POWER. */
const DATA_ALONE = "model/scenarios/membarrier/";

/** The models that a scenario asks a design under, unless somebody names one. */
export function defaultModels({ arch }: DesignInfo, { models, file }: ScenarioInfo): readonly MemoryModel[] {
  const all = MODELS_OF[arch] ?? [sc];
  const own = arch === "powerpc" && !file.path.startsWith(DATA_ALONE) ? [sc] : all;
  return models ? own.filter(({ name }) => models.asked.includes(name)) : own;
}

/** All that may be named: for x86 also what the CPUs of arm64 would do to the same kernel code. */
export function possibleModels({ arch }: DesignInfo): readonly MemoryModel[] {
  return arch === "x86" ? memoryModels : (MODELS_OF[arch] ?? [sc]);
}

/** Where the model is: beside dist/ in an installation, beside src/ in a test. */
export function modelRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(`${folder}/model/dialect/lib.d.ts`)) {
    const parent = dirname(folder);
    assert(parent !== folder, "the model is installed with the program");
    folder = parent;
  }
  return folder;
}

/** Runs what may meet a rejected dialect file, and gives the rejection as a value. */
export function attempt<T>(work: () => T): Result<T, JobError> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof MissingCellError) return err({ kind: "input", message: error.message });
    if (!(error instanceof CompileError)) throw error;
    return err({ kind: "rejected", diagnostics: [formatDiagnostic(error.diagnostic)] });
  }
}

/** "model/a/../b.ts" -> "model/b.ts"; undefined if it leaves the model. */
function insideModel(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts[0] === "model" ? parts.join("/") : undefined;
}

/** A dialect file's text. Anything but a .ts file is no dialect file: an import must not show what is in others. */
function readText(path: string, root: string, overlay: Overlay | undefined): string | undefined {
  const inModel = path.startsWith("model/") ? insideModel(path) : undefined;
  if ((path.startsWith("model/") && inModel === undefined) || !path.endsWith(".ts")) return undefined;
  const file = inModel === undefined ? path : (overlay?.files.get(inModel) ?? `${root}/${inModel}`);
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A path from a user's file that leads into the installed model is the model's own. */
function installedPath(path: string, root: string): string {
  if (path.startsWith("model/") || !existsSync(path)) return path;
  const real = realpathSync(path);
  return real.startsWith(`${root}/model/`) ? real.slice(root.length + 1) : path;
}

/** The .ts files directly in a folder of the model, and those that the overlay adds. */
function filesIn(folder: string, root: string, overlay: Overlay | undefined): string[] {
  const installed = existsSync(`${root}/${folder}`)
    ? readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    : [];
  const added = [...(overlay?.files.keys() ?? [])].filter((path) => path.startsWith(`${folder}/`));
  return [...new Set([...installed, ...added])].sort();
}

function designsOf(modules: Modules, file: SourceFile): DesignInfo[] {
  return described(file, "design").map(({ literal }) => readDesign(modules, file, literal));
}

function scenariosOf(modules: Modules, file: SourceFile): ScenarioInfo[] {
  return described(file, "scenario").map(({ decl, literal }) => readScenario(modules, decl, literal));
}

export function openLibrary(overlayFolder: string | undefined): Result<Library, JobError> {
  const root = modelRoot();
  let overlay: Overlay | undefined;
  if (overlayFolder !== undefined) {
    const opened = openOverlay(overlayFolder.replace(/(?<=.)\/+$/, ""), root);
    if (!opened.ok) return opened;
    overlay = opened.value;
  }
  return attempt(() => {
    const modules = newModules(
      (path) => readText(path, root, overlay),
      (path) => installedPath(path, root),
    );
    const read = <Info>(folder: string, of: (modules: Modules, file: SourceFile) => Info[]): Info[] =>
      filesIn(folder, root, overlay).flatMap((path) => {
        const file = load(modules, path);
        return file ? of(modules, file) : [];
      });
    const entry = <Info extends { readonly name: string }>(info: Info) => ({ info, ref: info.name, user: false });
    return {
      modules,
      designs: read("model/designs", designsOf).map(entry),
      scenarios: read("model/scenarios", scenariosOf).map(entry),
      ladder: read("model/ladder", scenariosOf).map(entry),
      overlay,
      notes: overlayNotes(overlay, root),
    };
  });
}

/** `file.ts`, or `file.ts:name` for one of several designs or scenarios in it; undefined: it is a name. */
export function asFile(text: string): { readonly path: string; readonly name: string | undefined } | undefined {
  const match = /^(.+\.ts)(?::([^:/]+))?$/s.exec(text);
  if (match?.[1] !== undefined) return { path: match[1], name: match[2] };
  return text.includes("/") ? { path: text, name: undefined } : undefined;
}

/** The path under which a user's file is known to the compiler: "model/…" is the installed model's alone. */
function userPath(path: string): string {
  const root = modelRoot();
  const real = realpathSync(path);
  if (real.startsWith(`${root}/model/`)) return real.slice(root.length + 1);
  const plain = path.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
  return plain.startsWith("model/") ? `./${plain}` : plain;
}

/** All the designs and scenarios that a file exports. */
export function openUserFile(library: Library, path: string): Result<UserFile, JobError> {
  if (!existsSync(path)) return err({ kind: "input", message: `${path}: no such file` });
  if (!path.endsWith(".ts")) {
    return err({ kind: "input", message: `${path}: a dialect file is TypeScript and ends in .ts` });
  }
  const read = exportsOf(library, path);
  if (!read.ok || read.value.designs.length + read.value.scenarios.length > 0) return read;
  const example = "export const my_design = design({ ... });";
  return err({ kind: "input", message: `${path}: exports no design and no scenario, for instance\n  ${example}` });
}

function exportsOf(library: Library, path: string): Result<UserFile, JobError> {
  const known = userPath(path);
  if (known.startsWith("model/")) {
    const isIn = (entry: Entry<DesignInfo> | Entry<ScenarioInfo>): boolean => entry.info.file.path === known;
    return ok({
      designs: library.designs.filter(isIn),
      scenarios: [...library.scenarios, ...library.ladder].filter(isIn),
    });
  }
  const entries = <Info extends { readonly name: string }>(infos: readonly Info[]): Entry<Info>[] =>
    infos.map((info) => ({ info, ref: infos.length === 1 ? path : `${path}:${info.name}`, user: true }));
  const read = attempt(() => {
    const { modules } = library;
    const file = load(modules, known);
    return file && { designs: entries(designsOf(modules, file)), scenarios: entries(scenariosOf(modules, file)) };
  });
  if (!read.ok) return read;
  return read.value ? ok(read.value) : err({ kind: "input", message: `${path}: cannot be read` });
}
