// SPDX-License-Identifier: MIT
// The text of a .litmus file -> LitmusTest.
import type { Result } from "../base/result.ts";
import { AArch64Translator, aarch64Register } from "./aarch64.ts";
import { readC } from "./c.ts";
import { ConditionReader } from "./condition.ts";
import { readInit } from "./init.ts";
import { attempt, type Problem, syntax } from "./problem.ts";
import { type Sections, splitSections } from "./sections.ts";
import { readTable } from "./table.ts";
import { type Arch, type LitmusTest, Locations, type RegisterName, type ThreadBuilder } from "./test.ts";
import { Cursor } from "./tokens.ts";
import { X86Translator, x86Register } from "./x86.ts";

/** Reads one test; the problem with it, if there is one, has a line and a column. */
export function parseLitmus(text: string): Result<LitmusTest, Problem> {
  return attempt(text, () => read(splitSections(text)));
}

function read(sections: Sections): LitmusTest {
  const { arch, name, text } = sections;
  const locations = new Locations();
  const registers = readInit(new Cursor(text, sections.init.from, sections.init.to), locations);
  const threads = readProgram(sections, locations);
  const find = (written: RegisterName) => {
    const thread = threads[written.thread] ?? syntax(written.offset, `the test has no thread ${written.thread}`);
    const name = registerName(arch, thread, written);
    return { thread, register: thread.register(name), name };
  };
  for (const written of registers) {
    const { thread, register } = find(written);
    thread.initial[register] = written.value;
  }
  const cursor = new Cursor(text, sections.condition.from, sections.condition.to);
  const outcome = new ConditionReader(cursor, locations, find).read();
  return { arch, name, locations, threads: threads.map((t) => t.build()), ...outcome };
}

function readProgram({ arch, text, program }: Sections, locations: Locations): ThreadBuilder[] {
  if (arch === "C") return readC(text, program, locations);
  const translator = arch === "AArch64" ? new AArch64Translator(locations) : new X86Translator(arch, locations);
  return readTable(text, program, (thread, instruction) => translator.translate(thread, instruction));
}

/** A register's name as herd prints it. */
function registerName(arch: Arch, thread: ThreadBuilder, { name, offset }: RegisterName): string {
  if (arch === "C") return thread.has(name) ? name : syntax(offset, `the thread has no variable ${name}`);
  const known = arch === "AArch64" ? aarch64Register(name) : x86Register(arch, name, offset);
  return known ?? syntax(offset, `expected a register of ${arch}, found '${name}'`);
}
