// SPDX-License-Identifier: MIT
import type { MemoryModel } from "../../../model/hw/memory/types.ts";
import { storeBuffers } from "./store-buffer.ts";
import type { Mechanism } from "./types.ts";
import { viewMechanism } from "./views.ts";

/** What makes a memory model's table work. `fold`: see viewMechanism(). */
export function mechanismOf(model: MemoryModel, fold = true): Mechanism {
  return model.kind === "store-buffer" ? storeBuffers(model) : viewMechanism(model, fold);
}
