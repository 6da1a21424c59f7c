// SPDX-License-Identifier: MIT
// Which object of the model a recorded name stands for. Addresses of mms are used again, and so are ids of contexts on
// some architectures; both are only ever compared, and so the model has numbers of its own for them.

/** A reference of the model: 0 is NULL, object i of a pool is i + 1. */
export type Ref = number;

export class Names {
  /** By encoded address: the mm that lives there now. */
  #mms = new Map<number, Ref>();
  #tasks = new Map<number, Ref>();
  /** Recorded context ids to the model's, and back: one to one. */
  #ctx = new Map<number, number>();
  #ctxBack = new Map<number, number>();
  /** By task: the mm that it made last, and nobody has taken. */
  born = new Map<Ref, Ref>();
  /** Tasks that never go to user mode. */
  kernelThreads = new Set<Ref>();
  mms = 0;
  tasks = 0;
  #strangers = 0;

  copy(): Names {
    const copy = new Names();
    copy.#mms = new Map(this.#mms);
    copy.#tasks = new Map(this.#tasks);
    copy.#ctx = new Map(this.#ctx);
    copy.#ctxBack = new Map(this.#ctxBack);
    copy.born = new Map(this.born);
    copy.kernelThreads = new Set(this.kernelThreads);
    copy.mms = this.mms;
    copy.tasks = this.tasks;
    copy.#strangers = this.#strangers;
    return copy;
  }

  /** undefined: never seen. */
  mm(address: number): Ref | undefined {
    return address === 0 ? 0 : this.#mms.get(address);
  }

  /** From now on this address is a mm that has just begun. */
  setMm(address: number, ref: Ref): void {
    this.#mms.set(address, ref);
  }

  task(pid: number): Ref | undefined {
    return this.#tasks.get(pid);
  }

  setTask(pid: number, ref: Ref): void {
    this.#tasks.set(pid, ref);
  }

  /** The model's id of a recorded one; an id that no known mm has gets a number that none ever will. */
  ctx(recorded: number): number {
    if (recorded === 0) return 0;
    const known = this.#ctx.get(recorded);
    if (known !== undefined) return known;
    const stranger = -1 - this.#strangers++;
    this.#pair(recorded, stranger);
    return stranger;
  }

  /**
   * Whether the recorded id is the model's id; the first time that either is seen, it is. If it was a stranger's so
   * far, `rename` is told, as it may be in slots.
   */
  sameCtx(recorded: number, model: number, rename: (from: number, to: number) => void): boolean {
    const known = this.#ctx.get(recorded);
    if (known === model) return true;
    if (recorded === 0) return model === 0;
    if (this.#ctxBack.has(model) || (known !== undefined && known >= 0)) return false;
    if (known !== undefined) {
      this.#ctxBack.delete(known);
      rename(known, model);
    }
    this.#pair(recorded, model);
    return true;
  }

  /** Whoever had this recorded id is gone. */
  freeCtx(recorded: number): void {
    this.#ctxBack.delete(this.#ctx.get(recorded) ?? Number.NaN);
    this.#ctx.delete(recorded);
  }

  /** Ids that nobody has any more can be given out again. 0 is init_mm's. */
  forgetCtx(isFree: (model: number) => boolean): void {
    for (const [recorded, model] of this.#ctx) {
      if (model <= 0 || !isFree(model)) continue;
      this.#ctx.delete(recorded);
      this.#ctxBack.delete(model);
    }
  }

  #pair(recorded: number, model: number): void {
    this.#ctx.set(recorded, model);
    this.#ctxBack.set(model, recorded);
  }
}
