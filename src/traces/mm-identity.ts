// SPDX-License-Identifier: MIT
// Which mm is which. A task goes through *epochs*, each with one mm: from birth to exec, from exec to exit, and so on.
// Evidence about an epoch may come long after it began, so nothing is decided while the trace is read: epochs and mm
// pointers are nodes, evidence is a link between two of them, and resolve() merges the nodes in order of strength.
//
// A pointer is not an mm: the allocator hands out the same address again. An *instance* is one life of a pointer; a new
// one begins at mm_init, or when the mm's ctx_id (never reused) changes.

/** How an epoch's mm is known, the strongest first. */
export const EVIDENCE = [
  /** A probe named the mm: switch_mm, enter_lazy, exit_release, exec_release, kthread_use_mm, mm_init. */
  "probe",
  /** The START snapshot. */
  "snapshot",
  /** rss_stat with curr=1: it names the current task's mm by a hash of its address. */
  "rss_stat",
  /** exec makes a new mm. */
  "exec",
  /** It has exited, and has no mm any more. */
  "exit",
  /** task_newtask: shares its creator's mm (CLONE_VM) or has a new one. */
  "clone_flags",
  /** A kernel thread according to ps, /proc or its parent kthreadd; idle tasks. */
  "kernel_thread",
  /** A kernel thread, going by its name only. */
  "kernel_name",
  /** Threads of one process, going by the tgid. */
  "tgid",
  /** Nothing is known: taken for a process of its own. */
  "assumed",
] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** Birth of an mm that is older than the trace; and of one of which it is not known whose it is. */
export const BEFORE_TRACE = -1;
export const UNKNOWN_BIRTH = -2;

/** Node 0 stands for "no mm", node 1 for init_mm. */
export const NO_MM = 0;
export const INIT_MM = 1;
/** ctx_id of init_mm on x86. */
const INIT_CTX = 1;
/** A root that no pointer, NO_MM or INIT_MM is known for. Two roots that are known are never one mm. */
const NO_INSTANCE = -1;
/** The same for hashes of pointers; and a root that has none, because it is no mm. */
const NO_HASH = -1;
const NEVER_HASHED = -2;

interface Link {
  readonly a: number;
  readonly b: number;
}

export class MmIdentity {
  /** Union-find over nodes. */
  readonly #parent: number[] = [];
  /** Instance that a root stands for; NO_INSTANCE if none yet. NO_MM and INIT_MM are instances -2 and -3. */
  readonly #instance: number[] = [];
  /** The hash of the pointer of a root's mm; NO_HASH if no event told it. */
  readonly #hash: number[] = [];
  /** The row in which the mm of an epoch came to life. */
  readonly #birth: number[] = [];
  /** Hash and birth → node. A pointer is used again, but not for two mms that were born in one row. */
  readonly #nodeByHash = new Map<string, number>();
  /** Strongest evidence so far, as an index into EVIDENCE. */
  readonly #evidence: number[] = [];
  readonly #links: Link[][] = EVIDENCE.map(() => []);
  /** Instance → its node, and its ctx_id (0 unknown). */
  readonly #instanceNode: number[] = [];
  readonly #instanceCtx: number[] = [];
  readonly #byPointer = new Map<number, number>();
  readonly #nodeByCtx = new Map<number, number>();
  /** Evidence that contradicts stronger evidence. */
  conflicts = 0;
  /** Pointers that changed their ctx_id without an mm_init in the trace. */
  missedInits = 0;

  constructor() {
    this.node();
    this.node();
    this.#instance[NO_MM] = -2;
    this.#instance[INIT_MM] = -3;
    this.#hash[NO_MM] = NEVER_HASHED;
  }

  /** A new node, of which nothing is known but perhaps the row in which its mm was made. */
  node(birth = BEFORE_TRACE): number {
    const node = this.#parent.length;
    this.#parent.push(node);
    this.#instance.push(NO_INSTANCE);
    this.#hash.push(NO_HASH);
    this.#birth.push(birth);
    this.#evidence.push(EVIDENCE.length - 1);
    return node;
  }

  /** A new life of the mm at `pointer`. */
  born(pointer: number, ctx: number): number {
    const instance = this.#instanceNode.length;
    const node = ctx === INIT_CTX ? INIT_MM : this.node();
    if (node !== INIT_MM) this.#instance[node] = instance;
    this.#instanceNode.push(node);
    this.#instanceCtx.push(ctx);
    this.#byPointer.set(pointer, instance);
    if (ctx > 0) this.#nodeByCtx.set(ctx, node);
    return node;
  }

  /** The node of the mm now at `pointer`; NULL is NO_MM. `ctx` is its ctx_id, 0 if the event does not say. */
  mmAt(pointer: number, ctx: number): number {
    if (pointer === 0) return NO_MM;
    const instance = this.#byPointer.get(pointer);
    if (instance === undefined) return this.born(pointer, ctx);
    const known = this.#instanceCtx[instance]!;
    if (ctx > 0 && known === 0) {
      this.#instanceCtx[instance] = ctx;
      if (ctx === INIT_CTX) this.#instanceNode[instance] = INIT_MM;
      this.#nodeByCtx.set(ctx, this.#instanceNode[instance]!);
    } else if (ctx > 0 && known !== ctx) {
      this.missedInits++;
      return this.born(pointer, ctx);
    }
    return this.#instanceNode[instance]!;
  }

  /** The node of the mm with this ctx_id, if any event named it. */
  mmOfCtx(ctx: number): number | undefined {
    return this.#nodeByCtx.get(ctx);
  }

  /** When the mm of an epoch came to life, as it was said when the epoch began. */
  birth(node: number): number {
    return this.#birth[node]!;
  }

  /** The node of the mm whose pointer has this hash, of those that were born when `of` was. */
  mmHashed(hash: number, of: number): number {
    const key = `${hash} ${this.#birth[of]!}`;
    let node = this.#nodeByHash.get(key);
    if (node === undefined) {
      node = this.node(this.#birth[of]!);
      this.#hash[node] = hash >>> 0;
      this.#nodeByHash.set(key, node);
    }
    return node;
  }

  /** Says that the epoch `node` has the mm of `other`. */
  link(node: number, other: number, evidence: Evidence): void {
    this.#links[EVIDENCE.indexOf(evidence)]!.push({ a: node, b: other });
  }

  /** Says how the epoch's mm is known where no other epoch is involved: a new mm. */
  note(node: number, evidence: Evidence): void {
    this.#strengthen(node, EVIDENCE.indexOf(evidence));
  }

  #strengthen(node: number, rank: number): void {
    if (rank < this.#evidence[node]!) this.#evidence[node] = rank;
  }

  /** Merges everything that was linked; after this find() and evidence() are final. */
  resolve(): void {
    this.#links.forEach((links, rank) => {
      for (const { a, b } of links) {
        if (this.#merge(a, b)) this.#strengthen(a, rank);
        else this.conflicts++;
      }
    });
  }

  #merge(a: number, b: number): boolean {
    let rootA = this.find(a);
    let rootB = this.find(b);
    if (rootA === rootB) return true;
    const bothKnown = this.#instance[rootA] !== NO_INSTANCE && this.#instance[rootB] !== NO_INSTANCE;
    if (bothKnown || !this.#sameHash(rootA, rootB)) return false;
    // The root that is known, or older, stays: NO_MM and INIT_MM are always roots.
    if (this.#instance[rootB] !== NO_INSTANCE || (this.#instance[rootA] === NO_INSTANCE && rootB < rootA)) {
      [rootA, rootB] = [rootB, rootA];
    }
    this.#parent[rootB] = rootA;
    if (this.#hash[rootA] === NO_HASH) this.#hash[rootA] = this.#hash[rootB]!;
    return true;
  }

  #sameHash(rootA: number, rootB: number): boolean {
    const [a, b] = [this.#hash[rootA]!, this.#hash[rootB]!];
    return a === NO_HASH || b === NO_HASH || a === b;
  }

  find(node: number): number {
    let root = node;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    for (let at = node; at !== root; ) {
      const next = this.#parent[at]!;
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }

  /** How the mm of an epoch's node is known. */
  evidence(node: number): Evidence {
    return EVIDENCE[this.#evidence[node]!]!;
  }
}
