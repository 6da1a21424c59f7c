// SPDX-License-Identifier: MIT
// When and where a design would have flushed and interrupted, for whoever wants to draw it: a replay only counts.

export class FlushLog {
  /** Instants in the order of the replay: a flush with its reason and pages; with reason IPI, who is interrupted. */
  readonly cpu: number[] = [];
  /** Ticks of the schedule. */
  readonly time: number[] = [];
  readonly reason: number[] = [];
  readonly pages: number[] = [];
  /** Arrow i goes from instant `from[i]` to instant `to[i]`. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  /** By target: the instants of those who have interrupted it, and of whom it is not known that they are done. */
  readonly #sent = new Map<number, number[]>();

  static readonly IPI = -1;

  /** `pages` of an interrupt is its target. */
  interrupt(cpu: number, target: number, time: number): void {
    const sent = this.#sent.get(target);
    const instant = this.#add(cpu, time, FlushLog.IPI, target);
    if (sent === undefined) this.#sent.set(target, [instant]);
    else sent.push(instant);
  }

  /** If several have interrupted the CPU, it is not told for whom it flushes. */
  flush(cpu: number, reason: number, pages: number, time: number): void {
    const instant = this.#add(cpu, time, reason, pages);
    const senders = this.#sent.get(cpu) ?? [];
    if (senders.length !== 1 || this.cpu[senders[0]!] === cpu) return;
    this.from.push(senders[0]!);
    this.to.push(instant);
    this.#sent.delete(cpu);
  }

  /** No flush is under way any more. */
  settled(): void {
    if (this.#sent.size > 0) this.#sent.clear();
  }

  #add(cpu: number, time: number, reason: number, pages: number): number {
    this.cpu.push(cpu);
    this.time.push(time);
    this.reason.push(reason);
    this.pages.push(pages);
    return this.cpu.length - 1;
  }
}
