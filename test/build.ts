// SPDX-License-Identifier: MIT
// Builds the CLI once before any test: the transcripts run what a user runs, not the sources.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { root } from "../tools/source-files.ts";

export function setup(): void {
  const built = spawnSync(process.execPath, ["tools/build.js"], { cwd: root, stdio: "inherit" });
  // Tests that need no build go on; the others must not run what was built before the mistake.
  if (built.status !== 0) rmSync(`${root}/dist/cli.js`, { force: true });
}
