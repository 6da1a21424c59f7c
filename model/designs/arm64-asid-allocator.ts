// SPDX-License-Identifier: MIT
// Not a whole kernel, but the ASID allocator of arm64 by itself: what model/ladder/asidalloc.ts asks about.

export const arm64_asid_allocator = design({
  name: "arm64-asid-allocator",
  arch: "arm64",
  parts: {},
  config: { asid_allocator_alone: true },
  source: "arch/arm64/mm/context.c, by way of kernel-tla's asidalloc.tla (Catalin Marinas, 2018 and 2021)",
  status: "in Linux",
});
