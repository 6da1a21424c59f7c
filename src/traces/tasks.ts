// SPDX-License-Identifier: MIT
// The tasks of a trace. A pid is not a task: it is used again after its task is freed, and a thread that execs takes
// over its leader's. Ids are dense; the first ones are the idle tasks, which all have pid 0.

import { type MmIdentity, NO_MM } from "./mm-identity.ts";

export interface Task {
  readonly id: number;
  pid: number;
  comm: string;
  /** Node of its mm now; of its first epoch; and of the epoch in which the replay starts. */
  node: number;
  readonly firstNode: number;
  startNode: number;
  /** Of a thread that was born in the trace: the thread that made it, or made the one that made it, and so on. */
  leader: Task | undefined;
  /** Born in the trace, not before it. */
  readonly born: boolean;
  /** exit_mm() is done; and it has left its CPU for the last time. */
  exited: boolean;
  gone: boolean;
  /** It has seen sched_process_fork, which comes after task_newtask. */
  forkSeen: boolean;
  /** An exec or exit whose probe was hit and whose mm may still be the one before. */
  changing: Change | undefined;
  /** Node of the mm it made last and nobody uses yet; -1 if none. */
  made: number;
}

/** An exec or exit that is under way. */
export interface Change {
  readonly kind: "exec" | "exit";
  /** Nodes of the mm before and after. */
  readonly before: number;
  readonly after: number;
  /** Its action, as long as nothing shows that it comes later; -1 if there is none (yet). */
  action: number;
  /** The task was switched to and still had its old mm: the action waits for the end of the change. */
  held: boolean;
}

export class Tasks {
  readonly all: Task[] = [];
  readonly #identity: MmIdentity;
  readonly #byPid = new Map<number, Task>();
  /** Set when the replay's window opens: tasks that are born later have no mm at its start. */
  started = false;
  reusedPids = 0;

  constructor(identity: MmIdentity, cpus: number) {
    this.#identity = identity;
    for (let cpu = 0; cpu < cpus; cpu++) this.#add(0, `swapper/${cpu}`, NO_MM, false);
  }

  #add(pid: number, comm: string, node: number, born: boolean): Task {
    const startNode = born && this.started ? NO_MM : node;
    const task: Task = {
      id: this.all.length, pid, comm, node, firstNode: node, startNode, born,
      leader: undefined, exited: false, gone: false, forkSeen: false, changing: undefined, made: -1,
    }; // biome-ignore format: a table
    this.all.push(task);
    if (pid > 0) this.#byPid.set(pid, task);
    return task;
  }

  /** The task that has this pid now. One that was never seen is older than the trace. */
  of(pid: number, cpu: number): Task {
    if (pid === 0) return this.all[cpu]!;
    const known = this.#byPid.get(pid);
    if (known !== undefined && !known.gone) return known;
    // Its birth is not in the trace, though its predecessor's death is: lost events.
    if (known !== undefined) this.reusedPids++;
    return this.#add(pid, "", this.#identity.node(), false);
  }

  /** The task that has this pid, if there is one that is not gone. */
  find(pid: number): Task | undefined {
    const task = this.#byPid.get(pid);
    return task?.gone ? undefined : task;
  }

  /** A task is born. Whoever had its pid is dead. */
  create(pid: number, comm: string, node: number): Task {
    return this.#add(pid, comm, node, true);
  }

  /** `thread` takes over the leader's pid, and the dead leader gets the thread's. */
  takeOver(thread: Task, pid: number): void {
    const leader = this.#byPid.get(pid);
    const old = thread.pid;
    thread.pid = pid;
    this.#byPid.set(pid, thread);
    if (leader === undefined) this.#byPid.delete(old);
    else {
      leader.pid = old;
      this.#byPid.set(old, leader);
    }
  }

  /** The window opens. */
  start(): void {
    this.started = true;
    for (const task of this.all) task.startNode = task.node;
  }
}
