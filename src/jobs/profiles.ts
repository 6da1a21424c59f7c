// SPDX-License-Identifier: MIT
// The cost profiles by name.
import type { Profile } from "../../model/hw/profiles/types.ts";
import { unmeasured } from "../../model/hw/profiles/unmeasured.ts";
import { x86_published } from "../../model/hw/profiles/x86-published.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { JobError } from "./reports.ts";

export const profiles: readonly Profile[] = [x86_published, unmeasured];

/** The one that is named; otherwise the only one that says anything about the architecture. */
export function findProfile(name: string | undefined, arch: string): Result<Profile, JobError> {
  const wanted = name ?? (arch === "x86" ? x86_published : unmeasured).name;
  const found = profiles.find((profile) => profile.name === wanted);
  if (found) return ok(found);
  return err({ kind: "unknown name", what: "profile", name: wanted, known: profiles.map((p) => p.name) });
}
