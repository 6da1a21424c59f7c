// SPDX-License-Identifier: MIT
// Which locals may still be read at each point: all others are 0 in the state, so that equal futures are equal states.
import { defined } from "../base/assert.ts";
import type { Access, Expr, Place, Stmt } from "../program/program.ts";
import type { Block, CodeBuilder, Instr } from "./cfg.ts";

type Live = Set<number>;

export function readsOf(e: Expr, live: Live): void {
  switch (e.kind) {
    case "local":
      live.add(e.local);
      return;
    case "cell":
      for (const i of e.index) readsOf(i, live);
      return;
    case "unary":
      readsOf(e.a, live);
      return;
    case "binary":
      readsOf(e.a, live);
      readsOf(e.b, live);
      return;
    case "cond":
      readsOf(e.test, live);
      readsOf(e.then, live);
      readsOf(e.else, live);
      return;
    default:
      return;
  }
}

function place(p: Place, live: Live): void {
  for (const i of p.index) readsOf(i, live);
}

/** Backwards over statements; a conditional keeps what either side needs. `exits`: what is live behind each block. */
function stmts(list: readonly Stmt[], live: Live, exits: ReadonlyMap<number, ReadonlySet<number>> = new Map()): void {
  for (let i = list.length - 1; i >= 0; i--) {
    const s = defined(list[i], "in range");
    switch (s.kind) {
      case "set":
        live.delete(s.local);
        readsOf(s.value, live);
        break;
      case "put":
        for (const x of s.index) readsOf(x, live);
        readsOf(s.value, live);
        break;
      case "trace":
        for (const x of s.args) readsOf(x, live);
        break;
      case "block":
        stmts(s.body, live, new Map([...exits, [s.label, new Set(live)]]));
        break;
      case "break":
        live.clear();
        for (const l of defined(exits.get(s.label), "a block of that label is around it")) live.add(l);
        break;
      case "if": {
        const other = new Set(live);
        stmts(s.then, live, exits);
        stmts(s.else, other, exits);
        for (const l of other) live.add(l);
        readsOf(s.test, live);
        break;
      }
      case "limit":
      case "disabled":
        // The path ends here.
        live.clear();
        break;
      default:
        break;
    }
  }
}

function access(a: Access, live: Live): void {
  switch (a.kind) {
    case "load":
      live.delete(a.into);
      place(a.place, live);
      return;
    case "await":
      readsOf(a.until, live);
      live.delete(a.into);
      place(a.place, live);
      return;
    case "store":
      readsOf(a.value, live);
      place(a.place, live);
      return;
    case "rmw":
      readsOf(a.value, live);
      if (a.when) readsOf(a.when, live);
      live.delete(a.old);
      place(a.place, live);
      return;
    case "choose":
      if (a.such) readsOf(a.such, live);
      live.delete(a.into);
      return;
    case "instruction":
      stmts(a.body, live);
      return;
    default:
      return;
  }
}

function instr(i: Instr, live: Live): void {
  if (i.i === "stmt") return stmts([i.stmt], live);
  access(i.access, live);
  stmts(i.before, live);
  if (i.guard) readsOf(i.guard, live);
}

function successorsOf(block: Block): readonly Block[] {
  const term = block.term;
  switch (term?.t) {
    case "jump":
      return [term.to];
    case "branch":
      return [term.then, term.else];
    case "region":
      return [term.body];
    default:
      return [];
  }
}

/** The live locals before instruction `index` of a block (its terminator, if past the end), in ascending order. */
export function liveBefore(code: CodeBuilder): (block: Block, index: number) => readonly number[] {
  const atEntry: Live[] = code.blocks.map(() => new Set());
  const atEnd = (block: Block): Live => {
    const live: Live = new Set();
    for (const next of successorsOf(block)) for (const l of atEntry[next.id] ?? []) live.add(l);
    if (block.term?.t === "branch") readsOf(block.term.test, live);
    return live;
  };
  const before = (block: Block, index: number): Live => {
    const live = atEnd(block);
    for (let i = block.instrs.length - 1; i >= index; i--) instr(defined(block.instrs[i], "in range"), live);
    return live;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let b = code.blocks.length - 1; b >= 0; b--) {
      const live = before(defined(code.blocks[b], "in range"), 0);
      if (live.size !== atEntry[b]?.size) {
        atEntry[b] = live;
        changed = true;
      }
    }
  }
  return (block, index) => [...before(block, index)].sort((x, y) => x - y);
}
