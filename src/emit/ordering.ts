// SPDX-License-Identifier: MIT
// A memory model, as reductions see it.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import type { Ordering } from "../program/ordering.ts";
import type { Access, Program } from "../program/program.ts";
import { bufferedCells } from "./memory/store-buffer.ts";
import { viewOrdering } from "./memory/views-ordering.ts";

export function orderingOf(program: Program, model: MemoryModel): Ordering {
  if (model.kind === "views") return viewOrdering(program, model);
  const delayed = new Set(bufferedCells(program, model));
  const isSimple = (access: Access): boolean => {
    switch (access.kind) {
      case "none":
      case "store":
        return true;
      case "load":
        return model.load[access.order] !== "either" || !delayed.has(access.place.cell);
      case "rmw":
        return model.rmw[access.order] === "none" || delayed.size === 0;
      case "fence":
        return model.fence[access.order] === "none" || delayed.size === 0;
      case "instruction":
        return model.instruction[access.serialising ? "serialising" : "other"] === "none" || delayed.size === 0;
      default: // await, choose, store_exclusive
        return false;
    }
  };
  const isImmediate = (access: Access): boolean =>
    isSimple(access) && !("place" in access && delayed.has(access.place.cell));
  return { isSimple, isImmediate, delayed };
}
