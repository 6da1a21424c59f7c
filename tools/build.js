// SPDX-License-Identifier: MIT
// Bundles the entry points of entries.json (a worker is one too) into dist/. Model text is not bundled: it is data,
// read from model/ at run time. Plain JavaScript: it runs before anything is built, and Node 20 cannot strip types.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const entries = JSON.parse(readFileSync(new URL("entries.json", import.meta.url), "utf8"));

await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(`${root}/${file}`))),
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});
