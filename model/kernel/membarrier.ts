// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/uapi/linux/membarrier.h and include/linux/sched/mm.h: commands, and what an mm has registered for.

export const MEMBARRIER_CMD_QUERY = 0;
export const MEMBARRIER_CMD_GLOBAL = 1;
export const MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2;
export const MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4;
export const MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8;
export const MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16;
export const MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32;
export const MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64;
export const MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 128;
export const MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 256;
export const MEMBARRIER_CMD_GET_REGISTRATIONS = 512;

/** Of PRIVATE_EXPEDITED_RSEQ: only the CPU in cpu_id. */
export const MEMBARRIER_CMD_FLAG_CPU = 1;

// mm->membarrier_state. Registered: the scheduler takes notice. Ready: every CPU has, and the command may be used.
export const MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY = 1;
export const MEMBARRIER_STATE_PRIVATE_EXPEDITED = 2;
export const MEMBARRIER_STATE_GLOBAL_EXPEDITED_READY = 4;
export const MEMBARRIER_STATE_GLOBAL_EXPEDITED = 8;
export const MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY = 16;
export const MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE = 32;
export const MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY = 64;
export const MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ = 128;
/** All bits: the range of such a state. */
export const membarrier_states = 255;

export const EPERM = 1;
export const EINVAL = 22;
