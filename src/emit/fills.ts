// SPDX-License-Identifier: MIT
// Caches that are filled at once (src/reductions/fills.ts), in emitted code: behind every transition, and at the start,
// all walks that find something where nothing is cached.
import type { Fill } from "../program/hardware-moves.ts";
import type { StepPrinter } from "./memory/types.ts";
import { printStep } from "./packed-step.ts";

/** The declaration of FW(S, a), which fills the caches of the state at S[a]. */
export function printFills(p: StepPrinter, fills: readonly Fill[]): string {
  const { words } = p.layout;
  const functions: string[] = [];
  const calls: string[] = [];
  let most = 1;
  for (const { code, step, fill } of fills) {
    for (const cpu of p.program.codes[code]?.cpus ?? []) {
      const name = `f${code}_${cpu}_${step}`;
      const { text, rounds } = printStep(p, name, code, cpu, fill);
      functions.push(text);
      // What a walk may find in memory or in the store buffer: either will do, as the other one can replace it.
      calls.push(`if(${name}(S,a,F,0)!==0){for(let i=0;i<${words};i++)S[a+i]=F[i];more=true;}`);
      most = Math.max(most, rounds);
    }
  }
  // One walk may go on from what another one has found.
  const body = `for(let more=true;more;){more=false;${calls.join("")}}`;
  return `${functions.join("")}const F=new Int32Array(${most * words});function FW(S,a){${body}}\n`;
}
