// SPDX-License-Identifier: MIT
// Mistakes in a design are noticed by recordings, and what is said of those that are not is held to be so.
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { equivalent, named } from "../../model/probes/mutants.ts";
import { compileBeside, openRecording, type Recording } from "../../src/jobs/conform.ts";
import { conformMutants, staleIn } from "../../src/jobs/conform-mutants.ts";
import type { ConformMutantsReport } from "../../src/jobs/conform-mutants-report.ts";
import { type Library, openLibrary } from "../../src/jobs/library.ts";
import { Book } from "../../src/jobs/mutant-book.ts";
import { type Candidate, candidatesOf, editOf, isAbout } from "../../src/jobs/mutant-list.ts";
import { tryMutant } from "../../src/jobs/mutant-run.ts";
import { type Survey, survey } from "../../src/jobs/mutant-survey.ts";
import { quiet } from "../jobs/tiny.ts";
import { FIXTURE, groundTruth } from "../traces/text.ts";

function library(): Library {
  const opened = openLibrary(undefined);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

async function recorded(trace: string) {
  const { modules, ...rest } = library();
  const opened = await openRecording({ modules, ...rest }, { trace, design: undefined, sidecars: true }, quiet());
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const recording: Recording = opened.value;
  return { recording, base: { modules, design: recording.design.info } };
}

const OPTIONS = { design: undefined, overlay: undefined, sidecars: true, functions: [], jobs: 1 };

async function report(functions: readonly string[], signal?: AbortSignal): Promise<ConformMutantsReport> {
  const found = await conformMutants({ ...OPTIONS, traces: [FIXTURE], functions }, quiet(signal));
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}

const NOTHING: Survey = { mutants: [], functions: new Map(), reaches: () => false, fault: undefined };

describe("by name", () => {
  const { modules } = library();
  test.each(named.map(({ name, change }) => [name, change] as const))(
    "%s fits the text of the model",
    (name, change) => {
      if ("part" in change) expect(modules.read(change.variant)).toBeDefined();
      else for (const one of change) expect(editOf(name, one, { modules })).toMatchObject({ ok: true });
    },
  );

  test.each([
    ["no such text", /"no such text" stands there 0 times, not once/],
    ["this_cpu_write", /stands there \d\d? times, not once/],
  ])("one that does not fit is an error: %s", (from, message) => {
    const file = "model/kernel/arch/x86/mm/tlb.ts";
    const found = editOf("a mistake", { file, from, to: "" }, { modules });
    expect(found).toMatchObject({ ok: false, error: { message: expect.stringMatching(message) } });
  });

  const PAGES = "32 pages for 33";
  const mine = named.filter(({ arch, name }) => arch === "x86" && name !== PAGES);

  async function rejected(trace: string, name: string) {
    const { recording, base } = await recorded(trace);
    const functions = new Map(named.map(({ of }) => [of, undefined as never]));
    const candidates = candidatesOf({ ...NOTHING, functions }, base);
    if (!candidates.ok) throw new Error(JSON.stringify(candidates.error));
    const found = candidates.value.find(({ key }) => key === name);
    const { text } = compileBeside(recording, base).emitted;
    return found && tryMutant(recording, base, text, found.change);
  }

  test.each(mine.map(({ name }) => [name]))(
    "%s is rejected by the bundled recording",
    async (name) => {
      expect(await rejected(FIXTURE, name)).toMatchObject({ kind: "rejected" });
    },
    60_000,
  );

  const [shoot] = groundTruth("x86_64").filter((path) => basename(path) === "shoot_lazy");
  test.skipIf(shoot === undefined)(
    `${PAGES} is rejected by a recording in which 33 pages are flushed`,
    async () => {
      expect(await rejected(shoot!, PAGES)).toMatchObject({ kind: "rejected" });
    },
    60_000,
  );
});

describe("generated", () => {
  test("a reference that is not taken is rejected, and it is said where", async () => {
    const { generated, rejected, survived, mutants, named: own, recordings } = await report(["mmgrab_lazy_tlb"]);
    expect({ generated, rejected, survived }).toEqual({ generated: 1, rejected: 1, survived: 0 });
    expect(mutants[0]).toMatchObject({
      function: "mmgrab_lazy_tlb",
      kind: "drop",
      from: "mmgrab(mm);",
      // The count is used up too early: the last user, who is none, frees the mm.
      rejection: { trace: FIXTURE, reason: "the design is at p:__mmdrop in conform_switch" },
    });
    expect(own).toMatchObject([{ name: "no reference for who borrows", outcome: "rejected" }]);
    expect(recordings).toMatchObject([{ design: "linux-6.12-x86", mutants: 2, exercised: 2, run: 2, rejected: 2 }]);
  }, 60_000);

  test("what no recording comes to is not run, and a barrier cannot be seen", async () => {
    const functions = ["kthread_unuse_mm", "trace_tlb_flushed", "membarrier_exec_mmap"];
    const { mutants, recordings, elsewhere } = await report(functions);
    const outcome = (from: string) => mutants.find((one) => one.from === from)?.outcome;
    expect(outcome("trace_tlb_flush(TLB_LOCAL_SHOOTDOWN, nr_invalidate);")).toBe("never exercised");
    // The recording does not come into it at all.
    expect(mutants.filter((one) => one.function === "kthread_unuse_mm")).toEqual([]);
    expect(elsewhere).toBeGreaterThan(5);
    expect(outcome("smp_mb();")).toBe("not observable");
    expect(recordings[0]!.run).toBe(recordings[0]!.exercised);
  }, 60_000);

  test("an unknown function, and an interruption", async () => {
    const found = await conformMutants({ ...OPTIONS, traces: [FIXTURE], functions: ["switch_mm_irqs_of"] }, quiet());
    expect(found).toMatchObject({ ok: false, error: { kind: "unknown name", name: "switch_mm_irqs_of" } });
    const stopped = new AbortController();
    stopped.abort();
    expect(await report(["next_ctx_id"], stopped.signal)).toMatchObject({ interrupted: true, generated: 0 });
  }, 60_000);
});

describe("what is stated", () => {
  const candidate: Candidate = {
    key: "k",
    about: { file: "model/kernel/fork.ts", function: "mmget", line: 1, kind: "drop", from: "f();", to: "{}" },
    func: "model/kernel/fork.ts#mmget",
    within: "if (x) f();",
    change: { kind: "edits", edits: [] },
    exercised: true,
    silent: false,
  };
  const stated = [{ of: candidate.func, old: "f();", why: "a reason" }];
  const closed = (result: Parameters<Book["note"]>[1], with_: typeof stated) => {
    const book = new Book(with_);
    expect(book.add([candidate])).toEqual([candidate]);
    book.note(candidate, result, "trace", { probes: {} } as never, NOTHING);
    return book.close();
  };

  test("the same program is equivalent, also if only a comment differs", async () => {
    const { recording, base } = await recorded(FIXTURE);
    const file = "model/kernel/fork.ts";
    const at = base.modules.read(file)!.indexOf("/** The last one frees");
    const change = { kind: "edits", edits: [{ file, start: at, end: at, text: "// A comment.\n" }] } as const;
    const result = tryMutant(recording, base, compileBeside(recording, base).emitted.text, change);
    expect(result).toEqual({ kind: "same" });
    expect(closed(result, [])).toMatchObject({ equivalent: 1, survived: 0 });
  }, 60_000);

  test("a survivor counts, unless there is a reason", () => {
    expect(closed({ kind: "admitted" }, [])).toMatchObject({ equivalent: 0, survived: 1 });
    const value = { equivalent: 1, survived: 0, mutants: [{ because: "a reason" }] };
    expect(closed({ kind: "admitted" }, stated)).toMatchObject(value);
    const elsewhere = stated.map((one) => ({ ...one, within: "if (y)" }));
    expect(closed({ kind: "admitted" }, elsewhere)).toMatchObject({ equivalent: 0, survived: 1 });
  });

  test("a limit is no rejection, and a change that is no program does not count", () => {
    const gaveUp = closed({ kind: "unknown", why: "it gave up" }, []);
    expect(gaveUp).toMatchObject({ survived: 1, mutants: [{ because: "it gave up" }] });
    const refused = closed({ kind: "refused", why: "" }, []);
    expect(refused).toMatchObject({ generated: 0, refused: 1 });
  });

  test("a reason for what a recording contradicts is said to be out of date", () => {
    const result = { kind: "rejected", row: 1, step: "mmput", outcome: "unexplained", reason: "cb=1" } as const;
    expect(closed(result, stated)).toMatchObject({
      rejected: 1,
      stale: [expect.stringMatching(/"f\(\);" => "{}", but trace does: cb=1/)],
    });
  });

  test("a reason for what is not there any more is an error, but not in files of an overlay", () => {
    const { modules } = library();
    const decl = modules.files.get("model/kernel/fork.ts")?.declared.get("mmget");
    if (decl?.kind !== "function") throw new Error("mmget is a function");
    const functions = new Map([[candidate.func, decl]]);
    const stale = staleIn(functions, stated, new Set());
    expect(stale).toMatchObject({ message: expect.stringMatching(/out of date: .*fork.ts#mmget has no "f\(\);"/) });
    expect(staleIn(functions, stated, new Set(["model/kernel/fork.ts"]))).toBeUndefined();
    const there = [{ of: candidate.func, old: "mm.mm_users", within: "atomic_inc(«mm.mm_users)", why: "" }];
    expect(staleIn(functions, there, new Set())).toBeUndefined();
  });

  test("what is stated of the shipped model is about mutants of it", async () => {
    const { recording, base } = await recorded(FIXTURE);
    const surveyed = survey(recording, base);
    expect(surveyed.fault).toBeUndefined();
    const all = surveyed.mutants.map(({ mutant }) => {
      return { func: `${mutant.file}#${mutant.func}`, from: mutant.old, to: mutant.text, within: mutant.within };
    });
    expect(equivalent.filter((one) => !all.some((mutant) => isAbout(one, mutant)))).toEqual([]);
  }, 60_000);
});
