// SPDX-License-Identifier: MIT
// What model/dialect/lib.d.ts declares, as far as the compiler has to know it before it looks at any meaning: names,
// and how many arguments a function takes. test/compiler holds the two files together.

const FUNCTIONS: { readonly [args: string]: string } = {
  "0": `DEFINE_PER_CPU DEFINE_SHARED DEFINE_HARDWARE DEFINE_PER_CPU_FRAME DEFINE_FRAME for_each_possible_cpu smp_mb
    smp_rmb smp_wmb smp_mb__after_spinlock isb dsb_ishst dsb_nshst order_walks barrier smp_processor_id instruction
    serialising_instruction lockdep_assert_irqs_disabled`,
  "1": `DEFINE_POOL INVALID_POINTER WALKER READ_ONCE smp_load_acquire data_race this_cpu_read this_cpu_ptr atomic_read
    atomic_inc atomic_dec atomic_inc_return atomic_dec_return_release atomic_dec_and_test atomic_inc_not_zero
    cpumask_clear cpumask_copy
    cpumask_empty for_each_cpu spin_lock spin_unlock pool_alloc pool_free is_allocated when any walker_read as_void
    WARN_ON_ONCE VM_WARN_ON BUG_ON raise reached never violates scenario design`,
  "1-2": "sometimes",
  "2": `INTERRUPT REPLACE UNIQUE WRITE_ONCE smp_store_release smp_cond_load_acquire this_cpu_write per_cpu xchg
    xchg_relaxed atomic_set atomic_add atomic_sub atomic_or atomic_sub_and_test cpumask_test_cpu cpumask_set_cpu
    cpumask_clear_cpu cpumask_or cpumask_any_but cpumask_contains cpumask_without cpumask_with any_such call_func
    always at_end every some count omit replace`,
  "2-3": "drop",
  "3": "cmpxchg try_cmpxchg try_cmpxchg_relaxed",
  "4": "weaken",
  "5": "move_before",
};

interface Arity {
  readonly min: number;
  readonly max: number;
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** By name: how many arguments. */
export const dialectFunctions: ReadonlyMap<string, Arity> = new Map(
  Object.entries(FUNCTIONS).flatMap(([args, names]) => {
    const [min = 0, max = min] = args.split("-").map(Number);
    return words(names).map((name) => [name, { min, max }] as const);
  }),
);

export const dialectValues: ReadonlySet<string> = new Set(
  words(`machine VAL cpumask_none cpumask_all nr_cpu_ids no_use_after_free no_bug no_data_race no_deadlock
    no_endless_wait no_warning safe`),
);

/** By name: how many type arguments. */
export const dialectTypes: ReadonlyMap<string, number> = new Map([
  ...words(`bool cpu_id cpumask_t cpumask_copy_t spinlock_t void_star`).map((name) => [name, 0] as const),
  ...words(`Property Witness Verdict Expect Mutant Machine Scenario Design`).map((name) => [name, 0] as const),
  ...words(`upto index atomic callback`).map((name) => [name, 1] as const),
  ...words(`counter atomic_counter`).map((name) => [name, 2] as const),
  ...words(`int array`).map((name) => [name, 2] as const),
]);

/** What lib.d.ts only has because TypeScript insists on it: these do not exist in the dialect. */
export const typescriptOnly: ReadonlySet<string> = new Set(
  words(`Symbol Boolean CallableFunction Function IArguments NewableFunction Number Object RegExp String Array
    ReadonlyArray NoInfer SymbolConstructor IteratorYieldResult IteratorReturnResult IteratorResult Iterator Iterable`),
);
