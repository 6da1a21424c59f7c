// SPDX-License-Identifier: MIT
// User programs of the scenarios about membarrier(2): plain accesses to variables that two threads share, in program
// order as far as the compiler goes. What does not depend on how lazy mms are kept alive is asked of designs that count
// references. Two shapes tell all barriers apart:
//   store buffering   x = 1; membarrier(); r = y   ||  y = 1; barrier(); r = x     never both 0
//   message passing   r = flag; membarrier(); r = data  ||  data = 1; barrier(); flag = 1     never 1, then 0
import {
  MEMBARRIER_STATE_GLOBAL_EXPEDITED,
  MEMBARRIER_STATE_GLOBAL_EXPEDITED_READY,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY,
} from "../../kernel/membarrier.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { small } from "../setup.ts";

interface user_memory {
  x: int<0, 1>;
  y: int<0, 1>;
  data: int<0, 1>;
  flag: int<0, 1>;
}
export const user = DEFINE_SHARED<user_memory>();

/** What the threads have loaded: registers. */
interface registers {
  x: int<0, 1>;
  y: int<0, 1>;
  data: int<0, 1>;
  flag: int<0, 1>;
}
const registers = DEFINE_FRAME<registers>();

/** What it did before must then be known to the caller of membarrier(). */
export const fast_side_early = sometimes("the fast side does not see x = 1");

/** The slow side of each shape calls membarrier() in between, the fast side has a compiler barrier. */
export const store_buffering_forbidden = at_end(
  "x = 1; membarrier(); r0 = y || y = 1; r1 = x: not r0 = r1 = 0",
  () => registers.x === 1 || registers.y === 1,
);
export const message_passing_forbidden = at_end(
  "r0 = flag; membarrier(); r1 = data || data = 1; flag = 1: not r0 = 1, r1 = 0",
  () => registers.flag === 0 || registers.data === 1,
);

export function fast_store_buffering(): void {
  WRITE_ONCE(user.y, 1);
  barrier();
  registers.x = READ_ONCE(user.x);
  if (registers.x === 0) reached(fast_side_early);
}

export function fast_message_passing(): void {
  WRITE_ONCE(user.data, 1);
  barrier();
  WRITE_ONCE(user.flag, 1);
}

export function slow_before(): void {
  registers.flag = READ_ONCE(user.flag);
  WRITE_ONCE(user.x, 1);
}

export function slow_after(): void {
  registers.y = READ_ONCE(user.y);
  registers.data = READ_ONCE(user.data);
}

/** `mm` has registered long ago: every CPU knows. */
export function registered_private(mm: mm_struct): void {
  atomic_set(mm.membarrier_state, MEMBARRIER_STATE_PRIVATE_EXPEDITED | MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY);
}

export function registered_global(mm: mm_struct): void {
  atomic_set(mm.membarrier_state, MEMBARRIER_STATE_GLOBAL_EXPEDITED | MEMBARRIER_STATE_GLOBAL_EXPEDITED_READY);
}

/** Nothing is mapped. */
export const machine_of_threads = { ...small, tasks: 4, refs: 8, messages: 12, store_buffer: 10 };
export const with_membarrier = { ASIDS: 4, MEMBARRIER: true, TLB_NR_DYN_ASIDS: 2 };

/** For mutants: mmdrop() as weak as 2022's patches would have it. */
export function mm_count_dec_and_test_release(mm: mm_struct): boolean {
  return atomic_dec_return_release(mm.mm_count) === 0;
}
