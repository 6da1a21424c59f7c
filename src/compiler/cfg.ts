// SPDX-License-Identifier: MIT
// Code between parsing and steps: a graph of blocks. Structured control flow leaves its joins and exits behind, so that
// the step trees (steps.ts) can fall through to them instead of copying what follows.
import type { Access, Expr, Local, SourceRef, Stmt } from "../program/program.ts";

export interface AccessInstr {
  readonly i: "access";
  readonly access: Access;
  readonly guard: Expr | null;
  readonly before: readonly Stmt[];
  readonly at: SourceRef;
  readonly scope: readonly number[];
  readonly racy?: true;
}
export type Instr = { readonly i: "stmt"; readonly stmt: Stmt } | AccessInstr;

export type Term =
  | { readonly t: "jump"; readonly to: Block }
  /** `join` is where both sides meet again, unless they return or break. */
  | { readonly t: "branch"; readonly test: Expr; readonly then: Block; readonly else: Block; readonly join: Block }
  /** An expanded call or a loop: `exit` is where return or break goes. */
  | { readonly t: "region"; readonly body: Block; readonly exit: Block }
  | { readonly t: "end" };

export interface Block {
  readonly id: number;
  readonly instrs: Instr[];
  term: Term | undefined;
  /** The head of a loop that is kept within one step. */
  loops?: true;
}

/** A point in the code, before which something can still be put. */
export interface Mark {
  readonly block: Block;
  readonly index: number;
}

export class CodeBuilder {
  readonly blocks: Block[] = [];
  readonly locals: Local[] = [];
  /** Locals of the open scopes, innermost last. */
  readonly open: number[] = [];
  current: Block;
  readonly entry: Block;
  /** The accesses that follow are inside of data_race(). */
  racy = false;

  constructor() {
    this.entry = this.block();
    this.current = this.entry;
  }

  block(): Block {
    const block: Block = { id: this.blocks.length, instrs: [], term: undefined };
    this.blocks.push(block);
    return block;
  }

  /** Ends the current block, unless a return or break has ended it already, and goes on in `next`. */
  finish(term: Term, next: Block): void {
    this.current.term ??= term;
    this.current = next;
  }

  stmt(stmt: Stmt): void {
    if (this.current.term === undefined) this.current.instrs.push({ i: "stmt", stmt });
  }

  access(instr: Omit<AccessInstr, "i" | "scope" | "racy">): void {
    if (this.current.term !== undefined) return;
    this.current.instrs.push({ i: "access", ...instr, scope: [...this.open], ...(this.racy && { racy: true }) });
  }

  mark(): Mark {
    return { block: this.current, index: this.current.instrs.length };
  }

  /** Whether anything has been added since. */
  movedSince(mark: Mark): boolean {
    return this.current !== mark.block || this.current.instrs.length !== mark.index;
  }

  insert(mark: Mark, stmt: Stmt): void {
    mark.block.instrs.splice(mark.index, 0, { i: "stmt", stmt });
  }

  /** The result of `build` if it takes no step and computes nothing to get there; otherwise nothing has happened. */
  pure<T>(build: () => T): T | undefined {
    const { current } = this;
    const depth = this.open.length;
    const apart = this.block();
    this.current = apart;
    const result = build();
    const untouched = this.current === apart && apart.instrs.length === 0;
    this.current = current;
    this.open.length = depth;
    return untouched ? result : undefined;
  }

  /** Whether the code so far always leaves before this point. */
  get unreachable(): boolean {
    return this.current.term !== undefined;
  }

  local(local: Local): number {
    this.locals.push(local);
    this.open.push(this.locals.length - 1);
    return this.locals.length - 1;
  }

  /** Runs `body` in a scope of its own. */
  scoped<T>(body: () => T): T {
    const depth = this.open.length;
    try {
      return body();
    } finally {
      this.open.length = depth;
    }
  }
}
