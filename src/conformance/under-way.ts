// SPDX-License-Identifier: MIT
// What each CPU, and each task, is in the middle of.

import { type Call, type Calls, copyOf, hasEnded } from "./calls.ts";
import type { Ref } from "./names.ts";
import type { World } from "./world.ts";

export interface SavedUnderWay {
  readonly handlers: readonly (Call | undefined)[];
  readonly schedulers: readonly (Call | undefined)[];
  readonly stacks: readonly (readonly [Ref, readonly Call[]])[];
}

const copies = (calls: readonly (Call | undefined)[]): (Call | undefined)[] =>
  calls.map((call) => call && copyOf(call));

export class UnderWay {
  /** By CPU: the interrupt, and the context switch. */
  handlers: (Call | undefined)[];
  schedulers: (Call | undefined)[];
  /** By task, the innermost call last. */
  private stacks: Call[][] = [];
  private readonly world: World;
  private readonly calls: Calls;

  constructor(world: World, calls: Calls) {
    this.world = world;
    this.calls = calls;
    this.handlers = new Array<Call | undefined>(world.cpus).fill(undefined);
    this.schedulers = new Array<Call | undefined>(world.cpus).fill(undefined);
  }

  save(): SavedUnderWay {
    const open = [...this.stacks.entries()].filter(([, stack]) => stack.length > 0);
    return {
      handlers: copies(this.handlers),
      schedulers: copies(this.schedulers),
      stacks: open.map(([task, stack]) => [task, stack.map(copyOf)]),
    };
  }

  restore({ handlers, schedulers, stacks }: SavedUnderWay): void {
    this.handlers = copies(handlers);
    this.schedulers = copies(schedulers);
    this.stacks = [];
    for (const [task, stack] of stacks) this.stackOfTask(task).push(...stack.map(copyOf));
    this.countWaiting();
  }

  /** Of the task that runs on a CPU. */
  stackOf(cpu: number): Call[] {
    const stack = this.stackOfTask(this.world.current(cpu));
    // The task has migrated since.
    if (stack.length > 0) stack[stack.length - 1]!.frame.cpu = cpu;
    return stack;
  }

  private stackOfTask(task: Ref): Call[] {
    // Without holes, which would make every look-up slow.
    while (this.stacks.length <= task) this.stacks.push([]);
    return this.stacks[task]!;
  }

  private countWaiting(): void {
    const calls = [...this.handlers, ...this.schedulers, ...this.stacks.flat()];
    this.calls.waiting = calls.filter((call) => call?.blocked).length;
  }

  tidy(cpu: number): void {
    for (const calls of [this.handlers, this.schedulers]) {
      const call = calls[cpu];
      if (call === undefined || !hasEnded(call)) continue;
      calls[cpu] = undefined;
      this.calls.forget(call);
    }
  }

  popEnded(stack: Call[]): void {
    while (stack.length > 0 && hasEnded(stack[stack.length - 1]!)) this.calls.forget(stack.pop()!);
  }

  /** Those that wait may go on now. */
  unblock(): void {
    if (this.calls.waiting === 0 && this.calls.holds.length === 0) return;
    for (let cpu = 0; cpu < this.world.cpus; cpu++) {
      const call = this.stackOf(cpu).at(-1);
      if (call?.blocked) this.calls.proceed(call);
      this.tidy(cpu);
    }
  }

  /** After a row that nothing explains: what was under way on this CPU is forgotten. */
  abandon(cpu: number): void {
    this.handlers[cpu] = undefined;
    this.schedulers[cpu] = undefined;
    this.stackOf(cpu).length = 0;
    this.countWaiting();
  }
}
