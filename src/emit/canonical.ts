// SPDX-License-Identifier: MIT
// The canonical form of a state under exchanges of CPUs, in emitted code: of all states that an exchange makes of it,
// the one whose CPUs are sorted by what moves with them, and of several such, the one with the smallest words. Equal
// for two states if and only if an exchange makes one of the other. Objects are sorted behind that (objects.ts).
import { assert, defined } from "../base/assert.ts";
import type { Program } from "../program/program.ts";
import { type Permutation, permutationsOf } from "../program/symmetry.ts";
import { type Exchanges, exchangesOf, homeWords } from "./exchanges.ts";
import type { PackedLayout } from "./layout.ts";
import { printObjects } from "./objects.ts";

/** Two CPUs of one class, by their places among all that can be exchanged. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly unit: number;
}

type Unit = NonNullable<PackedLayout["symmetric"]>["units"][number];

class Canonical {
  private readonly layout: PackedLayout;
  private readonly exchanges: Exchanges;
  private readonly permutations: readonly Permutation[];
  /** Whether objects are sorted, too. */
  private readonly objects: boolean;
  private readonly units: readonly Unit[];
  /** The CPUs that can be exchanged, class after class. */
  private readonly members: readonly number[];
  /** Every pair of a class, ascending. */
  private readonly pairs: readonly Pair[];

  constructor(
    layout: PackedLayout,
    units: readonly Unit[],
    exchanges: Exchanges,
    permutations: readonly Permutation[],
    objects: boolean,
  ) {
    this.layout = layout;
    this.objects = objects;
    this.exchanges = exchanges;
    this.permutations = permutations;
    this.units = units;
    this.members = units.flatMap(({ cpus }) => cpus);
    const unitOf = (cpu: number): number => units.findIndex(({ cpus }) => cpus.includes(cpu));
    this.pairs = this.members.flatMap((cpu, a) =>
      this.members.flatMap((other, b) => (b > a && unitOf(cpu) === unitOf(other) ? [{ a, b, unit: unitOf(cpu) }] : [])),
    );
  }

  /** The number of a permutation. */
  private numberOf(permutation: Permutation): number {
    const text = permutation.join();
    const number = this.permutations.findIndex((one) => one.join() === text);
    assert(number >= 0, "exchanges are a group");
    return number;
  }

  private wordOf(member: number): number {
    const cpu = defined(this.members[member], "by member");
    const unit = defined(
      this.units.find(({ cpus }) => cpus.includes(cpu)),
      "members have a class",
    );
    return unit.start + unit.cpus.indexOf(cpu) * unit.size;
  }

  /** Words of a CPU, by which CPUs are sorted: those with bits that move with it. */
  private keyWords({ unit }: Pair): number[] {
    const { start, size } = defined(this.units[unit], "by class");
    return Array.from({ length: size }, (_, w) => w).filter((w) => this.exchanges.keys[start + w] !== 0);
  }

  private key(unit: number, member: number, w: number, read: (word: number) => string): string {
    const bits = defined(this.exchanges.keys[defined(this.units[unit], "by class").start + w], "by word");
    const word = read(this.wordOf(member) + w);
    return bits === -1 ? word : `(${word}&${bits})`;
  }

  private less(pair: Pair, from: number, to: number): string {
    const read = (word: number): string => `n${word}`;
    const [first, ...rest] = this.keyWords(pair).map((w): [string, string] => [
      this.key(pair.unit, from, w, read),
      this.key(pair.unit, to, w, read),
    ]);
    if (first === undefined) return "false";
    const compare = (list: readonly [string, string][]): string => {
      const [one, ...others] = list;
      if (one === undefined) return "";
      const [x, y] = one;
      return others.length === 0 ? `${x}<${y}` : `(${x}<${y}||${x}===${y}&&${compare(others)})`;
    };
    return compare([first, ...rest]);
  }

  private equal(pair: Pair, read: (word: number) => string): string {
    const words = this.keyWords(pair).map(
      (w) => `${this.key(pair.unit, pair.a, w, read)}===${this.key(pair.unit, pair.b, w, read)}`,
    );
    return words.length === 0 ? "true" : words.join("&&");
  }

  /** Pairs that stand next to each other. */
  private get neighbours(): readonly Pair[] {
    return this.pairs.filter(({ a, b }) => b === a + 1);
  }

  /** By the comparisons of all pairs (bit set: the later one is less): the permutation that sorts, and is stable. */
  private sorting(): number[] {
    return Array.from({ length: 1 << this.pairs.length }, (_, bits) => {
      const rank = this.members.map(() => 0);
      for (const [i, { a, b }] of this.pairs.entries()) {
        const behind = (bits >>> i) & 1 ? a : b;
        rank[behind] = (rank[behind] ?? 0) + 1;
      }
      // Not every combination is one that numbers can have.
      const permutation = this.permutations[0]?.map((cpu) => {
        const unit = this.units.find(({ cpus }) => cpus.includes(cpu));
        return unit ? unit.cpus[rank[this.members.indexOf(cpu)] ?? 0] : cpu;
      });
      const found = this.permutations.findIndex((one) => one.join() === permutation?.join());
      return Math.max(found, 0);
    });
  }

  /** By which neighbours are equal: the permutations among equal ones, but for the identity. */
  private amongEqual(): number[][] {
    const { neighbours } = this;
    return Array.from({ length: 1 << neighbours.length }, (_, bits) => {
      const run = this.members.map((_cpu, i) => i);
      for (const [i, { a, b }] of neighbours.entries()) if ((bits >>> i) & 1) run[b] = run[a] ?? b;
      const runOf = (cpu: number): number | undefined => run[this.members.indexOf(cpu)];
      return this.permutations.flatMap((permutation, number) =>
        number > 0 && this.members.every((cpu) => runOf(cpu) === runOf(permutation[cpu] ?? cpu)) ? [number] : [],
      );
    });
  }

  private tables(): string {
    const list = (numbers: readonly number[]): string => `new Int32Array([${numbers.join(",")}])`;
    const moves = this.permutations.flatMap((permutation) =>
      this.members.map((cpu) => this.wordOf(this.members.indexOf(defined(permutation[cpu], "by CPU")))),
    );
    const products = this.permutations.flatMap((second) =>
      this.permutations.map((first) => this.numberOf(first.map((cpu) => defined(second[cpu], "by CPU")))),
    );
    const chunks = this.exchanges.chunks.flatMap(({ images }, c) =>
      [...images].map(([word, tables]) => `const T${c}_${word}=${list(tables.flatMap((table) => [...table]))};`),
    );
    const { words } = this.layout;
    return (
      `const D=${list(moves)},P=${list(this.sorting())},M=${list(products)},X=new Int32Array(${words}),` +
      `Y=new Int32Array(${words}),Q=[${this.amongEqual()
        .map((numbers) => `[${numbers.join(",")}]`)
        .join(",")}];${chunks.join("")}`
    );
  }

  /** A word behind exchange p, from the words of the same CPU (at `base`; `home` are those of the class's first). */
  private image(word: number, home: number, base: number): string {
    const kept = defined(this.exchanges.kept[word], "by word");
    const parts = this.exchanges.chunks.flatMap((chunk, c) => {
      if (!chunk.images.has(word)) return [];
      const read = `n${chunk.word - home + base}`;
      const bits = chunk.shift === 0 ? read : `${read}>>>${chunk.shift}`;
      return [`T${c}_${word}[p<<${chunk.width}|${bits}&${2 ** chunk.width - 1}]`];
    });
    const own = `n${word - home + base}`;
    return [...(kept === 0 ? [] : [kept === -1 ? own : `${own}&${kept}`]), ...parts].join("|") || "0";
  }

  /** Reads a state at A[a], and writes what exchange p makes of it to B[b]. */
  private printExchange(): string {
    const { words } = this.layout;
    const home = homeWords(this.layout);
    const owned = new Set<number>();
    const moved = this.members.flatMap((cpu, member) => {
      const unit = defined(
        this.units.find(({ cpus }) => cpus.includes(cpu)),
        "members have a class",
      );
      const base = this.wordOf(member);
      const stores = Array.from({ length: unit.size }, (_, w) => {
        owned.add(base + w);
        return `B[d${w ? `+${w}` : ""}]=${this.image(unit.start + w, unit.start, base)};`;
      });
      return unit.size === 0 ? "" : `d=b+D[p*${this.members.length}+${member}];${stores.join("")}`;
    });
    const rest = home.flatMap((word) => (owned.has(word) ? [] : `B[b+${word}]=${this.image(word, 0, 0)};`));
    const stores = [...moved, ...rest].join("");
    return `function exchange(A,a,p,B,b){let d=0;const ${readWords(words, "A", "a")};${stores}}\n`;
  }

  /** Of all permutations of CPUs with equal keys, the one that makes the smallest words. */
  private printTies(): string {
    const { words } = this.layout;
    const pattern = this.neighbours.map((pair, i) => `(${this.equal(pair, (word) => `X[${word}]`)}?${1 << i}:0)`);
    const copy = (to: string, from: string): string => `for(let w=0;w<${words};w++)${to}=${from};`;
    return (
      `function ties(O,k,p){exchange(O,k,p,X,0);${this.sorted("X,0")}const q=Q[${pattern.join("|") || "0"}];` +
      `for(let i=0;i<q.length;i++){exchange(O,k,M[q[i]*${this.permutations.length}+p],Y,0);${this.sorted("Y,0")}` +
      `for(let w=0;w<${words};w++)if(X[w]!==Y[w]){if(Y[w]<X[w])${copy("X[w]", "Y[w]")}break;}}` +
      `${copy("O[k+w]", "X[w]")}}\n`
    );
  }

  /** The objects of a state. */
  private sorted(state: string): string {
    return this.objects ? `objects(${state});` : "";
  }

  print(): string {
    const { words } = this.layout;
    const sorted = this.neighbours.map((pair) => this.less(pair, pair.a, pair.b)).join("&&");
    const bits = this.pairs.map((pair, i) => `(${this.less(pair, pair.b, pair.a)}?${1 << i}:0)`).join("|");
    const tied = this.pairs.map((pair) => this.equal(pair, (word) => `n${word}`)).join("||");
    return (
      `${this.tables()}\n${this.printExchange()}${this.printTies()}` +
      `function canonical(O,k,e){for(;k<e;k+=${words}){const ${readWords(words, "O", "k")};` +
      `if(${sorted}){${this.sorted("O,k")}continue;}const p=P[${bits}];` +
      `if(${tied})ties(O,k,p);else{exchange(O,k,p,O,k);${this.sorted("O,k")}}}}\n`
    );
  }
}

function readWords(words: number, array: string, at: string): string {
  return Array.from({ length: words }, (_, i) => `n${i}=${array}[${at}${i ? `+${i}` : ""}]`).join(",");
}

/**
 * A function canonical(O, k, e), which puts the states in O[k … e) into canonical form. undefined: some field is too
 * wide for it.
 */
export function printCanonical(program: Program, layout: PackedLayout): string | undefined {
  const { symmetry, units } = defined(layout.symmetric, "a symmetric layout");
  const objects = printObjects(program, layout);
  if (units.length === 0)
    return objects && `${objects}function canonical(O,k,e){for(;k<e;k+=${layout.words})objects(O,k);}\n`;
  const permutations = permutationsOf(symmetry, program.cpus);
  const exchanges = exchangesOf(program, layout, symmetry, permutations);
  if (exchanges === undefined) return undefined;
  return (objects ?? "") + new Canonical(layout, units, exchanges, permutations, objects !== undefined).print();
}
