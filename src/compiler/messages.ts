// SPDX-License-Identifier: MIT
// Every message of the dialect, as data: the reference page docs/dialect-errors.md is generated from it.
// `text` may hold %name% slots. `fix` is the way out; `why` is for the reference page.

export interface Message {
  readonly text: string;
  readonly fix: string;
  readonly why: string;
}

export const messages = {
  LZ100: {
    text: "syntax error: %what%",
    fix: "a dialect file is plain TypeScript syntax",
    why: "The parser could not read the file at all.",
  },
  LZ101: {
    text: "%what% does not exist in the dialect",
    fix: "only what model/dialect/lib.d.ts declares, and what the file imports, can be named",
    why: "Dialect text is data and is never executed as JavaScript: there is no process, no console, no Math.",
  },
  LZ102: {
    text: 'cannot import "%what%"',
    fix: 'import dialect files only: "./other.ts" beside this one, or "lazymm/kernel/…" from the model',
    why: "A model depends on nothing but other dialect files.",
  },
  LZ103: {
    text: "%what% is not part of the dialect",
    fix: "use functions, const and let, if, for, while, and the primitives of model/dialect/lib.d.ts",
    why: "The dialect has C's and the kernel's meaning; what has no such meaning is rejected rather than guessed.",
  },
  LZ104: {
    text: "per-CPU variable used without saying which CPU",
    fix: "this_cpu_read(%what%) on this CPU, per_cpu(%what%, cpu) on another",
    why: "In C a per-CPU variable cannot be named without saying whose copy is meant either.",
  },
  LZ105: {
    text: "unbounded loop: %what%",
    fix: "for (let i = a; i < b; i++), for (const cpu of for_each_cpu(mask)), or while on a shared value",
    why: "A loop over local values that never ends would be one step that never ends.",
  },
  LZ106: {
    text: "recursion: %what%",
    fix: "write it as a loop",
    why: "Calls are expanded in place, as a context has no stack.",
  },
  LZ107: {
    text: "%what% is hardware: kernel code cannot touch it directly",
    fix: "go through an instruction (a function that starts with instruction()), as the kernel does",
    why: "Registers, TLBs and wires change only by machine instructions, walkers and interrupts.",
  },
  LZ108: {
    text: "%what% needs a place in memory as its argument",
    fix: "name a field of a shared object, for instance mm.context.tlb_gen",
    why: "The first argument of an access is a place, as in the kernel's macros: the compiler reads its syntax.",
  },
  LZ109: {
    text: "type error: %what%",
    fix: "run the type checker on the file for details",
    why: "The expression has no meaning here.",
  },
  LZ110: {
    text: "wrong number of arguments: %what%",
    fix: "compare with the declaration",
    why: "A call must match its function.",
  },
  LZ111: {
    text: "%what% has no bound",
    fix: "give it in the scenario's machine, in the design's config, or as an exported constant beside the type",
    why: "Every shared value has a range, or its state space would have no end.",
  },
  LZ112: {
    text: "%what% is not known when the model is compiled",
    fix: "use a literal, a constant, machine.… or config.…",
    why: "Loops inside an instruction, sizes and function values are resolved at compile time.",
  },
  LZ113: {
    text: "the mutant does not apply: %what%",
    fix: "name a function, a primitive that it calls, and which of the calls; or the exact text that omit() leaves out",
    why: "A mutant that changes nothing would survive without meaning anything.",
  },
  LZ114: {
    text: "not a design or a scenario: %what%",
    fix: "compare with model/designs and model/scenarios",
    why: "The file's description has a missing or unknown part.",
  },
  LZ115: {
    text: "%what% may not appear inside an instruction, a walker or a wait",
    fix: "one atomic step touches hardware and frames only: use memory before or after it (a walker: walker_read())",
    why: "What another CPU can see of memory changes one access at a time, in the order that the memory model allows.",
  },
  LZ116: {
    text: "not an interrupt handler or a walker: %what%",
    fix: "compare with sysvec_call_function() in model/kernel/smp.ts and walk_pgd() in model/hw/mmu/x86.ts",
    why: "The hardware decides when they start, in one step that either can be taken or cannot.",
  },
  LZ117: {
    text: "%what% is too large",
    fix: "calls and short loops are written out in place, and every value takes bits of the state: make it smaller",
    why: "No file may hang the compiler or the checker; what is this large could not be checked anyway.",
  },
} as const satisfies Readonly<Record<string, Message>>;

export type MessageCode = keyof typeof messages;
