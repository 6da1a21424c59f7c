// SPDX-License-Identifier: MIT
// What a replay calls and hears: the names that model/kernel/replay.ts gives its entries and the model its events. The
// simulator knows these and no other name of the model.

export const ENTRY = {
  mmInit: "replay_mm_init",
  newTask: "replay_new_task",
  cpu: "replay_cpu",
  boot: "replay_boot",
  slot: "replay_slot",
  switch: "replay_switch",
  exec: "replay_exec",
  exit: "replay_exit",
  useMm: "replay_use_mm",
  unuseMm: "replay_unuse_mm",
  flush: "replay_flush",
  put: "replay_put",
} as const;

/** Events and their arguments. */
export const EVENT = {
  /** reason, pages (-1: everything) */
  tlbFlush: "tlb_flush",
  /** target */
  ipiSend: "ipi_send",
  /** A sender waits for the CPUs that it has interrupted. */
  ipiRound: "ipi_round",
  /** target */
  ipiAvoided: "ipi_avoided",
  userAsidInvalidated: "user_asid_invalidated",
  lazyEnter: "lazy_enter",
  lazyExit: "lazy_exit",
  /** 1 if its own flush did it, 0 if an IPI */
  lazyLeft: "lazy_left",
  /** mm: its last known user goes; the mapping's teardown is still to come */
  userGone: "user_gone",
  /** mm: pgd and struct are freed */
  mmFreed: "mm_freed",
} as const;

export const EVENT_NAMES: readonly string[] = Object.values(EVENT);

/** Reasons of a tlb_flush event, as the kernel numbers them. */
export const REASONS = [
  "task_switch",
  "remote_shootdown",
  "local_shootdown",
  "local_mm_shootdown",
  "remote_send_ipi",
  "remote_wrong_cpu",
] as const;

/** Values of a pointer: 0 is NULL, object i of a pool is i + 1. */
export const pointer = (index: number): number => index + 1;
