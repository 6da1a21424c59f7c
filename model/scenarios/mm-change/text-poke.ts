// SPDX-License-Identifier: MIT
import type { frame } from "../../hw/mmu/cpu.ts";
import { frames, no_foreign_user_access, no_stale_user_access, page_tables } from "../../hw/mmu/cpu.ts";
import { text_poke } from "../../kernel/arch/x86/mm/temporary_mm.ts";
import { asid_reused } from "../../kernel/arch/x86/mm/tlb.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { boot, new_mm, small, two_asids } from "../setup.ts";

interface text_state {
  mutex: spinlock_t;
}
const text = DEFINE_SHARED<text_state>();

/** Nobody is to reach the page by the temporary mapping afterwards: as if it were freed. */
function poke(page: frame): void {
  spin_lock(text.mutex);
  text_poke(mms[1], page);
  forget(page);
  spin_unlock(text.mutex);
}

function forget(page: frame): void {
  instruction();
  pool_free(page);
}

export const text_poke_elsewhere = scenario({
  question: `Two CPUs write to kernel text, by turns, each through the temporary mm, at the same address, which is
    mapped to another page each time; no flush interrupts the other CPU. Does one write to the page that was
    mapped before?`,
  needs: {
    arch: "x86",
    parts: { lifetime: "refcount", backend: "native", attributes: "none" },
    config: { PCID: true },
  },
  machine: { ...small, frames: 3, tlb_gens: 6 },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    WRITE_ONCE(mm.pgd.entry, pool_alloc(page_tables));
    for (let i = 0; i < machine.frames; i++) pool_alloc(frames);
  },
  threads: {
    CPU0() {
      poke(frames[0]);
      poke(frames[2]);
    },
    CPU1() {
      poke(frames[1]);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access],
  witness: [asid_reused],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the mapping is taken away without a flush",
      mutant: drop(text_poke, "flush_tlb_page"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});
