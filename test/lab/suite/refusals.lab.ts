import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lab } from "../lab.ts";
import { runInit } from "./gateway-tls.ts";
import { startWorld } from "./world.ts";

/** What the sandbox cannot act out; its own faults are in faults.lab.ts. */
const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };

describe("AWS that loses replies and throttles, and a CA that refuses the name", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startWorld({ delays: DELAYS, blocked: ["www.lab.example"] });
    const { rules } = lab.aws.proxy;
    rules.add({ action: "CreateRole", times: 1, fault: "lost" });
    rules.add({ action: "CreatePolicy", times: 1, fault: "lost" });
    rules.add({ action: "CreateOpenIDConnectProvider", times: 1, fault: "reset" });
    const throttled = { status: 400, code: "Throttling", message: "Rate exceeded" };
    rules.add({ service: "route53", times: 3, error: throttled });
  });
  afterAll(() => lab.stop());

  test("the first is survived, the second quoted, and ends the run at once", async () => {
    const { exitCode, document } = await runInit(lab, ["--sample-app", "--identity=irsa"]);
    expect(exitCode).toBe(1);
    expect(document.error).toMatchObject({
      code: expect.stringMatching(/^GT-ACME-/),
      message: expect.stringMatching(/refuse|reject|policy|block/i),
    });
  });
});

describe("an organisation that denies Route 53", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startWorld({ delays: DELAYS });
    lab.aws.proxy.rules.add({
      action: "ChangeResourceRecordSets",
      error: {
        status: 403,
        code: "AccessDenied",
        message:
          "User: arn:aws:sts::123456789012:assumed-role/gateway-tls-external-dns.eu-west-1.lab/1 is not authorized to perform: route53:ChangeResourceRecordSets with an explicit deny in a service control policy",
      },
    });
  });
  afterAll(() => lab.stop());

  test("is found in ExternalDNS's log", async () => {
    const { exitCode, document } = await runInit(lab, [
      "--sample-app",
      "--identity=irsa",
      "--timeout=20",
    ]);
    expect({ exitCode, code: document.error?.code }).toEqual({
      exitCode: 124,
      code: "GT-DNS-RECORD-TIMEOUT",
    });
    expect(document.error?.message).toContain("not authorized to perform");
  });
});
