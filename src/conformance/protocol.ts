// SPDX-License-Identifier: MIT
// The entries of model/kernel/conform.ts that are called apart from those that rows begin. Conformance knows these
// names and no other of the model.

export const ENTRY = {
  boot: "conform_boot",
  mmInit: "conform_mm_init",
  newTask: "conform_new_task",
  current: "conform_current",
} as const;

/** clone(2): the child shares its creator's mm. */
export const CLONE_VM = 0x100;

/** Columns of the rows that say who is born. */
export const COLUMN = { mm: "mm", pid: "pid", cloneFlags: "clone_flags" } as const;

/** An address that stands for "is being switched": the model has a reference of its own for it. */
export const INVALID_ADDRESS = 1;
