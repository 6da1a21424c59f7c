// SPDX-License-Identifier: MIT
// AMD's broadcast invalidations: INVLPGB and TLBSYNC.
// Source: AMD APM vol. 3 (INVLPGB, TLBSYNC). Whether they wait for earlier stores is not relied on: here they do not.
import { ASID, complete_broadcasts, EVERYTHING, issue_broadcast, PAGE } from "./broadcast.ts";

/** INVLPGB of one page of a PCID, and of the tables that it was found by. */
export function invlpgb_page(pcid: number, page: number): void {
  instruction();
  issue_broadcast(PAGE, pcid, page);
}

/** INVLPGB of all that a PCID has cached. */
export function invlpgb_pcid(pcid: number): void {
  instruction();
  issue_broadcast(ASID, pcid, 0);
}

/** INVLPGB of everything. */
export function invlpgb_all(): void {
  instruction();
  issue_broadcast(EVERYTHING, 0, 0);
}

/** TLBSYNC: all that this CPU has issued is complete. */
export function tlbsync(): void {
  instruction();
  complete_broadcasts();
}
