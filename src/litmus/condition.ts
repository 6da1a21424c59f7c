// SPDX-License-Identifier: MIT
// `locations [...]`, `filter ...`, and the condition: exists, ~exists or forall, and a proposition about final states.
import { locationName, readConstant, takeRegister } from "./init.ts";
import { syntax, unsupported } from "./problem.ts";
import type { LitmusTest, Locations, Observed, Prop, Quantifier, RegisterName } from "./test.ts";
import type { Cursor } from "./tokens.ts";

/** More than any test nests; a damaged file must not exhaust the stack. */
const DEPTH_MAX = 100;

export type Outcome = Pick<LitmusTest, "observed" | "shown" | "quantifier" | "condition" | "filter">;

/** Reads the condition of one test. `register` is the number of a register, and its name as herd prints it. */
export class ConditionReader {
  private readonly cursor: Cursor;
  private readonly locations: Locations;
  private readonly register: (name: RegisterName) => { readonly register: number; readonly name: string };
  private readonly observed: Observed[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly shown = new Set<number>();
  private filtering = false;
  private depth = 0;

  constructor(
    cursor: Cursor,
    locations: Locations,
    register: (name: RegisterName) => { readonly register: number; readonly name: string },
  ) {
    this.cursor = cursor;
    this.locations = locations;
    this.register = register;
  }

  read(): Outcome {
    const { cursor } = this;
    if (cursor.take("locations")) this.readLocations();
    let filter: Prop | undefined;
    if (cursor.take("filter")) {
      this.filtering = true;
      filter = this.prop();
      this.filtering = false;
    }
    const { quantifier, condition } = this.readCondition();
    cursor.take(";");
    if (cursor.take("with")) while (cursor.peek().kind !== "end") cursor.next(); // what other models say
    if (cursor.peek().kind !== "end") cursor.fail("the end of the file");
    return { observed: this.observed, shown: [...this.shown], quantifier, condition, filter };
  }

  private readCondition(): { quantifier: Quantifier; condition: Prop } {
    const { cursor } = this;
    if (cursor.peek().kind === "end") return { quantifier: "forall", condition: { kind: "constant", holds: true } };
    if (cursor.is("observed") || cursor.is("Observed"))
      unsupported(cursor.offset, "'observed' in place of a condition");
    if (cursor.take("forall")) return { quantifier: "forall", condition: this.prop() };
    if (cursor.take("exists") || cursor.take("final")) return { quantifier: "exists", condition: this.prop() };
    if (!cursor.take("~")) cursor.expect("not", "a condition: 'exists', '~exists' or 'forall'");
    cursor.expect("exists");
    return { quantifier: "~exists", condition: this.prop() };
  }

  private readLocations(): void {
    const { cursor } = this;
    cursor.expect("[");
    while (!cursor.take("]")) {
      if (cursor.is("fault") || cursor.is("Fault")) unsupported(cursor.offset, "faults");
      this.show(this.place());
      while (cursor.peek().kind === "name" || cursor.is("*")) cursor.next(); // its type
      if (!cursor.take(";") && !cursor.is("]")) cursor.fail("';' or ']'");
    }
  }

  private show(number: number): number {
    if (!this.filtering) this.shown.add(number);
    return number;
  }

  /** Of what is observed there: its number. */
  private place(): number {
    const { cursor } = this;
    const { offset } = cursor;
    const register = takeRegister(cursor);
    if (register) {
      const { register: number, name } = this.register(register);
      const { thread } = register;
      return this.number({ kind: "register", thread, register: number, name: `${thread}:${name}` });
    }
    const bracket = cursor.take("[");
    cursor.take("*");
    const name = locationName(cursor);
    if (!this.locations.has(name)) syntax(offset, `the test has no location ${name}`);
    if (bracket) cursor.expect("]");
    let index: number | undefined;
    if (!bracket && cursor.take("[")) {
      index = cursor.number();
      cursor.expect("]");
    } else if (this.locations.isArray(name)) unsupported(offset, `${name}: an array as a whole`);
    const location = this.locations.find(name, index, offset);
    const shown = this.locations.names[location] ?? name;
    return this.number({ kind: "location", location, name: index === undefined ? `[${shown}]` : shown });
  }

  private number(observed: Observed): number {
    const known = this.numbers.get(observed.name);
    if (known !== undefined) return known;
    const number = this.observed.push(observed) - 1;
    this.numbers.set(observed.name, number);
    return number;
  }

  // The signs bind as herd's do: => tighter than /\, and /\ tighter than \/.

  private prop(): Prop {
    let a = this.conjunction();
    while (this.cursor.take("\\/")) a = { kind: "or", a, b: this.conjunction() };
    return a;
  }

  private conjunction(): Prop {
    let a = this.implication();
    while (this.cursor.take("/\\")) a = { kind: "and", a, b: this.implication() };
    return a;
  }

  private implication(): Prop {
    if (++this.depth > DEPTH_MAX) unsupported(this.cursor.offset, `nesting deeper than ${DEPTH_MAX}`);
    const a = this.unary();
    const prop: Prop = this.cursor.take("=>") ? { kind: "implies", a, b: this.implication() } : a;
    this.depth--;
    return prop;
  }

  private unary(): Prop {
    const { cursor } = this;
    let negated = false;
    while (cursor.take("not") || cursor.take("~")) negated = !negated;
    const a = this.primary();
    return negated ? { kind: "not", a } : a;
  }

  private primary(): Prop {
    const { cursor } = this;
    if (cursor.take("true")) return { kind: "constant", holds: true };
    if (cursor.take("false")) return { kind: "constant", holds: false };
    if (cursor.is("fault") || cursor.is("Fault")) unsupported(cursor.offset, "faults");
    if (!cursor.take("(")) return this.atom();
    const inner = this.prop();
    cursor.expect(")");
    return inner;
  }

  private atom(): Prop {
    const { cursor } = this;
    const a = this.show(this.place());
    const differs = cursor.take("!=") || cursor.take("<>");
    if (!differs && !cursor.take("=") && !cursor.take("==")) cursor.fail("'='");
    const equal = this.comparison(a);
    return differs ? { kind: "not", a: equal } : equal;
  }

  private comparison(a: number): Prop {
    const { cursor } = this;
    const { offset } = cursor;
    if (cursor.is("{")) unsupported(offset, "an array as a whole");
    if (cursor.is("(")) unsupported(offset, "the contents of a page-table entry");
    const mark = cursor.mark();
    const isRegister = takeRegister(cursor) !== undefined;
    cursor.reset(mark);
    if (isRegister || cursor.is("[") || cursor.is("*")) return { kind: "same", a, b: this.show(this.place()) };
    const value = readConstant(cursor);
    if (typeof value === "number") return { kind: "equal", a, value };
    if (!this.locations.has(value.name)) syntax(offset, `the test has no location ${value.name}`);
    return { kind: "equal", a, value: this.locations.address(this.locations.find(value.name, value.index, offset)) };
  }
}

/** Whether a proposition holds; `values` are those of what is observed, by number. */
export function holds(prop: Prop, values: readonly number[]): boolean {
  switch (prop.kind) {
    case "constant":
      return prop.holds;
    case "equal":
      return values[prop.a] === prop.value;
    case "same":
      return values[prop.a] === values[prop.b];
    case "not":
      return !holds(prop.a, values);
    case "and":
      return holds(prop.a, values) && holds(prop.b, values);
    case "or":
      return holds(prop.a, values) || holds(prop.b, values);
    case "implies":
      return !holds(prop.a, values) || holds(prop.b, values);
  }
}
