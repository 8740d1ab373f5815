import { defineConfig } from "vitest/config";

/** The real control plane, CA and controllers of test/lab: slow, and never part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/lab/suite/**/*.lab.ts"],
    globalSetup: ["test/lab/suite/build.ts"],
    setupFiles: ["test/lab/suite/end-on-signal.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    // A lab waits most of its time. Only Linux has an address for each of several.
    maxWorkers: process.platform === "linux" ? 2 : 1,
    // Labs at once, where a suite has several: each takes about a gigabyte.
    maxConcurrency: 2,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    retry: 0,
  },
});
