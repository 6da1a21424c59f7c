// SPDX-License-Identifier: MIT
// What docs/answers.md and docs/catalogue.md are made of: questions that were asked about these designs, and the
// systems that were proposed. Verdicts are not written here: they are looked up, and must be those that are expected.

/** A search whose verdict an answer rests on. */
export interface Ground {
  readonly scenario: string;
  readonly design: string;
  /** The name of a mutant of the scenario; absent: the design as it is. */
  readonly mutant?: string;
  /** By memory model: the answer's text is only true as long as this is what was found. */
  readonly expect: { readonly [model: string]: "safe" | "violates" };
}

export interface Answer {
  readonly question: string;
  /** Who asked, and where. */
  readonly asked: string;
  readonly answer: string;
  readonly grounds: readonly Ground[];
  /** The ground, by its number from 0, and the model whose shortest counterexample is printed. */
  readonly show?: { readonly ground: number; readonly model: string };
}

/** One of the systems of the thread, or of its surroundings. */
export interface System {
  readonly part: "coherence" | "lifetime" | "membarrier" | "changing mm" | "attributes" | "backend";
  readonly system: string;
  /** Designs of the library that implement it. */
  readonly designs: readonly string[];
  /** A scenario or mutant that shows it, where it is no design of its own. */
  readonly shownBy?: readonly string[];
  /** Recordings of a real kernel that it has been held against, and how; absent: none. */
  readonly confirmed?: string;
}
