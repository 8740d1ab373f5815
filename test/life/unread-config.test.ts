import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import { joinLines } from "../support/join-lines.ts";
import { runInSandbox } from "../support/life.ts";

const INIT = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-unread-config-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const run = (line: string, through?: Parameters<typeof runInSandbox>[2]) =>
  runInSandbox(line, { statePath: join(directory, "sandbox.json"), cwd: directory }, through);

describe("add-host, where what the cluster keeps could not be read", () => {
  const add = "add-host api.example.com --backend shop/api:8080 --cluster demo --yes";

  it("says why, and not that nothing is installed", async () => {
    await run(INIT);
    const { exitCode, stderr } = await run(`${add} --sandbox-fault unreachable-cluster`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-CLUSTER-UNREACHABLE");
    expect(stderr).not.toContain("gateway-tls init");
  });

  it("does so where the kept config is gone and the objects are refused", async () => {
    await run(INIT);
    const refused = new UserError("GT-ACCESS-DENIED", "The caller may not list gateways.", {
      hint: "Ask for it, then look: kubectl get gateways",
    });
    const { exitCode, stderr } = await run(`${add} --context prod`, (world) => ({
      ...world,
      kubernetes: {
        ...world.kubernetes,
        get: async (ref) => (ref.kind === kinds.ConfigMap ? undefined : world.kubernetes.get(ref)),
        list: (kind, options) =>
          kind === kinds.Gateway ? Promise.reject(refused) : world.kubernetes.list(kind, options),
      },
    }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("The caller may not list gateways.");
    expect(joinLines(stderr)).toContain("kubectl --context prod get gateways");
  });
});
