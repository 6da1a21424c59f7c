// SPDX-License-Identifier: MIT
import type { System } from "./types.ts";

export const systems: readonly System[] = [];
