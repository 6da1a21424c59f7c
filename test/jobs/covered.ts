// SPDX-License-Identifier: MIT
// Scenarios whose code is in a file of its own: the question is no part of what is covered.
import { DESIGN, temporary } from "./tiny.ts";

const { write } = temporary();
export const tiny = write("tiny.ts", DESIGN);
let files = 0;

const SHARED = `interface shared { x: upto<"n">; y: upto<"n">; r: upto<"n"> }
export const s = DEFINE_SHARED<shared>();
export const wrong = never("something wrong");
`;
/** Lines of SHARED in front of the code that a test writes. */
export const BEFORE = 3;

/** The files of a scenario whose CPUs call first() and second(), the functions that `code` must export. */
export function scenario(
  code: string,
  more: { init?: string; imports?: string; check?: string } = {},
): { scenario: string; code: string } {
  const name = `code-${files++}`;
  const path = write(`${name}.ts`, SHARED + code);
  const text = `
import { first, second, s, wrong${more.imports ?? ""} } from "./${name}.ts";
export const asked = scenario({
  question: "What is executed?", machine: { cpus: 2, n: 2 }, init() { ${more.init ?? ""} },
  threads: { CPU0() { first(); }, CPU1() { second(); } }, check: [${more.check ?? "wrong"}], witness: [], mutants: [],
});
`;
  return { scenario: write(`${name}-scenario.ts`, text), code: path };
}

export const SECOND = "export function second(): void { WRITE_ONCE(s.y, 1); }\n";
