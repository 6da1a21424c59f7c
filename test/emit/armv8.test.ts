// SPDX-License-Identifier: MIT
// The classic litmus shapes under armv8, with the final states that the architecture has (Arm ARM B2.3; Alglave,
// Maranget, Tautschnig, Herding cats, TOPLAS 2014; Pulte et al., POPL 2018), written down by hand; load buffering,
// which the model leaves out, apart.
import { describe, expect, test } from "vitest";
import { allBut, outcomes } from "./armv8-outcomes.ts";
import { B, F, type Op, R, swap, type Threads, W } from "./armv8-shapes.ts";

const [x, y, z] = [0, 1, 2];
const dmb = F("mb");
const dmbLd = F("rmb");
const dmbSt = F("wmb");
const isb = F("isb");
const acq = { order: "acquire" } as const;
const pc = { order: "acquire_pc" } as const;
const rel = { release: true } as const;

interface Shape {
  readonly observe: readonly string[];
  /** Every outcome if nothing orders anything. */
  readonly all: readonly string[];
  /** The one that ordering forbids. */
  readonly weak: string;
}

function family(
  name: string,
  { observe, all, weak }: Shape,
  variants: Readonly<Record<string, [boolean, Threads]>>,
): void {
  describe(name, () => {
    test.each(Object.entries(variants))("%s", (_, [isAllowed, threads]) => {
      const expected = isAllowed ? all : all.filter((outcome) => outcome !== weak);
      expect(outcomes(threads, observe)).toEqual([...expected].sort());
    });
  });
}

const writes = (...between: Op[]): Op[] => [W(x, 1), ...between, W(y, 1)];

family(
  "message passing",
  { observe: ["1:r0", "1:r1"], all: allBut(2), weak: "1 0" },
  {
    "po+po": [true, [writes(), [R(y, 0), R(x, 1)]]],
    "dmb+po": [true, [writes(dmb), [R(y, 0), R(x, 1)]]],
    "po+dmb": [true, [writes(), [R(y, 0), dmb, R(x, 1)]]],
    "dmb+dmb": [false, [writes(dmb), [R(y, 0), dmb, R(x, 1)]]],
    "dmb.st+dmb.ld": [false, [writes(dmbSt), [R(y, 0), dmbLd, R(x, 1)]]],
    "dmb.ld+dmb": [true, [writes(dmbLd), [R(y, 0), dmb, R(x, 1)]]],
    "dmb+dmb.st": [true, [writes(dmb), [R(y, 0), dmbSt, R(x, 1)]]],
    "dmb+isb": [true, [writes(dmb), [R(y, 0), isb, R(x, 1)]]],
    "dmb+addr": [false, [writes(dmb), [R(y, 0), R(x, 1, { addr: 0 })]]],
    "dmb+selected addr": [true, [writes(dmb), [R(y, 0), R(x, 1, { selAddr: 0 })]]],
    "dmb+ctrl": [true, [writes(dmb), [R(y, 0), B(0), R(x, 1)]]],
    "dmb+ctrl-isb": [false, [writes(dmb), [R(y, 0), B(0), isb, R(x, 1)]]],
    "dmb+selected ctrl-isb": [false, [writes(dmb), [R(y, 0), B(0, true), isb, R(x, 1)]]],
    "dmb+acq": [false, [writes(dmb), [R(y, 0, acq), R(x, 1)]]],
    "dmb+acqpc": [false, [writes(dmb), [R(y, 0, pc), R(x, 1)]]],
    "dmb+acquire of the second": [true, [writes(dmb), [R(y, 0), R(x, 1, acq)]]],
    "rel+addr": [
      false,
      [
        [W(x, 1), W(y, 1, rel)],
        [R(y, 0), R(x, 1, { addr: 0 })],
      ],
    ],
    "release of the first+addr": [
      true,
      [
        [W(x, 1, rel), W(y, 1)],
        [R(y, 0), R(x, 1, { addr: 0 })],
      ],
    ],
    "swap.rel+acq": [
      false,
      [
        [W(x, 1), swap(y, 1, 0, "release")],
        [R(y, 0, acq), R(x, 1)],
      ],
    ],
    "swap+acq": [
      true,
      [
        [W(x, 1), swap(y, 1, 0, "relaxed")],
        [R(y, 0, acq), R(x, 1)],
      ],
    ],
    "a full swap between": [
      false,
      [
        [W(x, 1), swap(z, 1, 0, "full"), W(y, 1)],
        [R(y, 0), dmb, R(x, 1)],
      ],
    ],
    // An address in between, and the store that is forwarded: PPOAA has no speculation, PPOCA has.
    PPOAA: [false, [writes(dmb), [R(y, 0), W(z, 1, { addr: 0 }), R(z, 2), R(x, 1, { addr: 2 })]]],
    PPOCA: [true, [writes(dmb), [R(y, 0), B(0), W(z, 1), R(z, 2), R(x, 1, { addr: 2 })]]],
    "data, forwarded": [false, [writes(dmb), [R(y, 0), W(z, 1, { data: 0 }), R(z, 2), R(x, 1, { addr: 2 })]]],
    "selected data, forwarded": [
      true,
      [writes(dmb), [R(y, 0), W(z, 1, { selData: 0 }), R(z, 2), R(x, 1, { addr: 2 })]],
    ],
    // What a swap that nothing reads has loaded is ordered by a full barrier only.
    "unread swap, dmb.ld": [true, [writes(dmb), [swap(y, 2, 0, "relaxed", true), dmbLd, R(x, 1)]]],
    "unread swap, dmb": [false, [writes(dmb), [swap(y, 2, 0, "relaxed", true), dmb, R(x, 1)]]],
    "read swap, dmb.ld": [false, [writes(dmb), [swap(y, 2, 0, "relaxed"), dmbLd, R(x, 1)]]],
    "swap.acq": [false, [writes(dmb), [swap(y, 2, 0, "acquire"), R(x, 1)]]],
  },
);

family(
  "store buffering",
  { observe: ["0:r0", "1:r0"], all: allBut(2), weak: "0 0" },
  {
    "po+po": [
      true,
      [
        [W(x, 1), R(y, 0)],
        [W(y, 1), R(x, 0)],
      ],
    ],
    "dmb+po": [
      true,
      [
        [W(x, 1), dmb, R(y, 0)],
        [W(y, 1), R(x, 0)],
      ],
    ],
    "dmb+dmb": [
      false,
      [
        [W(x, 1), dmb, R(y, 0)],
        [W(y, 1), dmb, R(x, 0)],
      ],
    ],
    "dmb.st+dmb.st": [
      true,
      [
        [W(x, 1), dmbSt, R(y, 0)],
        [W(y, 1), dmbSt, R(x, 0)],
      ],
    ],
    "dmb.ld+dmb.ld": [
      true,
      [
        [W(x, 1), dmbLd, R(y, 0)],
        [W(y, 1), dmbLd, R(x, 0)],
      ],
    ],
    "rel-acq+rel-acq": [
      false,
      [
        [W(x, 1, rel), R(y, 0, acq)],
        [W(y, 1, rel), R(x, 0, acq)],
      ],
    ],
    "rel-acqpc+rel-acq": [
      true,
      [
        [W(x, 1, rel), R(y, 0, pc)],
        [W(y, 1, rel), R(x, 0, acq)],
      ],
    ],
    "full swaps": [
      false,
      [
        [swap(x, 1, 1, "full"), R(y, 0)],
        [swap(y, 1, 1, "full"), R(x, 0)],
      ],
    ],
    "relaxed swaps": [
      true,
      [
        [swap(x, 1, 1, "relaxed"), R(y, 0)],
        [swap(y, 1, 1, "relaxed"), R(x, 0)],
      ],
    ],
  },
);

family(
  "load buffering, which is not covered",
  { observe: ["0:r0", "1:r0"], all: allBut(2, "1 1"), weak: "1 1" },
  {
    "po+po": [
      true,
      [
        [R(x, 0), W(y, 1)],
        [R(y, 0), W(x, 1)],
      ],
    ],
    "data+data": [
      true,
      [
        [R(x, 0), W(y, 1, { data: 0 })],
        [R(y, 0), W(x, 1, { data: 0 })],
      ],
    ],
  },
);

family(
  "S",
  { observe: ["1:r0", "x"], all: ["0 1", "0 2", "1 1", "1 2"], weak: "1 2" },
  {
    "po+po": [
      true,
      [
        [W(x, 2), W(y, 1)],
        [R(y, 0), W(x, 1)],
      ],
    ],
    "dmb+po": [
      true,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), W(x, 1)],
      ],
    ],
    "dmb+data": [
      false,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), W(x, 1, { data: 0 })],
      ],
    ],
    "dmb+addr": [
      false,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), W(x, 1, { addr: 0 })],
      ],
    ],
    "dmb+ctrl": [
      false,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), B(0), W(x, 1)],
      ],
    ],
    "dmb+selected data": [
      false,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), W(x, 1, { selData: 0 })],
      ],
    ],
    "dmb+selected ctrl": [
      false,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), B(0, true), W(x, 1)],
      ],
    ],
    "dmb+addr-po": [
      false,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), R(z, 1, { addr: 0 }), W(x, 1)],
      ],
    ],
    "dmb+po-po": [
      true,
      [
        [W(x, 2), dmb, W(y, 1)],
        [R(y, 0), R(z, 1), W(x, 1)],
      ],
    ],
    "dmb.st+rel": [
      false,
      [
        [W(x, 2), dmbSt, W(y, 1)],
        [R(y, 0), W(x, 1, rel)],
      ],
    ],
    "dmb.st+dmb.st": [
      true,
      [
        [W(x, 2), dmbSt, W(y, 1)],
        [R(y, 0), dmbSt, W(x, 1)],
      ],
    ],
  },
);

family(
  "R",
  { observe: ["y", "1:r0"], all: ["1 0", "1 1", "2 0", "2 1"], weak: "2 0" },
  {
    "po+po": [
      true,
      [
        [W(x, 1), W(y, 1)],
        [W(y, 2), R(x, 0)],
      ],
    ],
    "dmb+po": [
      true,
      [
        [W(x, 1), dmb, W(y, 1)],
        [W(y, 2), R(x, 0)],
      ],
    ],
    "dmb+dmb": [
      false,
      [
        [W(x, 1), dmb, W(y, 1)],
        [W(y, 2), dmb, R(x, 0)],
      ],
    ],
    "dmb.st+dmb.st": [
      true,
      [
        [W(x, 1), dmbSt, W(y, 1)],
        [W(y, 2), dmbSt, R(x, 0)],
      ],
    ],
    "rel+rel-acq": [
      false,
      [
        [W(x, 1), W(y, 1, rel)],
        [W(y, 2, rel), R(x, 0, acq)],
      ],
    ],
  },
);

family(
  "2+2W",
  { observe: ["x", "y"], all: ["1 1", "1 2", "2 1", "2 2"], weak: "2 2" },
  {
    "po+po": [
      true,
      [
        [W(x, 2), W(y, 1)],
        [W(y, 2), W(x, 1)],
      ],
    ],
    "dmb.st+po": [
      true,
      [
        [W(x, 2), dmbSt, W(y, 1)],
        [W(y, 2), W(x, 1)],
      ],
    ],
    "dmb.st+dmb.st": [
      false,
      [
        [W(x, 2), dmbSt, W(y, 1)],
        [W(y, 2), dmbSt, W(x, 1)],
      ],
    ],
    "rel+rel": [
      false,
      [
        [W(x, 2), W(y, 1, rel)],
        [W(y, 2), W(x, 1, rel)],
      ],
    ],
    "dmb.ld+dmb.ld": [
      true,
      [
        [W(x, 2), dmbLd, W(y, 1)],
        [W(y, 2), dmbLd, W(x, 1)],
      ],
    ],
  },
);

family(
  "WRC",
  { observe: ["1:r0", "2:r0", "2:r1"], all: allBut(3), weak: "1 1 0" },
  {
    "po+addr": [true, [[W(x, 1)], [R(x, 0), W(y, 1)], [R(y, 0), R(x, 1, { addr: 0 })]]],
    "data+po": [true, [[W(x, 1)], [R(x, 0), W(y, 1, { data: 0 })], [R(y, 0), R(x, 1)]]],
    // Multi-copy atomic: no barrier needs to be cumulative.
    "data+addr": [false, [[W(x, 1)], [R(x, 0), W(y, 1, { data: 0 })], [R(y, 0), R(x, 1, { addr: 0 })]]],
    "rel+acq": [false, [[W(x, 1)], [R(x, 0), W(y, 1, rel)], [R(y, 0, acq), R(x, 1)]]],
  },
);

family(
  "ISA2",
  { observe: ["1:r0", "2:r0", "2:r1"], all: allBut(3), weak: "1 1 0" },
  {
    "dmb+po+addr": [true, [writes(dmb), [R(y, 0), W(z, 1)], [R(z, 0), R(x, 1, { addr: 0 })]]],
    "dmb+data+addr": [false, [writes(dmb), [R(y, 0), W(z, 1, { data: 0 })], [R(z, 0), R(x, 1, { addr: 0 })]]],
    "dmb.st+ctrl+dmb.ld": [false, [writes(dmbSt), [R(y, 0), B(0), W(z, 1)], [R(z, 0), dmbLd, R(x, 1)]]],
  },
);

const iriw = (a: Op[], b: Op[]): Threads => [[W(x, 1)], [W(y, 1)], a, b];
family(
  "IRIW",
  { observe: ["2:r0", "2:r1", "3:r0", "3:r1"], all: allBut(4), weak: "1 0 1 0" },
  {
    "po+po": [true, iriw([R(x, 0), R(y, 1)], [R(y, 0), R(x, 1)])],
    "addr+po": [true, iriw([R(x, 0), R(y, 1, { addr: 0 })], [R(y, 0), R(x, 1)])],
    "addr+addr": [false, iriw([R(x, 0), R(y, 1, { addr: 0 })], [R(y, 0), R(x, 1, { addr: 0 })])],
    "acqpc+acqpc": [false, iriw([R(x, 0, pc), R(y, 1)], [R(y, 0, pc), R(x, 1)])],
  },
);
