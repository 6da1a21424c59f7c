// SPDX-License-Identifier: MIT
// Random straight dialect programs, each printed twice: as dialect, and as JavaScript that does the same. For what one
// CPU does on its own, JavaScript is the specification: the order of evaluation, scopes, loops, early returns.

/** The same piece of program in both languages. */
interface Twin {
  readonly d: string;
  readonly j: string;
}

const same = (text: string): Twin => ({ d: text, j: text });
const join = (parts: readonly Twin[], between = ""): Twin => ({
  d: parts.map((p) => p.d).join(between),
  j: parts.map((p) => p.j).join(between),
});

/** `twin("a ${} b", x)`: the same text around parts that differ. */
function around(text: string, ...parts: readonly Twin[]): Twin {
  const pieces = text.split("%");
  const fill = (of: (p: Twin) => string): string =>
    pieces.map((piece, i) => piece + (i < parts.length ? of(parts[i] as Twin) : "")).join("");
  return { d: fill((p) => p.d), j: fill((p) => p.j) };
}

const SHARED = ["x", "y"];

class Generator {
  private readonly choices: readonly number[];
  private next = 0;
  private names = 0;
  private budget: number;
  /** Variables that can be read, and those that can be assigned. */
  private readable: string[] = [];
  private assignable: string[] = [];
  private functions = 0;
  private inLoop = false;
  private inFunction = false;

  constructor(choices: readonly number[], budget: number) {
    this.choices = choices;
    this.budget = budget;
  }

  private pick(n: number): number {
    const choice = this.choices[this.next++ % this.choices.length] ?? 0;
    return Math.abs(choice + this.next * 7) % n;
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[this.pick(list.length)] as T;
  }

  /** Something small if the budget is used up. */
  private choose(simple: number, all: number): number {
    return this.budget-- > 0 ? this.pick(all) : this.pick(simple);
  }

  /** An integer without effects. */
  private pure(): Twin {
    switch (this.choose(4, 8)) {
      case 0:
      case 1:
        return same(String(this.pick(9) - 1).replace("-1", "(-1)"));
      case 2:
        return this.readable.length > 0 ? same(this.oneOf(this.readable)) : same("3");
      case 3:
        return { d: "this_cpu_ptr(f).p", j: "f.p" };
      case 4:
        return around(`(% ${this.oneOf(["+", "-", "*", "&", "|", "^"])} %)`, this.pure(), this.pure());
      case 5:
        return around(`((%) ${this.oneOf(["<<", ">>"])} ${this.pick(4)})`, this.pure());
      case 6: {
        const by = this.oneOf([2, 3, -3]);
        const e = this.pure();
        return this.pick(2) === 0 ? around(`(% % ${by})`, e, same("%")) : around(`trunc(% / ${by})`, e);
      }
      default:
        return around("(% ? % : %)", this.pureCondition(), this.pure(), this.pure());
    }
  }

  private pureCondition(): Twin {
    const op = this.oneOf(["<", "<=", ">", ">=", "===", "!=="]);
    return around(`% ${op} %`, this.pure(), this.pure());
  }

  /** An integer; evaluating it may take steps. */
  private value(): Twin {
    const place = this.oneOf(SHARED);
    switch (this.choose(3, 11)) {
      case 0:
      case 1:
        return this.pure();
      case 2:
        return { d: `READ_ONCE(g.${place})`, j: `g.${place}` };
      case 3:
        return same(`g.${place}`);
      case 4:
        return around(`(% ${this.oneOf(["+", "-", "|", "^", "*"])} %)`, this.value(), this.value());
      case 5:
        return { d: "atomic_inc_return(g.a)", j: "count()" };
      case 6: {
        const v = this.value();
        return { d: `xchg(g.${place}, (${v.d}) & 7)`, j: `swap("${place}", (${v.j}) & 7)` };
      }
      case 7:
        return same("bump()");
      case 8:
        return around("poke(%)", this.value());
      case 9:
        return this.functions === 0
          ? same("bump()")
          : around(`f${this.pick(this.functions)}(%, %)`, this.value(), this.value());
      default:
        return around("pair((%) & 7).lo", this.value());
    }
  }

  private condition(): Twin {
    switch (this.choose(1, 5)) {
      case 1:
        return around("!(%)", this.condition());
      case 2:
        return around("(% && %)", this.condition(), this.condition());
      case 3:
        return around("(% || %)", this.condition(), this.condition());
      default:
        return around(`% ${this.oneOf(["<", ">=", "===", "!=="])} %`, this.value(), this.value());
    }
  }

  private statements(n: number): Twin {
    const [readable, assignable] = [[...this.readable], [...this.assignable]];
    const list = Array.from({ length: n }, () => this.statement());
    [this.readable, this.assignable] = [readable, assignable];
    return join(list, "\n");
  }

  private store(): Twin {
    const place = this.oneOf(SHARED);
    const v = around("(%) & 7", this.value());
    switch (this.pick(5)) {
      case 0:
        return { d: `WRITE_ONCE(g.${place}, ${v.d});`, j: `g.${place} = ${v.j};` };
      case 1:
        return around(`g.${place} = %;`, v);
      case 2:
        return { d: `this_cpu_ptr(f).p = ${v.d};`, j: `f.p = ${v.j};` };
      case 3:
        return { d: `smp_store_release(g.${place}, ${v.d});`, j: `g.${place} = ${v.j};` };
      default:
        return { d: `cmpxchg(g.${place}, ${this.pick(4)}, ${v.d});`, j: this.compareAndSwap(place, v.j) };
    }
  }

  private compareAndSwap(place: string, v: string): string {
    // The same draw as the dialect's text has made just now.
    this.next--;
    const old = this.pick(4);
    return `{ const n = ${v}; if (g.${place} === ${old}) g.${place} = n; }`;
  }

  private declaration(): Twin {
    const name = `v${this.names++}`;
    const isLet = this.pick(2) === 0;
    const text = around(`${isLet ? "let" : "const"} ${name} = (%) & 7;`, this.value());
    this.readable.push(name);
    if (isLet) this.assignable.push(name);
    return text;
  }

  private assignment(name: string): Twin {
    const op = this.oneOf(["=", "=", "+=", "-=", "|=", "&=", "++", "--"]);
    if (op === "=") return around(`${name} = (%) & 7;`, this.value());
    if (op === "++" || op === "--") return same(`${name}${op};\n${name} = ${name} & 7;`);
    return around(`${name} ${op} %;\n${name} &= 7;`, this.value());
  }

  private statement(): Twin {
    switch (this.choose(3, 11)) {
      case 0:
        return this.store();
      case 1:
      case 2:
        return this.declaration();
      case 3:
      case 4:
        if (this.assignable.length === 0) return this.store();
        return this.assignment(this.oneOf(this.assignable));
      case 5:
        return around("if (%) {\n%\n}", this.condition(), this.statements(1 + this.pick(2)));
      case 6:
        return around("if (%) {\n%\n} else {\n%\n}", this.condition(), this.statements(1), this.statements(2));
      case 7:
      case 8:
        return this.loop();
      case 9:
        if (this.inLoop) return around(`if (%) ${this.oneOf(["break", "continue"])};`, this.condition());
        return this.inFunction ? around("if (%) return %;", this.condition(), this.value()) : this.store();
      default:
        return around("bump();\npoke(%);", this.value());
    }
  }

  private loop(): Twin {
    const outer = this.inLoop;
    this.inLoop = true;
    const name = `i${this.names++}`;
    const readable = [...this.readable];
    const from = this.pick(3);
    const step = this.oneOf([`${name}++`, `${name} += 2`]);
    let head: Twin;
    switch (this.pick(4)) {
      case 0:
        head = around(`for (let ${name} = ${from}; ${name} < (%) >> 1; ${step})`, same(this.oneOf(["5", "20"])));
        break;
      case 1:
        head = around(`for (let ${name} = %; ${name} <= 3; ${step})`, around("(%) & 3", this.value()));
        break;
      case 2:
        head = around(`for (let ${name} = 0; ${name} < (%); ${step})`, around("(%) & 3", this.value()));
        break;
      default:
        head = { d: "while (atomic_inc_return(g.a) % 3 !== 0)", j: "while (count() % 3 !== 0)" };
    }
    if (head.d.startsWith("for")) this.readable.push(name);
    const body = this.statements(1 + this.pick(2));
    this.readable = readable;
    this.inLoop = outer;
    return around("% {\n%\n}", head, body);
  }

  private function(): Twin {
    this.readable = ["a", "b"];
    this.assignable = [];
    this.inFunction = true;
    const body = this.statements(1 + this.pick(3));
    const result = this.value();
    this.inFunction = false;
    this.readable = [];
    const id = this.functions++;
    return {
      d: `function f${id}(a: number, b: number): number {\n${body.d}\nreturn ${result.d};\n}`,
      j: `function f${id}(a, b) {\n${body.j}\nreturn ${result.j};\n}`,
    };
  }

  run(functions: number, threads: number): { functions: Twin; bodies: Twin[] } {
    const list = Array.from({ length: functions }, () => this.function());
    const bodies = Array.from({ length: threads }, () => this.statements(2 + this.pick(4)));
    return { functions: join(list, "\n"), bodies };
  }
}

export const MACHINE = { value: 7, many: 1000 } as const;

/** Declarations that all programs share. */
const DIALECT = `
interface globals { x: upto<"value">; y: upto<"value">; a: atomic<"many">; }
export const g = DEFINE_SHARED<globals>();
interface frame { p: upto<"value">; }
export const f = DEFINE_PER_CPU_FRAME<frame>();
interface cpu_hw { t: upto<"value">; }
export const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
function bump(): number { const old = this_cpu_ptr(f).p; this_cpu_ptr(f).p = (old + 1) & 7; return old + 1; }
function poke(n: number): number {
  instruction();
  const cpu = smp_processor_id();
  if (n > 5) return hw[cpu].t;
  const old = hw[cpu].t;
  hw[cpu].t = n & 7;
  return old + 1;
}
function pair(n: number): { lo: number; hi: number } {
  if (n > 3) return { lo: n & 3, hi: 1 };
  return { lo: n, hi: 0 };
}
`;
const JAVASCRIPT = `
const trunc = Math.trunc;
function count() { if (++g.a > ${MACHINE.many}) throw "too far"; return g.a; }
function swap(place, n) { const old = g[place]; g[place] = n; return old; }
function bump() { const old = f.p; f.p = (old + 1) & 7; return old + 1; }
function poke(n) { if (n > 5) return hw.t; const old = hw.t; hw.t = n & 7; return old + 1; }
function pair(n) { if (n > 3) return { lo: n & 3, hi: 1 }; return { lo: n, hi: 0 }; }
`;

export interface RandomProgram {
  /** Declarations and functions, and one function run0(), run1(), … for each thread. */
  readonly dialect: string;
  /** The same for one thread: body of a function (g, f, hw) that leaves its results in them. */
  readonly javascript: string;
}

export function randomProgram(choices: readonly number[], size: { budget: number; threads: number }): RandomProgram {
  const generator = new Generator(choices, size.budget);
  const { functions, bodies } = generator.run(2, size.threads);
  const runs = bodies.map(({ d }, i) => `export function run${i}(): void {\n${d}\n}`).join("\n");
  return {
    dialect: DIALECT + functions.d.replaceAll("trunc", "") + runs.replaceAll("trunc", ""),
    javascript: `"use strict";${JAVASCRIPT}${functions.j}\n${bodies[0]?.j ?? ""}`,
  };
}
