// SPDX-License-Identifier: MIT
// The cost profiles by name.
import type { Profile } from "../../model/hw/profiles/types.ts";
import { x86_published } from "../../model/hw/profiles/x86-published.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { JobError } from "./reports.ts";

export const profiles: readonly Profile[] = [x86_published];

export function findProfile(name: string | undefined): Result<Profile, JobError> {
  const wanted = name ?? x86_published.name;
  const found = profiles.find((profile) => profile.name === wanted);
  if (found) return ok(found);
  return err({ kind: "unknown name", what: "profile", name: wanted, known: profiles.map((p) => p.name) });
}
