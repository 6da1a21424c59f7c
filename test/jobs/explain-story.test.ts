// SPDX-License-Identifier: MIT
// What a reader of a counterexample asks beyond its steps: which store was missed, who waits for what, how a run can go
// on.
import { describe, expect, test } from "vitest";
import { explain } from "../../src/jobs/explain.ts";
import type { ExplainOptions, ExplainReport } from "../../src/jobs/explain-report.ts";
import { DESIGN, quiet, STORE_BUFFERING, scenarioOf, temporary } from "./tiny.ts";

const { write } = temporary();
const tiny = write("tiny.ts", DESIGN);
const buffering = write("sb.ts", STORE_BUFFERING);
let files = 0;

async function told(options: Partial<ExplainOptions>): Promise<ExplainReport> {
  const none = { mutant: undefined, path: undefined, weaken: undefined, overlay: undefined, full: false };
  const report = await explain({ scenario: buffering, design: tiny, model: "x86_tso", ...none, ...options }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

/** A scenario of the test's own, told under sc. */
async function ofScenario(text: string, options: Partial<ExplainOptions> = {}): Promise<ExplainReport> {
  return told({ scenario: write(`story-${files++}.ts`, text), model: "sc", ...options });
}

const unlazy = { scenario: "unlazy_vs_munmap", design: "linux-6.12-x86", mutant: "1" };

/** "misses is_lazy of CPU 0: … → …", by what the two steps did. */
function linksOf(report: ExplainReport): string[] {
  const deed = (step: number): string => report.steps[step]!.effects[0]!;
  return report.links.map(({ kind, from, to, what }) => `${kind} ${what}: ${deed(from)} → ${deed(to)}`);
}

describe("links", () => {
  test("lead from a store to the load that misses it, and to the one that sees it", async () => {
    const report = await told({ mutant: "1" });
    expect(linksOf(report)).toContain("misses x: x = 1 (buffered) → x -> 0");
    const seeing = await ofScenario(
      scenarioOf(
        "WRITE_ONCE(s.x, 1);",
        "if (READ_ONCE(s.x) === 1) WRITE_ONCE(s.y, 1); if (READ_ONCE(s.y) === 1) raise(wrong);",
      ),
    );
    expect(linksOf(seeing)).toEqual(["reads x: x = 1 → x -> 1"]);
  });

  test("lead from a walk to the access that uses its translation, and from the free to the use", async () => {
    const links = linksOf(await told(unlazy));
    const access = "user_load(get_current().mm!.pgd, 0)";
    expect(links).toContain(`translation tlb[1][0] of CPU 0: walk_pte: tlb[1][0] = frames[0] → ${access}`);
    expect(links).toContain(`reads frames[0].allocated: free_page(): frees frames[0] → ${access}`);
    expect(links).toContain("misses is_lazy of CPU 0: is_lazy = false (buffered) → is_lazy of CPU 0 -> true");
  });

  test("lead from a call to the interrupt that takes it", async () => {
    const report = await told({ scenario: "flushes_out_of_order", design: "linux-6.12-x86", model: "sc", mutant: "1" });
    const interrupts = report.links.filter(({ kind }) => kind === "interrupt");
    expect(interrupts.length).toBeGreaterThan(0);
    for (const { from, to } of interrupts) {
      expect(report.steps[from]!.text).toMatch(/^csd_lock_and_queue/);
      expect(report.steps[to]).toMatchObject({ agent: "interrupt", effects: ["interrupt: sysvec_call_function()"] });
      expect(report.steps[from]!.cpu).not.toBe(report.steps[to]!.cpu);
    }
  });

  test("go forward in time", async () => {
    for (const { from, to } of (await told({ ...unlazy, full: true })).links) expect(from).toBeLessThan(to);
  });
});

describe("under a model of views", () => {
  const arm = write("arm.ts", DESIGN.replace('arch: "x86"', 'arch: "arm64"'));
  const passing = (barrier: string, acquire: string): string =>
    scenarioOf(
      `WRITE_ONCE(s.x, 1); ${barrier} WRITE_ONCE(s.y, 1);`,
      `if (${acquire}(s.y) === 1 && READ_ONCE(s.x) === 0) raise(wrong);`,
    );

  test("a load that misses a store says so, and is linked to it", async () => {
    const report = await ofScenario(passing("smp_wmb();", "READ_ONCE"), { design: arm, model: "armv8" });
    expect(report.property).toBe("something wrong");
    const links = report.links.map(({ kind, what }) => `${kind} ${what}`);
    expect(links).toEqual(expect.arrayContaining(["misses x", "reads y"]));
    const shown = report.rows.map(({ text }) => text);
    expect(shown).toContain("smp_wmb()");
    expect(shown).toContain("(does not see x = 1 yet)");
    expect(report.steps.map(({ agent }) => agent)).not.toContain("store buffer");
  });
});

describe("why", () => {
  test("a step violates: what it found", async () => {
    const report = await told(unlazy);
    expect(report.violated_by).toBe(report.steps.length - 1);
    expect(report.why).toEqual(["pgd -> pgds[1]", "tlb[1][0] -> frames[0]", "frames[0] is free"]);
  });

  test("a state violates: which values", async () => {
    const report = await told({ mutant: "1" });
    expect(report.why).toEqual(["r0 = 0", "r1 = 0"]);
    expect(report.violated_by).toBe(report.steps.length - 1);
  });
});

const LOCK = "lock: spinlock_t; ready: bool;";

describe("a deadlock", () => {
  test("names the value that is waited for", async () => {
    const report = await ofScenario(scenarioOf("smp_cond_load_acquire(s.x, VAL);", "WRITE_ONCE(s.y, 1);"));
    expect(report).toMatchObject({ property: "no deadlock", violated_by: null, waits: [{ cpu: 0, why: ["x = 0"] }] });
    expect(report.why).toEqual(["CPU 0 waits in smp_cond_load_acquire(s.x, VAL): x = 0"]);
  });

  test("names who holds the lock, and shows who took it", async () => {
    const report = await ofScenario(
      scenarioOf("spin_lock(s.lock); smp_cond_load_acquire(s.ready, VAL);", "spin_lock(s.lock); s.ready = true;", {
        fields: LOCK,
      }),
    );
    expect(report.waits.map(({ cpu, why }) => [cpu, why])).toEqual([
      [0, ["ready = false"]],
      [1, ["lock is held by CPU 0"]],
    ]);
    expect(report.text).toMatch(/lock: 0 -> 1/);
    expect(report.rows.filter(({ kind }) => kind === "waits").length).toBe(2);
  });

  test("says that an interrupt is due, and why it is not taken", async () => {
    const irq = scenarioOf(
      "spin_lock(s.lock); on_each_cpu_mask(s.mask, poke, 0); spin_unlock(s.lock);",
      "local_irq_disable(); spin_lock(s.lock); spin_unlock(s.lock); local_irq_enable();",
      { fields: "lock: spinlock_t; mask: cpumask_t;", init: "cpumask_set_cpu(1, s.mask);" },
    );
    const text = [
      `import { local_irq_disable, local_irq_enable } from "lazymm/kernel/irqflags.ts";`,
      `import { on_each_cpu_mask } from "lazymm/kernel/smp.ts";`,
      irq.replace("n: 1 }", "n: 1, mms: 2, tasks: 2, pages: 1, frames: 1, tables: 1, PAGE_SHIFT: 1 }"),
      "export function poke(_v: int<0, 1>): void { WRITE_ONCE(s.y, 1); }",
    ].join("\n");
    const report = await ofScenario(text, { design: "linux-6.12-x86" });
    const refused = report.waits.find(({ context }) => context === "sysvec_call_function");
    expect(refused).toMatchObject({ cpu: 1, why: ["irqs_off = true"] });
    expect(report.text).toMatch(/interrupt sysvec_call_function\(\) is not\s.*\n\s+taken\n\s+irqs_off = true/);
    expect(report.waits.map(({ cpu }) => cpu)).toEqual([0, 1, 1]);
  });
});

describe("where a run ends that violates nothing", () => {
  test("it says what can happen next, as a path counts", async () => {
    const report = await told({ path: "0.0" });
    expect(report.next.length).toBeGreaterThan(1);
    for (const { choice, cpu } of report.next) {
      const longer = await told({ path: `0.0.${choice}` });
      expect(longer.steps.at(-1)!.cpu).toBe(cpu);
    }
    expect(report.text).toMatch(/what can happen next, as --path counts:\n {4}0: CPU 0: /);
  });

  test("and who waits for its store buffer", async () => {
    const store = scenarioOf("WRITE_ONCE(s.x, 1); smp_mb(); READ_ONCE(s.y);", "READ_ONCE(s.x);");
    const scenario = write("drain.ts", store);
    const last = (report: ExplainReport): string | undefined => report.steps.at(-1)?.effects[0];
    const paths = ["0", "0.0"];
    const found = await Promise.all(paths.map((path) => told({ scenario, path })));
    const stored = found.find((report) => last(report) === "x = 1 (buffered)");
    expect(stored?.waits).toMatchObject([{ cpu: 0, why: ["CPU 0's store buffer has to drain first"] }]);
    expect(stored?.next).toContainEqual({
      choice: 0,
      cpu: 0,
      agent: "store buffer",
      at: "",
      text: "x = 1 (now visible)",
    });
  });

  test("a counterexample says nothing of it", async () => {
    expect((await told({ mutant: "1" })).text).not.toMatch(/what can happen next/);
  });
});

test("the rows are the lines of the columns", async () => {
  const report = await told(unlazy);
  for (const { text, at } of report.rows) {
    expect(report.text).toContain(text.split(" ")[0]);
    expect(report.text).toContain(at);
  }
  const shown = new Set(report.rows.flatMap(({ step }) => step ?? []));
  for (const [i, step] of report.steps.entries()) if (step.private) expect(shown.has(i)).toBe(false);
});
