// SPDX-License-Identifier: MIT
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/build.ts"],
    testTimeout: 120_000,
    pool: "threads",
    // By default one less than there are cores, which is half of two.
    maxWorkers: "100%",
    // .ci/run counts from the file; a person reads the other one.
    reporters: ["default", ["json", { outputFile: "dist/tests.json" }]],
  },
});
