// SPDX-License-Identifier: MIT
// What `explain` answers: one run, as data. The text, the drawing (SVG) and the trace for Perfetto are made from it.
import type { Report } from "./reports.ts";

export interface ExplainStep {
  readonly cpu: number;
  /**
   * Who acts: the code of a thread or of an interrupt, a page walker of the hardware, or the store buffer, which lets
   * its oldest store go.
   */
  readonly agent: "thread" | "interrupt" | "walker" | "store buffer";
  /** Name of the thread, the handler or the walker. */
  readonly context: string;
  readonly func: string;
  /** `file:line`, from the root of the project. */
  readonly at: string;
  /** The source text; "" for a store that leaves the store buffer. */
  readonly text: string;
  /** What happened, as the counterexample prints it. */
  readonly effects: readonly string[];
  /** Only `--full` prints it: no other CPU, and no property, looks at what it touches. */
  readonly private: boolean;
  /** What is in memory, in the registers and in the TLBs afterwards, where the step changed it. */
  readonly changes: readonly ExplainChange[];
  /** Stores that wait in the CPU's store buffer afterwards. */
  readonly buffered: number;
}

export interface ExplainChange {
  /** As the CPU of the step names it. */
  readonly name: string;
  readonly value: string;
  /** The same as a number, where it is one; null: a pointer, a mask, a truth value. */
  readonly number: number | null;
}

/** How one step bears on a later one. Steps are numbered from 0. */
export interface ExplainLink {
  /**
   * interrupt: `to` takes the interrupt that `from` sent. reads: `to` sees what `from`, of another CPU, has written.
   * misses: `to` does not see it, as it still waits in a store buffer. translation: `to` uses what a walk, `from`, has
   * put into the TLB or the paging-structure cache.
   */
  readonly kind: "interrupt" | "reads" | "misses" | "translation";
  readonly from: number;
  readonly to: number;
  /** The variable that connects them. */
  readonly what: string;
}

/** A line of the columns. */
export interface ExplainRow {
  readonly cpu: number;
  /** null: a function's name above its steps, or a CPU that waits at the end. */
  readonly step: number | null;
  readonly kind: "function" | "step" | "detail" | "waits";
  readonly text: string;
  /** `tlb.ts:89`; "" where there is none, or the line above says it. */
  readonly at: string;
  readonly indent: number;
}

/** A CPU that cannot go on where the run ends. */
export interface ExplainWait {
  readonly cpu: number;
  readonly context: string;
  readonly func: string;
  readonly at: string;
  readonly text: string;
  /** The values that keep it there. */
  readonly why: readonly string[];
}

/** Something that can happen next where the run ends: --path with `choice` at its end goes on that way. */
export interface ExplainNext {
  readonly choice: number;
  readonly cpu: number;
  readonly agent: ExplainStep["agent"];
  readonly at: string;
  readonly text: string;
}

export interface ExplainReport extends Report<"lazymm.explain/1"> {
  readonly scenario: string;
  readonly question: string;
  readonly design: string;
  readonly model: string;
  /** The mutant's name, or what was made of a barrier; null: the design as it is. */
  readonly mutant: string | null;
  readonly path: readonly number[];
  /** The command that prints it again. */
  readonly command: string;
  /** Of this one run: that nothing is violated here says nothing of the others. */
  readonly verdict: "violates" | "no violation";
  readonly property: string | null;
  /** The step that violates the property, or behind which it does not hold; null: no single step does. */
  readonly violated_by: number | null;
  /** The values that make the property false; in a deadlock: what each CPU waits for. */
  readonly why: readonly string[];
  readonly steps: readonly ExplainStep[];
  readonly links: readonly ExplainLink[];
  /** The columns of `text`, as data: a drawing has the same rows. */
  readonly rows: readonly ExplainRow[];
  readonly waits: readonly ExplainWait[];
  readonly next: readonly ExplainNext[];
  readonly text: string;
}

export interface ExplainOptions {
  /** Its name, or a dialect file with one scenario. */
  readonly scenario: string;
  readonly design: string | undefined;
  readonly model: string | undefined;
  /** Its name, or its number from 1. */
  readonly mutant: string | undefined;
  /** In place of a mutant: the barrier to weaken, FILE:LINE[:COLUMN][=FORM]. */
  readonly weaken?: string | undefined;
  /** `0.0.1` or `0x2.1`; undefined: the shortest counterexample that a search finds. */
  readonly path: string | undefined;
  readonly overlay: string | undefined;
  /** Private steps, too. */
  readonly full: boolean;
}
