// SPDX-License-Identifier: MIT
// Cuts a control-flow graph into steps: one access and the local computation behind it, up to the next accesses.
import { assert, defined } from "../base/assert.ts";
import type { SourceRef, Step, Stmt } from "../program/program.ts";
import type { AccessInstr, Block, CodeBuilder } from "./cfg.ts";
import { liveBefore } from "./liveness.ts";

interface Position {
  readonly block: Block;
  readonly index: number;
}

/** Where a jump need not be expanded, because control falls through or breaks to it. */
interface Stop {
  readonly block: Block;
  readonly label: number;
  used: boolean;
}

const NOWHERE: SourceRef = { source: 0, line: 0, column: 0, func: "", text: "" };

/** A step that touches nothing: the end of a thread, its start, or a jump backwards. */
function emptyStep(at: SourceRef, body: readonly Stmt[], live: readonly number[], scope: readonly number[]): Step {
  return { at, guard: null, before: [], access: { kind: "none" }, body, live, scope };
}

export class Cutter {
  private readonly steps: (Step | undefined)[] = [];
  private readonly ids = new Map<string, number>();
  private readonly todo: { id: number; position: Position }[] = [];
  private readonly code: CodeBuilder;
  private liveCache: ((block: Block, index: number) => readonly number[]) | undefined;
  private labels = 0;
  private readonly reject: (what: string) => never;

  /** `reject`: says at which handler or walker it is that code of this shape cannot be one. */
  constructor(code: CodeBuilder, reject?: (what: string) => never) {
    this.code = code;
    this.reject = (what) => {
      reject?.(what);
      throw new Error(`lazymm bug: ${what}`);
    };
  }

  private live(block: Block, index: number): readonly number[] {
    this.liveCache ??= liveBefore(this.code);
    return this.liveCache(block, index);
  }

  /** The body of one instruction: no access inside, and it falls through to `exit`. */
  instruction(entry: Block, exit: Block): Stmt[] {
    const { stop, stops, close } = this.withStop(exit, []);
    const body = close(this.tree({ block: entry, index: 0 }, stops, new Set()));
    assert(stop.used || body.length > 0, "an instruction ends");
    return body;
  }

  /** steps[0] is the end, steps[1] the start. */
  thread(entry: Block): Step[] {
    this.steps.push(emptyStep({ ...NOWHERE, text: "end" }, [{ kind: "end" }], [], []));
    const { position, reaches } = this.behindReaches({ block: entry, index: 0 });
    assert(this.idOf(position) === 1, "a thread starts at step 1");
    const steps = this.finish();
    return steps.map((step, id) => (id === 1 ? { ...step, body: [...reaches, ...step.body] } : step));
  }

  /** What a thread only has to note before its first access needs no step of its own: it is noted with that access. */
  private behindReaches(start: Position): { position: Position; reaches: Stmt[] } {
    const reaches: Stmt[] = [];
    let position = this.settled(start);
    for (;;) {
      const instr = position.block.instrs[position.index];
      if (instr?.i === "access") return { position, reaches };
      if (instr?.stmt.kind !== "reach") return { position: start, reaches: [] };
      reaches.push(instr.stmt);
      position = this.settled({ block: position.block, index: position.index + 1 });
    }
  }

  /** steps[0] is the entry, which must be the first thing the code does. */
  interrupt(entry: Block): Step[] {
    const { position, reaches } = this.behindReaches({ block: entry, index: 0 });
    const first = this.firstAccess(position);
    const instr = first.block.instrs[first.index];
    const waits = instr?.i === "access" && (instr.guard !== null || ["choose", "await"].includes(instr.access.kind));
    if (!waits) this.reject("a handler starts with when() or any_such(): it would run all the time");
    this.idOf(first);
    return this.finish().map((step, id) => (id === 0 ? { ...step, body: [...reaches, ...step.body] } : step));
  }

  private firstAccess(at: Position): Position {
    const { block, index } = at;
    const instr = block.instrs[index];
    if (instr?.i === "access") return at;
    const term = defined(block.term, "blocks are closed");
    if (instr === undefined && term.t === "jump") return this.firstAccess({ block: term.to, index: 0 });
    if (instr === undefined && term.t === "region") return this.firstAccess({ block: term.body, index: 0 });
    return this.reject("a handler starts with when() or any_such(), not with other statements");
  }

  /** One step: what precedes the access, or the first branch, runs before it, in the same step. */
  walker(entry: Block): Step {
    const prefix: Stmt[] = [];
    let block = entry;
    for (;;) {
      const index = block.instrs.findIndex((instr) => instr.i === "access");
      const end = index < 0 ? block.instrs.length : index;
      for (const instr of block.instrs.slice(0, end)) if (instr.i === "stmt") prefix.push(instr.stmt);
      if (index >= 0) {
        const instr = block.instrs[index] as AccessInstr;
        const body = this.tree({ block, index: index + 1 }, [], new Set());
        if (this.todo.length > 0) this.reject("a walker reads memory once");
        return {
          at: instr.at,
          guard: null,
          before: [...prefix, ...instr.before],
          access: instr.access,
          body,
          live: [],
          scope: [],
        };
      }
      const term = defined(block.term, "blocks are closed");
      if (term.t === "branch") {
        const body = this.tree({ block, index: end }, [], new Set());
        if (this.todo.length > 0) this.reject("in front of walker_read() there is when(), but no if");
        return { ...emptyStep(NOWHERE, body, [], []), before: prefix };
      }
      if (term.t === "end") return { ...emptyStep(NOWHERE, [{ kind: "end" }], [], []), before: prefix };
      block = term.t === "jump" ? term.to : term.body;
    }
  }

  private finish(): Step[] {
    for (let next = this.todo.shift(); next !== undefined; next = this.todo.shift()) {
      this.steps[next.id] = this.cut(next.position);
    }
    return this.steps.map((step) => defined(step, "all steps are cut"));
  }

  /** The first thing to be done from here: empty blocks need no step. */
  private settled(position: Position): Position {
    const passed = new Set<Block>();
    let { block, index } = position;
    while (index === block.instrs.length && !passed.has(block)) {
      passed.add(block);
      const { term } = block;
      if (term?.t !== "jump" && term?.t !== "region") break;
      block = term.t === "jump" ? term.to : term.body;
      index = 0;
    }
    return { block, index };
  }

  private idOf(from: Position): number {
    const position = this.settled(from);
    const key = `${position.block.id}:${position.index}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.steps.length;
    this.steps.push(undefined);
    this.ids.set(key, id);
    this.todo.push({ id, position });
    return id;
  }

  private cut(position: Position): Step {
    const { block, index } = position;
    const instr = block.instrs[index];
    const live = this.live(block, index);
    if (instr?.i === "access") {
      const body = this.tree({ block, index: index + 1 }, [], new Set());
      const { access, guard, before, at, racy } = instr;
      const scope = [...new Set([...instr.scope, ...live])].sort((x, y) => x - y);
      return { at, guard, before, access, body, live, scope, ...(racy && { racy }) };
    }
    return emptyStep({ ...NOWHERE, text: "start" }, this.tree(position, [], new Set()), live, live);
  }

  /** Everything from `at` to the next accesses, as nested statements. `seen`: loop heads passed without an access. */
  private tree(at: Position, stops: readonly Stop[], seen: Set<number>): Stmt[] {
    const out: Stmt[] = [];
    const { block } = at;
    for (let index = at.index; index < block.instrs.length; index++) {
      const instr = defined(block.instrs[index], "in range");
      if (instr.i === "access") {
        out.push({ kind: "goto", step: this.idOf({ block, index }) });
        return out;
      }
      out.push(instr.stmt);
      // What follows a `raise` counts where nobody asks for its property: strip() takes the raise out then.
      if (instr.stmt.kind === "disabled" || instr.stmt.kind === "limit") return out;
    }
    const term = defined(block.term, "blocks are closed");
    switch (term.t) {
      case "end":
        out.push({ kind: "end" });
        return out;
      case "jump":
        out.push(...this.jump(term.to, stops, seen));
        return out;
      case "branch": {
        const inner = this.withStop(term.join, stops);
        const then = this.jump(term.then, inner.stops, seen);
        const other = this.jump(term.else, inner.stops, seen);
        const branch: Stmt = { kind: "if", test: term.test, then, else: other };
        out.push(...inner.close([branch]));
        if (inner.stop.used) out.push(...this.jump(term.join, stops, seen));
        return out;
      }
      case "region": {
        const inner = this.withStop(term.exit, stops);
        out.push(...inner.close(this.jump(term.body, inner.stops, seen)));
        if (inner.stop.used) out.push(...this.jump(term.exit, stops, seen));
        return out;
      }
    }
  }

  private withStop(block: Block, stops: readonly Stop[]) {
    const stop: Stop = { block, label: this.labels++, used: false };
    const close = (body: Stmt[]): Stmt[] => (stop.used ? [{ kind: "block", label: stop.label, body }] : body);
    return { stop, stops: [...stops, stop], close };
  }

  /** A loop as one statement: whoever would jump to its head falls through to its end. */
  private loop(head: Block, stops: readonly Stop[], seen: Set<number>): Stmt {
    const round = this.withStop(head, stops);
    const body = round.close(this.tree({ block: head, index: 0 }, round.stops, seen));
    return { kind: "block", label: this.labels++, body, again: true };
  }

  private jump(to: Block, stops: readonly Stop[], seen: Set<number>): Stmt[] {
    const stop = stops.findLast((s) => s.block === to);
    if (stop) {
      stop.used = true;
      return [{ kind: "break", label: stop.label }];
    }
    if (to.loops) return [this.loop(to, stops, seen)];
    if (seen.has(to.id)) return [{ kind: "goto", step: this.idOf({ block: to, index: 0 }) }];
    // One set for the whole tree, as it grows with each block of a straight line: only what leads here is in it.
    seen.add(to.id);
    const found = this.tree({ block: to, index: 0 }, stops, seen);
    seen.delete(to.id);
    return found;
  }
}
