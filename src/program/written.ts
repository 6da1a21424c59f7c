// SPDX-License-Identifier: MIT
import type { Program, Stmt } from "./program.ts";

/** Cells that some code writes. */
export function writtenCells(program: Program): Set<number> {
  const written = new Set<number>();
  const walk = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === "put") written.add(s.cell);
      else if (s.kind === "if") [s.then, s.else].forEach(walk);
      else if (s.kind === "block") walk(s.body);
    }
  };
  for (const { before, access, body } of program.codes.flatMap((c) => c.steps)) {
    if (access.kind === "store" || access.kind === "store_exclusive" || access.kind === "rmw")
      written.add(access.place.cell);
    if (access.kind === "instruction") walk(access.body);
    walk(before);
    walk(body);
  }
  return written;
}
