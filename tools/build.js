// SPDX-License-Identifier: MIT
// Bundles the CLI (and the benchmark runner) into dist/. Model text is not bundled: it is data, read from model/ at run time.
import { existsSync } from "node:fs";
import { build } from "esbuild";

const entries = { cli: "src/cli/main.ts", bench: "bench/main.ts" };

export async function buildAll() {
  const entryPoints = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
  await build({
    entryPoints,
    outdir: "dist",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: true,
    logLevel: "warning",
  });
}

await buildAll();
