import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { breakWrite } from "../support/break-write.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";
import { comparable, snapshot } from "../support/snapshot.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-killed-init-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });

describe("after a failure at any write", () => {
  const both = (["pod-identity", "irsa"] as const).flatMap((identity) =>
    (["before", "after"] as const).map((when) => ({ identity, when })),
  );

  it.each(both)(
    "the same command goes on to the same end: $identity, $when each write",
    async ({ identity, when }) => {
      const config = buildConfig({ identity });
      const whole = await openSandbox();
      await bringUp(whole, { config });
      const end = describeWorld(whole);
      let number = 0;
      for (; number < 100; number += 1) {
        rmSync(join(directory, "sandbox.json"), { force: true });
        const { happened, through } = breakWrite(number, when);
        await bringUp(await openSandbox(), { config, through });
        if (!happened()) break;
        const sandbox = await openSandbox();
        const { error } = await bringUp(sandbox, { config });
        expect(error, `write ${number}`).toBeUndefined();
        expect(describeWorld(sandbox), `write ${number}`).toEqual(end);
        if (number % 6 !== 0) continue;
        const again = await bringUp(await openSandbox(), { config });
        expect(again.result?.writes, `write ${number}`).toBe(0);
      }
      expect(number).toBeGreaterThan(20);
    },
    240_000,
  );
});

/** All that is there, when what an issuance needed for a while has been cleaned up behind it. */
function describeWorld(sandbox: Sandbox): unknown {
  const { simulation } = sandbox;
  simulation.passUntil(simulation.now + 120_000);
  return comparable(snapshot(sandbox));
}
