import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { addHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";
import { unreachable } from "../support/unreachable.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-dead-host-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it("hosts of which one is dead are not kept waiting until --timeout", async () => {
  const sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  await bringUp(sandbox);
  const begunAt = sandbox.clock.now().getTime();
  const { result } = await addHosts(
    sandbox,
    ["host-1.example.com", "host-2.example.com", "host-3.example.com"],
    {
      through: unreachable("host-2.example.com"),
      options: { timeoutSeconds: 3600 },
    },
  );
  const minutes = (sandbox.clock.now().getTime() - begunAt) / 60_000;
  expect(minutes).toBeLessThan(10);
  expect(result?.hosts.map(({ certificate }) => certificate?.trusted)).toEqual([
    true,
    true,
    undefined,
    true,
  ]);
  expect(result?.error?.message).toMatch(/host-2\.example\.com: .* within \d{2,3} s/);
});
