import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-rehearsal-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function hintOf(fault: string): Promise<unknown> {
  const statePath = join(directory, "sandbox.json");
  const { error } = await bringUp(await createSandbox({ statePath, faults: [fault] }));
  expect(error).toMatchObject({ code: "GT-REHEARSAL-TIMEOUT" });
  return error instanceof Error && "hint" in error ? error.hint : undefined;
}

it("a private load balancer is not to be passed over: the CA cannot reach it either", async () => {
  const hint = await hintOf("internal-load-balancer");
  expect(hint).toMatch(/private addresses.*delete the Service/);
  expect(hint).not.toMatch(/--skip-rehearsal/);
});

it("a closed port may be closed for this machine only", async () => {
  expect(await hintOf("port-80-blocked")).toMatch(/--skip-rehearsal/);
});
