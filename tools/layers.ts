// SPDX-License-Identifier: MIT
// Who may import whom. A folder may always import itself; what is absent is forbidden. There is no section for debt:
// a new arrow is a decision about the architecture, and is made here.
// The point of the table: checker, simulator and conformance cannot see each other, the compiler, or kernel code. They
// know a Program and tables about hardware, so what they conclude cannot depend on how the model was written.

export const layers = {
  "model/dialect": [],
  "model/hw/memory": [], // data, and the types of that data
  "model/hw/profiles": [],
  "model/probes": [], // data: what recordings show of which cell
  "model/hw/mmu": ["model/dialect"], // dialect, too: what the instructions mean
  "model/kernel": ["model/dialect", "model/hw/mmu"],
  "model/properties": ["model/dialect", "model/kernel", "model/hw/mmu"],
  "model/designs": ["model/dialect", "model/kernel", "model/hw/mmu"],
  "model/scenarios": ["model/dialect", "model/kernel", "model/hw/mmu", "model/designs", "model/properties"],

  "model/ladder": ["model/dialect", "model/kernel", "model/hw/mmu", "model/scenarios"],

  "src/base": [],
  "src/program": ["src/base"],
  "src/events": ["src/base"],
  "src/compiler": ["src/base", "src/program"], // reads model/ as text, never imports it
  "src/litmus": ["src/base", "src/program"],
  "src/reductions": ["src/base", "src/program"],
  "src/emit": ["src/base", "src/program", "model/hw/memory"],
  "src/export": ["src/base", "src/program", "src/emit", "model/hw/memory"], // the layout: which cells a state has
  "src/checker": ["src/base", "src/program", "src/events", "model/hw/memory"],
  "src/simulator": ["src/base", "src/program", "src/events", "model/hw/memory", "model/hw/profiles"],
  "src/conformance": ["src/base", "src/program", "src/events", "model/probes"],
  "src/traces": ["src/base", "src/events"],
  "src/store": ["src/base", "src/events"],
  "src/jobs": [
    "src/base",
    "src/program",
    "src/events",
    "src/compiler",
    "src/litmus",
    "src/reductions",
    "src/emit",
    "src/export",
    "src/checker",
    "src/simulator",
    "src/conformance",
    "src/traces",
    "src/store",
    "model/hw/memory",
    "model/hw/profiles",
    "model/probes",
  ],
  "src/server": ["src/base", "src/events", "src/jobs"],
  "src/cli": ["src/base", "src/events", "src/jobs", "src/server"],
  "src/ui": ["src/base", "src/events"],
} as const satisfies Record<string, readonly string[]>;

export type Folder = keyof typeof layers;

/** Packages, and the only files or folders that may import them. `node:*` is everything that comes with Node. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  "node:*": ["src/traces/input", "src/store", "src/jobs", "src/cli"],
  "@babel/parser": ["src/compiler"],
  "@babel/types": ["src/compiler"], // types only: the parser's syntax tree
  "@duckdb/node-api": ["src/store"],
  commander: ["src/cli"],
};

/** Files outside the table that one folder may read. */
export const extraFiles: Readonly<Record<string, readonly string[]>> = {
  "package.json": ["src/cli"], // the version
};

/** Names that only exist in Node: a file that may not import Node may not use them either. */
export const nodeGlobals = ["process", "Buffer", "require", "__dirname", "__filename", "global", "setImmediate"];

/** True if `file` is `place` itself or lies below it. */
export function within(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** The folder of the table that a file belongs to. */
export function folderOf(file: string): Folder | undefined {
  return (Object.keys(layers) as Folder[]).find((folder) => within(file, folder));
}
