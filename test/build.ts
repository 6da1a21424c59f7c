// SPDX-License-Identifier: MIT
// Before any test: builds the CLI, as the transcripts run what a user runs, not the sources; and says which part of the
// catalogue this run draws (test/model/draw.ts).
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { root } from "../tools/source-files.ts";

export function setup(): void {
  const built = spawnSync(process.execPath, ["tools/build.js"], { cwd: root, stdio: "inherit" });
  // Tests that need no build go on; the others must not run what was built before the mistake.
  if (built.status !== 0) rmSync(`${root}/dist/cli.js`, { force: true });
  process.env.LAZYMM_SEED ??= randomBytes(4).toString("hex");
  process.stdout.write(`LAZYMM_SEED=${process.env.LAZYMM_SEED} draws what is searched beside the quick part\n`);
}
