// SPDX-License-Identifier: MIT
// npm run bench:inject: puts bugs into the checker, one after the other, each in a copy of the tree, and runs the tests
// that should mind, first of all without a bug. Prints what they said; fails if one of them did not mind.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const bugs = [
  {
    name: "store-buffer forwarding: the oldest store to an address, not the newest",
    file: "src/emit/memory/store-buffer.ts",
    from: "[...this.buffer].reverse()",
    to: "[...this.buffer]",
    tests: ["test/emit/tso.test.ts", "test/emit/random.test.ts"],
  },
  {
    name: "IPI delivery: the thread goes on while its CPU is in a handler",
    file: "src/emit/packed.ts",
    from: '"}"}if(p===0)`',
    to: '"}"}if(p>=0)`',
    tests: ["test/emit/random.test.ts", "test/samples"],
  },
  {
    name: "symmetry: masks are not renamed",
    file: "src/emit/exchanges.ts",
    from: "permuted(sort,",
    to: 'permuted(sort === "mask" ? undefined : sort,',
    tests: ["test/reductions/symmetry.test.ts"],
  },
  {
    name: "fusion: other CPUs do not count",
    file: "src/reductions/fusion.ts",
    from: "if (mine.cpu !== cpu) return true;",
    to: "if (mine.cpu !== cpu) return false;",
    tests: ["test/reductions/fusion.test.ts", "test/reductions/verdicts.test.ts"],
  },
  {
    name: "TLB tag compare: an access looks at the entries of PCID 0",
    file: "model/hw/mmu/x86.ts",
    from: "const entry = hw[cpu].tlb[pcid][page];",
    to: "const entry = hw[cpu].tlb[0][page];",
    tests: ["test/model/all-scenarios.test.ts"],
  },
  {
    name: "counter ranks: a distance of two becomes one",
    file: "src/emit/ranks.ts",
    from: "(v-old>2?2:v-old)",
    to: "(v-old>1?1:v-old)",
    tests: ["test/reductions/ranks.test.ts"],
  },
];

/** A copy of the tree; what is large and does not change is shared. */
function copyOfTree() {
  const copy = mkdtempSync(join(tmpdir(), "lazymm-inject-"));
  const skipped = ["node_modules", ".git", "dist"];
  cpSync(root, copy, { recursive: true, filter: (path) => !skipped.includes(path.slice(root.length).split("/")[0]) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function putIn(copy, { file, from, to }) {
  const text = readFileSync(join(copy, file), "utf8");
  if (text.split(from).length !== 2) throw new Error(`${file}: "${from}" is not there once`);
  writeFileSync(join(copy, file), text.replace(from, to));
}

/** Runs tests in a copy of the tree, with the bug if there is one; what they said. */
function runTests(tests, bug) {
  const copy = copyOfTree();
  if (bug) putIn(copy, bug);
  const run = spawnSync("npx", ["vitest", "run", ...tests], { cwd: copy, encoding: "utf8" });
  rmSync(copy, { recursive: true, force: true });
  const plain = run.stdout.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
  const said = /^\s*Tests\s.*$/m.exec(plain)?.[0].trim() ?? "no test ran";
  return { passed: run.status === 0, said };
}

let missed = 0;
// Tests that fail anyway would catch everything.
const control = runTests([...new Set(bugs.flatMap((bug) => bug.tests))]);
if (!control.passed) throw new Error(`without any bug: ${control.said}`);
process.stdout.write(`without any bug: ${control.said}\n`);
for (const bug of bugs) {
  const { passed, said } = runTests(bug.tests, bug);
  // A bug is caught by a test that fails, not by one that cannot be run.
  const caught = !passed && /\d+ failed/.test(said);
  if (!caught) missed++;
  process.stdout.write(`${caught ? "caught" : "MISSED"}  ${bug.name}\n        ${bug.tests.join(" ")}: ${said}\n`);
}
process.exitCode = missed === 0 ? 0 : 1;
