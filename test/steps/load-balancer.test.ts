import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-balancer-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function hintOf(faults: string[], timeoutSeconds: number): Promise<unknown> {
  const sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults });
  const { error } = await bringUp(sandbox, { options: { timeoutSeconds } });
  expect(error).toMatchObject({ code: "GT-LOAD-BALANCER-TIMEOUT", exitCode: 124 });
  return error instanceof Error && "hint" in error ? error.hint : undefined;
}

it("no subnet for the load balancer: the action is the one of status", async () => {
  expect(await hintOf(["no-load-balancer-address"], 600)).toMatch(
    /^Tag .* aws ec2 create-tags --resources SUBNET-ID/,
  );
});

it("no event yet: nothing is told of one", async () => {
  const hint = await hintOf([], 5);
  expect(hint).toMatch(/--timeout/);
  expect(hint).not.toMatch(/event/);
});
