// SPDX-License-Identifier: MIT
// A lock file that lacks another platform's binaries installs here and fails elsewhere ("Missing: … from lock file").
// So: every optional package that a dependency names is locked, with its checksum, and every version is exact.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "../../tools/source-files.ts";

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Entry>>;
}
interface Manifest extends Entry {
  readonly version: string;
}

/** Where Node would find `name` from the package at `path`: in its own node_modules, or in one further up. */
function locate(lock: Lock, path: string, name: string): Entry | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const found = lock.packages[`${at === "" ? "" : `${at}/`}node_modules/${name}`];
    if (found !== undefined || at === "") return found;
  }
}

function everyDependency(of: Manifest): Readonly<Record<string, string>> {
  return { ...of.dependencies, ...of.optionalDependencies, ...of.devDependencies };
}

function problemsOf(lock: Lock, manifest: Manifest): string[] {
  const problems: string[] = [];
  for (const [name, version] of Object.entries(everyDependency(manifest))) {
    // With the number of a repackaging, as DuckDB has it.
    if (!/^\d+\.\d+\.\d+(-r\.\d+)?$/.test(version))
      problems.push(`package.json: ${name} "${version}" is not an exact version`);
    if (lock.packages[`node_modules/${name}`]?.version !== version)
      problems.push(`${name}: lock and package.json differ`);
  }
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path !== "" && entry.integrity === undefined) problems.push(`${path}: has no checksum`);
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      if (locate(lock, path, name) === undefined) problems.push(`${path || "the project"}: ${name} is not locked`);
    if (entry.resolved !== undefined) problems.push(`${path}: is locked to one registry (see .npmrc)`);
  }
  return problems;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(`${root}/${file}`, "utf8"));
}

const lock = readJson("package-lock.json") as Lock;
const manifest = readJson("package.json") as Manifest;

test("the lock file is complete, and every version exact", () => {
  expect(lock.lockfileVersion).toBe(3);
  const optional = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(optional.length).toBeGreaterThan(50);
  expect(problemsOf(lock, manifest)).toEqual([]);
});

test("every dependency has its reason in docs/adr/0005-dependencies.md", () => {
  const reasons = readFileSync(`${root}/docs/adr/0005-dependencies.md`, "utf8");
  for (const name of Object.keys(everyDependency(manifest))) expect(reasons, name).toContain(`\`${name}\``);
});

describe("a gap is reported", () => {
  const platform = "node_modules/@esbuild/linux-arm64";
  const without = (change: (packages: Record<string, Entry>) => void): Lock => {
    const packages = { ...lock.packages };
    change(packages);
    return { ...lock, packages };
  };
  test("a platform that is not locked", () => {
    const gap = without((packages) => delete packages[platform]);
    expect(problemsOf(gap, manifest)).toEqual(["node_modules/esbuild: @esbuild/linux-arm64 is not locked"]);
  });
  test("a package without a checksum", () => {
    const gap = without((packages) => {
      const { integrity: _, ...rest } = packages[platform]!;
      packages[platform] = rest;
    });
    expect(problemsOf(gap, manifest)).toEqual([`${platform}: has no checksum`]);
  });
  test("a range instead of a version", () => {
    const loose = { ...manifest, devDependencies: { ...manifest.devDependencies, fzstd: "^0.1.1" } };
    expect(problemsOf(lock, loose)[0]).toMatch(/fzstd "\^0\.1\.1" is not an exact version/);
  });
});
