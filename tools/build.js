// SPDX-License-Identifier: MIT
// Bundles the entry points of entries.json (a worker is one too) into dist/. Model text is not bundled: it is data,
// read from model/ at run time. Plain JavaScript: it runs before anything is built, and Node 20 cannot strip types.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

// What a Program depends on besides the model's text (src/jobs/sources-digest.ts). Not the file names of an editor.
const digest = createHash("sha256");
const COMPILER = ["src/base", "src/compiler", "src/program", "src/jobs/engine.ts", "src/jobs/verdict-store.ts"];
const filesOf = (path) =>
  path.endsWith(".ts")
    ? [path]
    : readdirSync(`${root}/${path}`, { recursive: true })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${path}/${name.replaceAll("\\", "/")}`)
        .sort();
for (const file of COMPILER.flatMap(filesOf)) digest.update(`${file}\n`).update(readFileSync(`${root}/${file}`));
mkdirSync(`${root}/dist`, { recursive: true });
writeFileSync(`${root}/dist/compiler.sha256`, `${digest.digest("hex")}\n`);
