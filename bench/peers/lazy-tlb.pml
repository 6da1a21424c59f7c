/* SPDX-License-Identifier: MIT
 *
 * The common model for SPIN, step for step as in test/checker/models/lazy-tlb.ts and bench/models: x86 lazy TLB under
 * sequential consistency, 3 CPUs, mm 0, mm 1 and init_mm, one user page per mm. SPIN counts one state more than the
 * others, that of its own init.
 *
 *   spin -a -DGEN0=1 -DGEN1=0 lazy-tlb.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -w24
 *
 * A step is a d_step: one access to shared memory and what follows from it on the same CPU. A process ends each step
 * at a control state of its own, so that none is added. (Where a goto leads to a step, SPIN wants an `if` around it.)
 */
#define CPUS 3
#define NO_MM 2 /* init_mm: nothing is mapped there */

byte loaded_mm[CPUS] = NO_MM;
byte cr3[CPUS] = NO_MM;
bit is_lazy[CPUS];
byte seen_gen[CPUS];  /* the tlb_gen that this CPU's TLB is up to */
byte entry[CPUS];     /* its one TLB entry: 0 none, 1 the page, 2 a page that was freed */
byte calls[CPUS];     /* who waits for a flush by this CPU: one bit per sender */
bit no_irq[CPUS];     /* interrupts are off: in switch_mm */
bit handling[CPUS];   /* the interrupt handler runs, and the thread does not */

byte tlb_gen[2];
byte cpumask[2];
bit pte[2];
bit mmap_lock[2];

#define RUNS (!handling[me])
#define MM loaded_mm[me]
#define USER_MODE (MM != NO_MM && !is_lazy[me])
#define MY_BIT (1 << me)
#define LAST_GEN(mm) ((mm) == 1 -> GEN1 : GEN0)
/* In the middle of an unmap: whether CPU `to` must be told. */
#define MUST_TELL(to) (to != me && (cpumask[MM] & (1 << to)) && !is_lazy[to])

inline stale(cpu) {
  if
  :: cr3[cpu] == MM && entry[cpu] == 1 -> entry[cpu] = 2
  :: else
  fi
}

proctype thread(byte me) {
  byte next, gen;

anything:
  if
  /* user mode: an access, an mmap, an munmap; then to a kernel thread, which borrows the mm */
  :: d_step { RUNS && USER_MODE -> assert(entry[me] != 2) }; goto anything
  :: d_step { RUNS && USER_MODE && !mmap_lock[MM] && !pte[MM] -> pte[MM] = 1 }; goto anything
  :: d_step { RUNS && USER_MODE && !mmap_lock[MM] && pte[MM] && tlb_gen[MM] < LAST_GEN(MM) -> mmap_lock[MM] = 1 };
     goto unmap
  :: d_step { RUNS && USER_MODE -> is_lazy[me] = 1 }; goto anything
  /* a context switch, to a task of the other mm or back to one of this */
  :: d_step { RUNS && !(USER_MODE && MM == 0) -> next = 0; no_irq[me] = 1 }
  :: d_step { RUNS && !(USER_MODE && MM == 1) -> next = 1; no_irq[me] = 1 }
  fi;

  if
  :: d_step { MM != next -> is_lazy[me] = 0 }; goto leave
  :: d_step { MM == next -> is_lazy[me] = 0 }
  fi;
  /* the mm is loaded already: has its tlb_gen moved while this CPU was lazy? */
#ifdef NO_UNLAZY_CHECK
  d_step { true -> next = 0; no_irq[me] = 0 }; goto anything;
#endif
  d_step { true -> gen = tlb_gen[next] };
  if
  :: d_step { gen != seen_gen[me] -> skip }; goto refresh
  :: d_step { gen == seen_gen[me] -> next = 0; gen = 0; no_irq[me] = 0 }; goto anything
  fi;

leave:
  if :: d_step { true -> if :: MM != NO_MM -> cpumask[MM] = cpumask[MM] & ~MY_BIT :: else fi } fi;
  d_step { true -> cpumask[next] = cpumask[next] | MY_BIT };
  d_step { true -> gen = tlb_gen[next] };
refresh:
  if :: d_step { true -> seen_gen[me] = gen; gen = 0 } fi;
  d_step { true -> cr3[me] = next; entry[me] = 0 };
  d_step { true -> MM = next; next = 0; no_irq[me] = 0 };
  goto anything;

unmap:
  if :: d_step { RUNS -> pte[MM] = 0 } fi;
  d_step { RUNS -> tlb_gen[MM] = tlb_gen[MM] + 1 };
  d_step { RUNS -> if :: MUST_TELL(0) -> calls[0] = calls[0] | MY_BIT :: else fi };
  d_step { RUNS -> if :: MUST_TELL(1) -> calls[1] = calls[1] | MY_BIT :: else fi };
  d_step { RUNS -> if :: MUST_TELL(2) -> calls[2] = calls[2] | MY_BIT :: else fi };
  d_step { RUNS -> if :: seen_gen[me] != tlb_gen[MM] -> entry[me] = 0; seen_gen[me] = tlb_gen[MM] :: else fi };
  d_step { RUNS && ((calls[0] | calls[1] | calls[2]) & MY_BIT) == 0 -> skip };
  d_step { RUNS -> stale(0); stale(1); stale(2); mmap_lock[MM] = 0 };
  goto anything
}

/* The flush that another CPU asked for. */
proctype interrupt(byte me) {
  byte from, gen;

idle:
  if
  :: d_step { !no_irq[me] && (calls[me] & 1) -> handling[me] = 1; from = 0 }
  :: d_step { !no_irq[me] && (calls[me] & 2) -> handling[me] = 1; from = 1 }
  :: d_step { !no_irq[me] && (calls[me] & 4) -> handling[me] = 1; from = 2 }
  fi;
  if
  :: d_step { MM == NO_MM -> skip }; goto done
  :: d_step { USER_MODE -> gen = tlb_gen[MM] }
  :: d_step { MM != NO_MM && is_lazy[me] -> skip }; goto to_init_mm
  fi;
  if
  :: d_step { gen == seen_gen[me] -> gen = 0 }; goto done
  :: d_step { gen != seen_gen[me] -> entry[me] = 0 }
  fi;
  d_step { true -> seen_gen[me] = gen; gen = 0 };
done:
  if :: d_step { true -> calls[me] = calls[me] & ~(1 << from); from = 0; handling[me] = 0 } fi;
  goto idle;

to_init_mm:
  if :: d_step { true -> cpumask[MM] = cpumask[MM] & ~MY_BIT } fi;
  d_step { true -> cr3[me] = NO_MM; entry[me] = 0 };
  d_step { true -> MM = NO_MM; is_lazy[me] = 0; seen_gen[me] = 0 };
  goto done
}

/* The page walker fills the TLB whenever it likes. */
proctype walker(byte me) {
  do
  :: d_step { cr3[me] != NO_MM && entry[me] == 0 && pte[cr3[me]] -> entry[me] = 1 }
  od
}

init {
  atomic {
    run thread(0); run thread(1); run thread(2);
    run interrupt(0); run interrupt(1); run interrupt(2);
    run walker(0); run walker(1); run walker(2)
  }
}
