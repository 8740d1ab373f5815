import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** The sandbox's world is written at each write: in memory where there is room, for it is the tests'. */
const MEMORY = "/dev/shm";
const ROOM_BYTES = 2 ** 30;

function hasRoom(path: string): boolean {
  if (!existsSync(path)) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize > ROOM_BYTES;
}

/** What it looks at is which modules a process has loaded. */
const ALONE = ["test/adapters/aws/loaded-clients.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // Every core: by default one is left idle, and of two that is half.
    maxWorkers: "100%",
    // No test mocks a module, so that files share what they load.
    isolate: false,
    env: {
      TMPDIR: join(hasRoom(MEMORY) ? MEMORY : tmpdir(), `gateway-tls-test-${process.pid}`),
    },
    globalSetup: ["test/support/temporary-directory.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: ["test/lab/**", "**/node_modules/**", ...ALONE],
        },
      },
      { extends: true, test: { name: "alone", include: ALONE, isolate: true } },
    ],
  },
});
