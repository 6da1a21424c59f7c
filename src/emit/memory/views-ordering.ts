// SPDX-License-Identifier: MIT
// A model of views, as reductions see it.
import type { ViewFence, ViewModel } from "../../../model/hw/memory/types.ts";
import type { Ordering } from "../../program/ordering.ts";
import type { Access, Program } from "../../program/program.ts";
import { expressionsIn } from "../../program/visit.ts";
import { orderedCells } from "./views-cells.ts";
import { flowOf } from "./views-flow.ts";

/** Views of the running CPU are all that these change. */
const PRIVATE: readonly ViewFence[] = ["full", "loads", "stores", "isb", "none"];

export function viewOrdering(program: Program, model: ViewModel): Ordering {
  const ordered = new Set(orderedCells(program));
  const flow = flowOf(program, ordered);
  const interrupts = program.codes.some((code) => code.kind === "interrupt");
  // By number alone: a local that carries views in any code is taken for one that does in all.
  const carrying = new Set(flow.locals.flatMap((locals) => [...locals]));
  const passes = (access: Extract<Access, { place: unknown }>): boolean => !ordered.has(access.place.cell);
  const isSimple = (access: Access): boolean => {
    if (access.kind === "load" || access.kind === "store" || access.kind === "rmw") return passes(access);
    return access.kind === "none" || access.kind === "fence" || access.kind === "instruction";
  };
  /** What depends on a load moves views, and those of a CPU are its interrupts' as well. */
  const depends = (access: Extract<Access, { place: unknown }>): boolean => {
    let found = flow.cells.has(access.place.cell);
    for (const e of [...access.place.index, ...("value" in access ? [access.value] : [])])
      expressionsIn(e, (x) => {
        if (x.kind === "local") found ||= carrying.has(x.local);
        if (x.kind === "cell") found ||= flow.cells.has(x.cell) || flow.handed.has(x.cell);
      });
    return found;
  };
  const isImmediate = (access: Access): boolean => {
    switch (access.kind) {
      case "none":
        return true;
      case "fence":
        return !interrupts && PRIVATE.includes(model.fence[access.order]);
      case "load":
        return passes(access) && (!interrupts || (model.load[access.order] === "plain" && !depends(access)));
      case "store":
        return passes(access) && (!interrupts || (model.store[access.order] === "plain" && !depends(access)));
      case "rmw":
        return passes(access) && (!interrupts || (model.rmw[access.order] === "plain" && !depends(access)));
      case "instruction":
        return model.instruction[access.serialising ? "serialising" : "other"] === "none";
      default:
        return false;
    }
  };
  return { isSimple, isImmediate, delayed: new Set() };
}
