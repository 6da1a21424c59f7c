// SPDX-License-Identifier: MIT
// A Program under a memory model as Promela, the language of SPIN: one process, one atomic option per step, and exactly
// the variables of a packed state, so that SPIN stores as many states as our own search.

import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { packedLayout } from "../emit/layout.ts";
import type { Expr, Program, Step } from "../program/program.ts";
import type { Site } from "../program/races.ts";
import { type Frame, printBody } from "./body.ts";
import { buffersOf, declareBuffers, printDrain } from "./buffers.ts";
import { blocked, type Context, contextsOf, turn, typeOf } from "./contexts.ts";
import { ALWAYS, enabled } from "./enabled.ts";
import { isPending, lengthOf, macros, not, print, type Scope, type Sheet, type StoreBuffer } from "./expressions.ts";
import { isDisabled, type Machine, movesOf } from "./moves.ts";
import { commentLines, commentText, Names } from "./names.ts";
import { raceChecks, type Standing } from "./races.ts";
import { UnsupportedError } from "./unsupported.ts";

/** A variable that is never set, so that asserting it fails; its name is what SPIN then prints. */
export interface Assertion {
  readonly name: string;
  readonly kind: "property" | "deadlock" | "limit";
  /** The property's name, or what the limit is. */
  readonly text: string;
}

export interface Promela {
  readonly text: string;
  readonly assertions: readonly Assertion[];
}

/** One step as an option of the loop. */
interface Option {
  readonly comment: readonly string[];
  readonly guard: readonly string[];
  readonly body: readonly string[];
}

class Printer {
  private readonly program: Program;
  private readonly sheet: Sheet;
  private readonly names = new Names();
  private readonly contexts: readonly Context[];
  private readonly properties: readonly string[];
  private readonly limits = new Map<string, string>();
  private readonly scratch = new Map<string, string>();

  constructor(machine: Machine) {
    const { program } = machine;
    this.program = program;
    this.properties = program.properties.map(({ name }) => this.names.of(name));
    this.sheet = {
      ...machine,
      cellNames: program.cells.map(({ name }) => this.names.of(name)),
      buffers: buffersOf(machine, this.names),
    };
    this.contexts = contextsOf(machine, this.names);
  }

  // ---- variables ------------------------------------------------------------------------------------------------

  private cells(): string[] {
    const { layout, cellNames } = this.sheet;
    return this.program.cells.flatMap((cell, id) => {
      const place = defined(layout.cells[id], "by cell");
      const values = defined(layout.initial[id], "by cell");
      const length = lengthOf(this.sheet, id);
      const [first = 0] = values;
      const same = values.every((value) => value === first);
      const constant = "values" in place;
      if (constant && same) return []; // its value stands where it is read
      if (!same && Math.min(...values) < 0) {
        throw new UnsupportedError(`${cell.name} starts with different values, of which some are negative`);
      }
      const start = same ? (first === 0 ? "" : ` = ${first}`) : ` = { ${values.join(", ")} }`;
      const name = `${cellNames[id]}${length > 1 ? `[${length}]` : ""}`;
      const dims = cell.dims.length > 1 ? `  /* ${cell.dims.join(" x ")} */` : "";
      return `${constant ? "hidden " : ""}${typeOf(cell, cell.name)} ${name}${start};${dims}`;
    });
  }

  private registers(): string[] {
    return this.contexts.flatMap(({ id, code, name, pc, kept }) => {
      const ranges = defined(this.sheet.layout.localRanges[id], "by code");
      const locals = kept.flatMap((local, l) =>
        local === undefined ? [] : [`${typeOf(defined(ranges[l], "by local"), local)} ${local};`],
      );
      const start = code.kind === "thread" ? " = 1" : "";
      const type = typeOf({ min: 0, max: code.steps.length - 1 }, pc);
      return ["", `/* ${commentText(name)} */`, `${type} ${pc}${start};`, ...locals];
    });
  }

  /** Behind the options, which say what is needed. */
  private hidden(): string[] {
    return [
      "/* Never set: asserting one of them says what is wrong. */",
      ...this.assertions().map(({ name, text }) => `hidden byte ${name};  /* ${commentText(text)} */`),
      "",
      "/* Within a step; no part of the state. */",
      ...[...this.scratch.values()].map((name) => `hidden int ${name};`),
    ];
  }

  assertions(): Assertion[] {
    return [
      { name: "no_deadlock", kind: "deadlock", text: "no deadlock" },
      ...this.program.properties.map(({ name: text }, i): Assertion => {
        return { name: defined(this.properties[i], "properties have names"), kind: "property", text };
      }),
      ...[...this.limits].map(([text, name]): Assertion => ({ name, kind: "limit", text })),
    ];
  }

  // ---- steps ----------------------------------------------------------------------------------------------------

  private scratchName(code: number, local: number): string {
    const key = `${this.program.codes[code]?.locals[local]?.name}_${local}`;
    const known = this.scratch.get(key) ?? this.names.of(key);
    this.scratch.set(key, known);
    return known;
  }

  private limitName(what: string): string {
    const known = this.limits.get(what) ?? this.names.of(`limit ${what}`);
    this.limits.set(what, known);
    return known;
  }

  private scope(cpu: number, local: (id: number) => string): Scope {
    return { sheet: this.sheet, cpu, local, written: [] };
  }

  private frame(codeId: number, cpu: number, step: Step, context: Context | undefined): Frame {
    const { steps } = defined(this.program.codes[codeId], "codes exist");
    const kept = (local: number): string => defined(context?.kept[local], "what is live is kept");
    const start = (local: number): string => (context && step.live.includes(local) ? kept(local) : "0");
    return {
      scope: this.scope(cpu, start),
      step,
      liveAt: (k) => defined(steps[k], "steps exist").live,
      kept,
      scratch: (local) => this.scratchName(codeId, local),
      pc: context?.pc,
      property: (id) => defined(this.properties[id], "properties have names"),
      limit: (what) => this.limitName(what),
    };
  }

  private stepOf(code: number, step: number): Step {
    return defined(this.program.codes[code]?.steps[step], "steps exist");
  }

  private comment(who: string, { at }: Step): string[] {
    const file = this.program.sources[at.source] ?? "";
    const where = at.line > 0 ? `  ${file}:${at.line} ${at.func}()` : "";
    return [commentText(`${who}${where}`), ...commentLines(at.text)];
  }

  /** One option per way in which a step can turn out, and when any of them is possible. */
  private step(codeId: number, cpu: number, k: number, context: Context | undefined) {
    const code = defined(this.program.codes[codeId], "codes exist");
    const step = this.stepOf(codeId, k);
    const frame = this.frame(codeId, cpu, step, context);
    try {
      // A thread's step 0 is where it has ended.
      const all = code.kind === "thread" && k === 0 ? [] : movesOf(this.sheet, codeId, step);
      const ways = all.filter((moves) => !isDisabled(moves));
      const when = ways.map((moves) => enabled(frame.scope, moves));
      const options = ways.map((moves, i): Option => {
        const own = when[i] === ALWAYS ? [] : [defined(when[i], "one for each")];
        return {
          comment: this.comment(`${context?.name ?? `${code.name} on CPU ${cpu}`}, step ${k}`, step),
          guard: [...(context ? turn(this.contexts, context, k) : []), ...own],
          body: printBody(frame, moves),
        };
      });
      const possible = when.includes(ALWAYS) ? ALWAYS : when.length > 1 ? `(${when.join(" || ")})` : when[0];
      return { options, possible };
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      throw new UnsupportedError(`${this.program.sources[step.at.source]}:${step.at.line}: ${error.message}`);
    }
  }

  private drain(buffer: StoreBuffer): Option {
    const comment = [`CPU ${buffer.cpu} publishes the oldest store of its buffer`];
    return { comment, guard: [isPending(this.sheet, buffer.cpu, 0)], body: printDrain(this.sheet, buffer) };
  }

  private walkers(): Option[] {
    return this.program.codes.flatMap((code, id) =>
      code.kind !== "walker"
        ? []
        : code.cpus.flatMap((cpu) => code.steps.flatMap((_, k) => this.step(id, cpu, k, undefined).options)),
    );
  }

  private races(): Option[] {
    const property = this.program.properties.findIndex(({ kind }) => kind === "race");
    if (property < 0) return [];
    const standing = ({ code, cpu, step }: Site): Standing => {
      const context = this.contexts.find((one) => one.id === code && one.cpu === cpu);
      const { scope } = this.frame(code, cpu, this.stepOf(code, step), context);
      return { context: defined(context, "sites are in contexts"), scope };
    };
    return raceChecks(this.sheet, this.contexts, standing).map(({ race, guard }) => {
      const sides = [race.reader, race.writer].map((site) => {
        const { name } = standing(site).context;
        return this.comment(`${name}, step ${site.step}`, this.stepOf(site.code, site.step)).join(" ");
      });
      const title = commentText(defined(this.program.properties[property], "it was found").name);
      return { comment: [title, ...sides], guard, body: [`assert(${this.properties[property]})`] };
    });
  }

  /** The properties of states. They change nothing, and so add no states. */
  private checks(): Option[] {
    const scope = this.scope(0, () => "0");
    const fails = (e: Expr): string => not(print(scope, [], e));
    const judged = this.program.properties.flatMap(({ name, kind, test }, i): Option[] => {
      if (test === null) return [];
      const guard = kind === "at_end" ? ["stuck", "at_rest", fails(test)] : [fails(test)];
      return [{ comment: [commentText(name)], guard, body: [`assert(${this.properties[i]})`] }];
    });
    const comment = ["Not all have come to rest, and nobody can take a step. Page walkers do not count."];
    return [{ comment, guard: ["stuck", "!at_rest"], body: ["assert(no_deadlock)"] }, ...judged, ...this.races()];
  }

  text(title: readonly string[]): string {
    const { buffers } = this.sheet;
    const steps = this.contexts.map((context) =>
      context.code.steps.map((_, k) => this.step(context.id, context.cpu, k, context)),
    );
    const waiting = this.contexts.map((context, i) =>
      blocked(
        this.contexts,
        context,
        defined(steps[i], "one for each").map(({ possible }) => possible),
        ALWAYS,
      ),
    );
    const empty = buffers.map((_, cpu) => not(isPending(this.sheet, cpu, 0)));
    const define = (name: string, terms: readonly string[]): string =>
      `#define ${name} (${terms.map((term) => `(${term})`).join(" \\\n  && ") || "true"})`;
    const options = [
      ...this.checks(),
      ...steps.flat().flatMap((step) => step.options),
      ...buffers.map((buffer) => this.drain(buffer)),
      ...this.walkers(),
    ];
    const sections = [
      `/* ${title.flatMap(commentLines).join("\n * ")}\n */`,
      macros(this.program.cpus).trimEnd(),
      ["/* Shared variables */", ...this.cells()].join("\n"),
      this.registers().join("\n").trimStart(),
      declareBuffers(this.sheet).join("\n"),
      this.hidden().join("\n"),
      define("at_rest", [...this.contexts.map(({ pc }) => `${pc} == 0`), ...empty]),
      `/* No step, no interrupt and no store buffer can make a move. */\n${define("stuck", [...waiting, ...empty])}`,
      `active proctype machine()\n{\nend:\n   do\n${options.map(printOption).join("\n")}\n   od\n}`,
    ];
    return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
  }
}

function printOption({ comment, guard, body }: Option): string {
  const lines = [`/* ${comment.join("\n    * ")} */`, `:: d_step { ${guard.join(" && ") || "true"} ->`];
  return [...lines, ...body.map((line) => `      ${line}`), "   }"].map((line) => `   ${line}`).join("\n");
}

/**
 * The text, and what its assertions stand for. `depth`: store-buffer entries per CPU; `title`: lines of the comment at
 * its head. Throws UnsupportedError where Promela cannot say what the Program means.
 */
export function exportPromela(program: Program, model: MemoryModel, depth: number, title: readonly string[]): Promela {
  if (model.kind !== "store-buffer") throw new UnsupportedError(`the memory model ${model.name} has no store buffers`);
  const printer = new Printer({ program, model, layout: packedLayout(program, model, depth) });
  const text = printer.text(title);
  return { text, assertions: printer.assertions() };
}
