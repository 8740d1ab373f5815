import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { breakWrite, seeWrites } from "../support/break-write.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";
import { comparable, snapshot } from "../support/snapshot.ts";

let directory: string;

const openSandbox = (): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });

/** `init` is killed before and after each of its writes, and the same command is run again. */
export function holdKilledInit(identity: Config["identity"]): void {
  describe(`killed at any write, with ${identity}`, () => {
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), "gateway-tls-killed-init-"));
    });
    afterEach(() => {
      rmSync(directory, { recursive: true });
    });

    const config = buildConfig({ identity });
    const statePath = () => join(directory, "sandbox.json");

    it.each(["before", "after"] as const)(
      "the same command goes on to the same end: %s each write",
      async (when) => {
        const whole = await openSandbox();
        // What is on disk at that moment, the Lease of the killed run in it.
        const left: (string | undefined)[] = [];
        const through = seeWrites((moment, number) => {
          if (moment !== when) return;
          const isThere = existsSync(statePath());
          left[number] = isThere ? readFileSync(statePath(), "utf8") : undefined;
        });
        await bringUp(whole, { config, through });
        const end = describeWorld(whole);
        expect(left.length).toBeGreaterThan(20);
        for (const [number, state] of left.entries()) {
          rmSync(statePath(), { force: true });
          if (state !== undefined) writeFileSync(statePath(), state);
          const sandbox = await openSandbox();
          const { error } = await bringUp(sandbox, { config });
          expect(error, `write ${number}`).toBeUndefined();
          expect(describeWorld(sandbox), `write ${number}`).toEqual(end);
          if (number % 6 !== 0) continue;
          const again = await bringUp(await openSandbox(), { config });
          expect(again.result?.writes, `write ${number}`).toBe(0);
        }
      },
      120_000,
    );

    it("goes on behind a failure in the middle too", async () => {
      const whole = await openSandbox();
      await bringUp(whole, { config });
      const end = describeWorld(whole);
      for (const number of [1, 8, 15, 22]) {
        rmSync(statePath(), { force: true });
        await bringUp(await openSandbox(), {
          config,
          through: breakWrite(number, "after").through,
        });
        const sandbox = await openSandbox();
        const { error } = await bringUp(sandbox, { config });
        expect(error, `write ${number}`).toBeUndefined();
        expect(describeWorld(sandbox), `write ${number}`).toEqual(end);
      }
    }, 120_000);
  });
}

/** All that is there, when what an issuance needed for a while has been cleaned up behind it. */
function describeWorld(sandbox: Sandbox): unknown {
  const { simulation } = sandbox;
  simulation.passUntil(simulation.now + 120_000);
  return comparable(snapshot(sandbox));
}
