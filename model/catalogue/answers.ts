// SPDX-License-Identifier: MIT
import type { Answer } from "./types.ts";

export const answers: readonly Answer[] = [];
