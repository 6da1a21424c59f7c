// SPDX-License-Identifier: MIT
// Hardware that reads memory by itself, at any moment, one step for each value of its parameter.
interface frame {
  readonly __opaque: "frame";
}
const frames = DEFINE_POOL<frame>("frames");
interface table {
  pte: array<frame | null, "pages">;
}
const tables = DEFINE_POOL<table>("tables");
interface cpu_hw {
  cr3: table | null;
  tlb: array<frame | null, "pages">;
}
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();

const stale = never("no access to a frame that has been freed");
const filled = sometimes("both pages are cached", () => every(2, (page) => hw[0].tlb[page] !== null));

function walk(page: index<"pages">): void {
  const cpu = smp_processor_id();
  when(hw[cpu].cr3 !== null && hw[cpu].tlb[page] === null);
  const pte = walker_read(hw[cpu].cr3!.pte[page]);
  when(pte !== null);
  hw[cpu].tlb[page] = pte;
}
export const walker = WALKER(walk);

function invlpg(page: number): void {
  serialising_instruction();
  hw[smp_processor_id()].tlb[page] = null;
}

function user_load(page: number): void {
  instruction();
  const frame = hw[smp_processor_id()].tlb[page];
  if (frame !== null && !is_allocated(frame)) raise(stale);
}

function free_frame(f: frame): void {
  instruction();
  pool_free(f);
}

export function cpu0(): void {
  const f = tables[0].pte[0];
  WRITE_ONCE(tables[0].pte[0], null);
  invlpg(0);
  if (f !== null) free_frame(f);
  user_load(0);
}

export const walkers = scenario({
  question: "What do page walks become?",
  machine: { cpus: 1, tables: 1, frames: 2, pages: 2 },
  init() {
    const t = pool_alloc(tables);
    for (let page = 0; page < machine.pages; page++) WRITE_ONCE(t.pte[page], pool_alloc(frames));
    hw[0].cr3 = t;
  },
  threads: {
    CPU0() {
      cpu0();
    },
  },
  check: [stale],
  witness: [filled],
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});
