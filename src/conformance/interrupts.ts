// SPDX-License-Identifier: MIT
// What CPUs ask of each other. A request of which the recording shows something (a flush) is carried out where its row
// is (sweep.ts); any other where its CPU takes the interrupt, and at the latest before whoever waits for it goes on.
import { type Call, type Calls, hasEnded } from "./calls.ts";
import type { Plan } from "./plan.ts";
import { contains, type Signals } from "./signals.ts";
import type { World } from "./world.ts";

export class Interrupts {
  private readonly world: World;
  private readonly calls: Calls;
  private readonly signals: Signals;
  private readonly plan: Plan;

  constructor(world: World, calls: Calls, signals: Signals) {
    this.world = world;
    this.calls = calls;
    this.signals = signals;
    this.plan = world.plan;
  }

  /** A handler that takes the request of CPU `from`, not yet begun. */
  handler(cpu: number, from: number): Call {
    const call = this.calls.make(this.plan.handler, cpu, []);
    call.frame.pc = 0;
    call.frame.pick = from;
    return call;
  }

  /** Requests to this CPU of which nothing is recorded. Returns whether there was one. */
  takeSilently(cpu: number): boolean {
    let any = false;
    if (this.plan.handler < 0) return any;
    for (let from = 0; from < this.world.cpus; from++) {
      const call = this.handler(cpu, from);
      // One that comes to a recorded event has done nothing so far: it begins when that row comes.
      this.calls.proceed(call);
      if (hasEnded(call)) any = true;
    }
    return any;
  }

  /** As far as it gets. Who waits for other CPUs is through by its next row, so they have done what it asked. */
  proceed(call: Call): void {
    this.calls.proceed(call);
    if (!call.blocked) return;
    let any = false;
    for (let cpu = 0; cpu < this.world.cpus; cpu++) if (this.takeSilently(cpu)) any = true;
    if (any) this.calls.proceed(call);
  }

  /**
   * The call is about to send interrupts, and no row must show it: all have one coming, or look by themselves (an idle
   * CPU may poll for work), or it is not recorded.
   */
  needsNone({ event, args, frame }: Call, row: number): boolean {
    if (event !== this.plan.signal || event < 0) return false;
    const targets = Array.from({ length: this.world.cpus }, (_, cpu) => cpu).filter((cpu) => contains(args[0]!, cpu));
    const left = targets.filter((cpu) => !this.signals.isComing(cpu, row, frame.cpu));
    if (left.length === 1) return this.plan.single === undefined || this.world.isIdle(left[0]!);
    return left.length === 0 || !this.plan.several;
  }
}
