import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { UserError } from "../../src/errors.ts";
import { parseFaults, type SandboxFault, sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { newSandbox, START } from "./bring-up.ts";
import { runInit } from "./whole-run.ts";

interface Ending {
  code: string;
  message: string;
  sandbox: Sandbox;
}

/** Runs `init` in a world; how it ends: an error's code, or `done`. */
async function endingIn(sandbox: Sandbox, config: Partial<Config> = {}): Promise<Ending> {
  const { error, result } = await runInit(sandbox, config).catch((thrown: unknown) => ({
    error: thrown,
    result: { result: "failed" },
  }));
  if (error instanceof UserError) return { code: error.code, message: error.message, sandbox };
  if (error !== undefined) throw error;
  return { code: result.result, message: "", sandbox };
}

const endings: Record<SandboxFault, [code: string, words: RegExp]> = {
  "undelegated-zone": ["GT-ZONE-NOT-DELEGATED", /ns1\.registrar-parking\.net/],
  "broken-dnssec": ["GT-ZONE-DNSSEC", /publishes a DS record/],
  "two-zones": ["GT-ZONE-TWINS", /Z0123456789EXAMPLE02/],
  "caa-forbids": ["GT-CAA-FORBIDS", /another-ca\.example/],
  "no-load-balancer-address": ["GT-LOAD-BALANCER-TIMEOUT", /resolve at least one subnet/],
  "internal-load-balancer": ["GT-REHEARSAL-TIMEOUT", /at 10\.0\.1\.10 failed: no answer/],
  "port-80-blocked": ["GT-REHEARSAL-TIMEOUT", /at 203\.0\.113\.10 failed: no answer/],
  "identity-not-injected": ["done", /^$/],
  "identity-denied": ["GT-EXTERNAL-DNS-TRUST", /Unauthorized Exception! EKS/],
  "stuck-release": ["done", /^$/],
  "foreign-stuck-release": ["GT-RELEASE-STUCK", /pending-install/],
  "foreign-crds": ["GT-CRDS-FOREIGN", /platform-team/],
  "rate-limited": ["GT-ACME-RATE-LIMITED", /retry after 2026-10-02/],
  "slow-dns": ["done", /^$/],
  "redirect-breaks-challenge": ["GT-REDIRECT-BREAKS-CHALLENGE", /redirect is in its way/],
  "expired-credentials": ["GT-AWS-CREDENTIALS-EXPIRED", /expired/],
  forbidden: ["GT-ACCESS-DENIED", /create namespaces/],
  "no-pod-identity": ["done", /^$/],
  "old-kubernetes": ["GT-VERSIONS-UNSUPPORTED", /1\.31/],
  "unreachable-cluster": ["GT-CLUSTER-UNREACHABLE", /i\/o timeout/],
  none: ["done", /^$/],
};

describe("each fault shows itself as in life", () => {
  test.each(Object.entries(endings))("%s", async (fault, [code, words]) => {
    const ending = await endingIn(await newSandbox({ faults: [fault] }));
    expect([ending.code, ending.message]).toEqual([code, expect.stringMatching(words)]);
  });

  test("slow-dns takes minutes of virtual time", async () => {
    const { sandbox } = await endingIn(await newSandbox({ faults: ["slow-dns"] }));
    expect(sandbox.clock.now().getTime() - START.getTime()).toBeGreaterThan(240_000);
  });

  test("no-pod-identity leads to IRSA", async () => {
    const { sandbox } = await endingIn(await newSandbox({ faults: ["no-pod-identity"] }));
    const { aws } = sandbox.simulation.state;
    expect(Object.keys(aws.oidcProviders)).toHaveLength(1);
    expect(aws.associations).toEqual([]);
  });

  test("old-kubernetes takes the version set 2025", async () => {
    const sandbox = await newSandbox({ faults: ["old-kubernetes"] });
    expect(await endingIn(sandbox, { versions: "2025" })).toMatchObject({ code: "done" });
  });

  test("a mended world goes on where it stopped", async () => {
    const sandbox = await newSandbox({ faults: ["rate-limited"] });
    expect((await endingIn(sandbox)).code).toBe("GT-ACME-RATE-LIMITED");
    const { statePath } = sandbox;
    const again = await createSandbox({ statePath, faults: [] });
    expect(again.simulation.state.faults).toEqual(["rate-limited"]);
    const mended = await createSandbox({ statePath, faults: ["none"] });
    expect(mended.simulation.state.faults).toEqual([]);
    await mended.clock.sleep(3_600_000);
    expect((await endingIn(mended)).code).toBe("done");
  });
});

describe("fault names", () => {
  test("an unknown one is refused with the nearest and all there are", () => {
    expect(() => parseFaults(["slow-dsn"])).toThrow(
      expect.objectContaining({
        name: "UsageError",
        code: "GT-SANDBOX-FAULT",
        exitCode: 2,
        message: expect.stringMatching(/the nearest is "slow-dns".*undelegated-zone.*forbidden/),
      }),
    );
  });

  test("every name is known and described", () => {
    const names = Object.keys(sandboxFaultNames);
    expect(parseFaults(names)).toEqual(names);
    for (const line of Object.values(sandboxFaultNames)) expect(line).toMatch(/^\S.{10,90}$/);
  });
});
