// SPDX-License-Identifier: MIT
// Random Programs in which all CPUs run the same code and nothing depends on their numbers: built so, not found so.
import type { Access, Cell, Code, Expr, Local, Place, Program, Step, Stmt } from "../../src/program/program.ts";
import { PROGRAM_VERSION } from "../../src/program/program.ts";

/** Draws numbers below n; the same list gives the same Program. */
type Draw = (n: number) => number;

export function drawing(list: readonly number[]): Draw {
  let at = 0;
  return (n) => (list[at++ % Math.max(list.length, 1)] ?? 0) % n;
}

const NOBODY = -1;
const constant = (value: number): Expr => ({ kind: "const", value });
const local = (id: number): Expr => ({ kind: "local", local: id });
const cpu: Expr = { kind: "cpu" };
const binary = (op: Extract<Expr, { kind: "binary" }>["op"], a: Expr, b: Expr): Expr => ({ kind: "binary", op, a, b });

/** Cells: what their values are, and their indices. */
const [COUNT, OWNER, MASK, FLAG, NEXT, SEEN, PAIR] = [0, 1, 2, 3, 4, 5, 6];
/** Locals. */
const [NUMBER, CPU, SET, CHOSEN] = [0, 1, 2, 3];

function cellsOf(cpus: number, storage: (id: number) => Cell["storage"]): Cell[] {
  const cell = (name: string, dims: readonly number[], min: number, max: number): Omit<Cell, "storage"> => ({
    name,
    dims,
    own: false,
    min,
    max,
    meaning: { kind: "int" },
  });
  return [
    cell("count", [], 0, 2),
    cell("owner", [], NOBODY, cpus - 1),
    cell("mask", [], 0, 2 ** cpus - 1),
    cell("flag", [cpus], 0, 1),
    cell("next", [cpus], NOBODY, cpus - 1),
    cell("seen", [cpus], 0, 2 ** cpus - 1),
    cell("pair", [2, cpus, cpus], 0, 1),
  ].map((one, id) => ({ ...one, storage: storage(id) }));
}

class Builder {
  private readonly draw: Draw;
  private readonly cpus: number;
  private readonly storage: (id: number) => Cell["storage"];

  constructor(draw: Draw, cpus: number, storage: (id: number) => Cell["storage"]) {
    this.draw = draw;
    this.cpus = cpus;
    this.storage = storage;
  }

  private pick<T>(...list: readonly (() => T)[]): T {
    const one = list[this.draw(list.length)] ?? list[0];
    if (one === undefined) throw new Error("something to pick from");
    return one();
  }

  /** `direct`: cells may be read; otherwise only those of the frame. */
  private read(id: number, index: readonly Expr[], direct: boolean, otherwise: Expr): Expr {
    return direct || this.storage(id) === "frame" ? { kind: "cell", cell: id, index } : otherwise;
  }

  someone(direct: boolean): Expr {
    return this.pick<Expr>(
      () => cpu,
      () => local(CPU),
      () => local(CHOSEN),
      () => constant(NOBODY),
      () => this.read(OWNER, [], direct, cpu),
      () =>
        this.read(
          NEXT,
          [
            this.pick(
              () => cpu,
              () => local(CPU),
            ),
          ],
          direct,
          cpu,
        ),
    );
  }

  /** A CPU for certain: an index. */
  somewhere(): Expr {
    const named: Expr = { kind: "cond", test: binary("==", local(CPU), constant(NOBODY)), then: cpu, else: local(CPU) };
    return this.pick(
      () => cpu,
      () => named,
    );
  }

  set(direct: boolean, depth = 0): Expr {
    if (depth > 2) return local(SET);
    const inner = (): Expr => this.set(direct, depth + 1);
    return this.pick<Expr>(
      () => constant(0),
      () => ({ kind: "unary", op: "mask_of", a: constant(this.cpus) }),
      () => local(SET),
      () => this.read(MASK, [], direct, local(SET)),
      () => this.read(SEEN, [this.somewhere()], direct, local(SET)),
      () =>
        binary(
          this.pick(
            () => "mask_add" as const,
            () => "mask_del" as const,
          ),
          inner(),
          this.somewhere(),
        ),
      () => binary("mask_andnot", inner(), inner()),
    );
  }

  test(direct: boolean): Expr {
    return this.pick<Expr>(
      () => binary("==", this.someone(direct), this.someone(direct)),
      () => binary("mask_test", this.set(direct), this.somewhere()),
      () => ({ kind: "unary", op: "mask_empty", a: this.set(direct) }),
      () => binary("<", local(NUMBER), constant(1)),
      () => this.read(FLAG, [this.somewhere()], direct, constant(1)),
      () => this.read(PAIR, [constant(this.draw(2)), this.somewhere(), this.somewhere()], direct, constant(1)),
    );
  }

  number(direct: boolean): Expr {
    return this.pick<Expr>(
      () => constant(this.draw(2)),
      () => ({ kind: "cond", test: this.test(direct), then: constant(1), else: constant(0) }),
    );
  }

  private value(id: number, direct: boolean): Expr {
    if (id === OWNER || id === NEXT) return this.someone(direct);
    return id === MASK || id === SEEN ? this.set(direct) : this.number(direct);
  }

  private place(id: number): Place {
    const index = [FLAG, NEXT, SEEN].includes(id) ? [this.somewhere()] : [];
    return { cell: id, index: id === PAIR ? [constant(this.draw(2)), this.somewhere(), this.somewhere()] : index };
  }

  private someCell(): number {
    return this.pick(...[COUNT, OWNER, MASK, FLAG, NEXT, SEEN, PAIR].map((id) => () => id));
  }

  private into(id: number): number {
    if (id === OWNER || id === NEXT) return CPU;
    return id === MASK || id === SEEN ? SET : NUMBER;
  }

  /** Every CPU's element, in an order that cannot matter. */
  private forAll(): Stmt[] {
    const value = constant(this.draw(2));
    return Array.from({ length: this.cpus }, (_, i): Stmt => {
      const put: Stmt = { kind: "put", cell: FLAG, index: [constant(i)], value };
      return { kind: "if", test: binary("mask_test", local(SET), constant(i)), then: [put], else: [] };
    });
  }

  access(): Access {
    const id = this.someCell();
    const place = this.place(id);
    const primitive = "";
    if (this.storage(id) === "frame")
      return {
        kind: "instruction",
        primitive,
        serialising: this.draw(2) === 0,
        body: this.pick<Stmt[]>(
          () => [{ kind: "put", ...place, value: this.value(id, true) }],
          () => [
            {
              kind: "if",
              test: this.test(true),
              then: [{ kind: "put", ...place, value: this.value(id, true) }],
              else: [],
            },
          ],
          () => this.forAll(),
        ),
      };
    return this.pick<Access>(
      () => ({ kind: "load", primitive, order: "once", place, into: this.into(id) }),
      () => ({ kind: "store", primitive, order: "once", place, value: this.value(id, false) }),
      () => ({
        kind: "rmw",
        primitive,
        order: "full",
        place,
        old: this.into(id),
        when: null,
        value: this.value(id, false),
      }),
      () => ({ kind: "choose", primitive, into: CHOSEN, count: this.cpus, such: this.test(false) }),
      () => ({ kind: "fence", primitive, order: "mb" }),
    );
  }

  /** Ends in a jump forwards. */
  body(next: number, last: number): Stmt[] {
    const go = (): Stmt => ({ kind: "goto", step: this.draw(5) === 0 ? last : next });
    const sets = this.pick<Stmt[]>(
      () => [],
      () => [{ kind: "set", local: CPU, value: this.someone(false) }],
      () => [{ kind: "set", local: SET, value: this.set(false) }],
    );
    const test = this.test(false);
    return [...sets, { kind: "if", test, then: [go()], else: [go()] }];
  }
}

function localsFor(cpus: number): Local[] {
  return [
    { name: "number", min: 0, max: 2, meaning: { kind: "int" } },
    { name: "cpu", min: NOBODY, max: cpus - 1, meaning: { kind: "int" } },
    { name: "set", min: 0, max: 2 ** cpus - 1, meaning: { kind: "int" } },
    { name: "chosen", min: NOBODY, max: cpus - 1, meaning: { kind: "int" } },
  ];
}

export interface Shape {
  readonly cpus: number;
  readonly steps: number;
  /** An interrupt on every CPU, too. */
  readonly interrupt: boolean;
}

const line = (n: number): Step["at"] => ({ source: 0, line: n, column: 1, func: "f", text: "" });
const IDLE: Step = {
  at: line(0),
  guard: null,
  before: [],
  access: { kind: "none" },
  body: [{ kind: "end" }],
  live: [],
  scope: [],
};

/** An instruction that sets the CPU's flag. */
function raise(value: number): Access {
  const body: Stmt[] = [{ kind: "put", cell: FLAG, index: [cpu], value: constant(value) }];
  return { kind: "instruction", primitive: "", serialising: false, body };
}

function threadSteps(draw: Draw, builder: Builder, cpus: number, count: number): Step[] {
  const start: Stmt[] = [
    { kind: "set", local: NUMBER, value: constant(draw(2)) },
    { kind: "set", local: CPU, value: draw(2) === 0 ? cpu : constant(NOBODY) },
    { kind: "set", local: CHOSEN, value: constant(NOBODY) },
    { kind: "set", local: SET, value: constant(draw(2) * (2 ** cpus - 1)) },
  ];
  const live = [NUMBER, CPU, SET, CHOSEN];
  const steps = Array.from({ length: count }, (_, i): Step => {
    const step = { ...IDLE, at: line(10 + i) };
    if (i === 0) return { ...step, access: raise(draw(2)), body: [...start, ...builder.body(2, count)] };
    // At the last step no local is live: its bits must not be taken for a CPU.
    if (i + 1 === count) return { ...step, body: [draw(3) === 0 ? { kind: "goto", step: 1 } : { kind: "end" }] };
    return { ...step, access: builder.access(), body: builder.body(i + 2, count), live, scope: live };
  });
  return [IDLE, ...steps];
}

/** Comes in while the CPU's flag is set, and clears it. */
function handlerSteps(): Step[] {
  const guard = binary("==", { kind: "cell", cell: FLAG, index: [cpu] }, constant(1));
  return [
    { ...IDLE, at: line(50), guard, body: [{ kind: "goto", step: 1 }] },
    { ...IDLE, at: line(51), access: raise(0) },
  ];
}

export function symmetricProgram(draw: Draw, { cpus, steps, interrupt }: Shape): Program {
  const kinds = Array.from({ length: 7 }, () => (draw(2) === 0 ? ("frame" as const) : ("memory" as const)));
  const storage = (id: number): Cell["storage"] => kinds[id] ?? "memory";
  const all = Array.from({ length: cpus }, (_, c) => c);
  const common = { params: 0, locals: localsFor(cpus) };
  const text = threadSteps(draw, new Builder(draw, cpus, storage), cpus, steps);
  const threads = all.map(
    (c): Code => ({ ...common, name: `CPU${c}`, kind: "thread", level: 0, cpus: [c], steps: text }),
  );
  const handler: Code = { ...common, name: "handler", kind: "interrupt", level: 2, cpus: all, steps: handlerSteps() };
  const nobody = (cell: number, ...index: Expr[]): Stmt => ({ kind: "put", cell, index, value: constant(NOBODY) });
  const members: Expr = { kind: "unary", op: "mask_weight", a: { kind: "cell", cell: MASK, index: [] } };
  const owner: Expr = { kind: "cell", cell: OWNER, index: [] };
  return {
    version: PROGRAM_VERSION,
    name: "random",
    cpus,
    sources: ["random.ts"],
    cells: cellsOf(cpus, storage),
    codes: [...threads, ...(interrupt ? [handler] : [])],
    init: [nobody(OWNER), ...all.map((c) => nobody(NEXT, constant(c)))],
    initLocals: [],
    properties: [{ name: "not full", kind: "always", test: binary("<", members, constant(cpus)) }],
    witnesses: [{ name: "owned", test: binary("!=", owner, constant(NOBODY)) }],
    events: [],
  };
}

/** The same, but for one thing that one CPU, or one line of all, does: `cpu` there is a number, or a number another. */
export function perturbed(program: Program, draw: Draw): Program {
  const codes = program.codes.map((code) => structuredClone(code));
  const found: Expr[] = [];
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if ("kind" in x && (x.kind === "cpu" || x.kind === "const")) found.push(x as Expr);
    for (const child of Object.values(x)) visit(child);
  };
  visit(codes[draw(codes.length)]?.steps);
  const target = found[draw(found.length)];
  if (target) Object.assign(target, { kind: "const", value: draw(program.cpus) });
  return { ...program, codes };
}
