import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lab } from "../lab.ts";
import { runInit } from "./gateway-tls.ts";
import { visit } from "./visit.ts";
import { startWorld } from "./world.ts";
import { markWrites, writesSince } from "./writes.ts";

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };

describe("one world, put right step by step", () => {
  let lab: Lab;
  const init = (...more: string[]) =>
    runInit(lab, ["--sample-app", "--identity=irsa", "--issuer=staging", ...more]);

  beforeAll(async () => {
    lab = await startWorld({ delays: DELAYS });
  });
  afterAll(() => lab.stop());

  test("a zone that nobody delegates to is refused before any write", async () => {
    const mark = markWrites(lab);
    lab.dns.delegation = ["ns1.parking.example", "ns2.parking.example"];
    const { exitCode, document } = await init();
    expect(exitCode).toBe(1);
    expect(document.error?.message).toContain("ns1.parking.example");
    expect(writesSince(lab, mark)).toEqual([]);
    lab.dns.delegation = lab.aws.zone.nameServers;
  });

  test("a zone whose signatures are broken is refused before any write", async () => {
    const mark = markWrites(lab);
    lab.dns.broken = true;
    const { exitCode, document } = await init();
    expect({ exitCode, failed: document.error !== null }).toEqual({ exitCode: 1, failed: true });
    expect(writesSince(lab, mark)).toEqual([]);
    lab.dns.broken = false;
  });

  test("lost replies and throttling of AWS are survived; a load balancer that cannot be made is told", async () => {
    const { rules } = lab.aws.proxy;
    rules.add({ action: "CreateRole", times: 1, fault: "lost" });
    rules.add({ action: "CreatePolicy", times: 1, fault: "lost" });
    rules.add({ action: "CreateOpenIDConnectProvider", times: 1, fault: "reset" });
    const throttled = { status: 400, code: "Throttling", message: "Rate exceeded" };
    rules.add({ service: "route53", times: 3, error: throttled });
    lab.balancers.refuse = true;
    const { exitCode, document } = await init("--timeout=15");
    expect({ exitCode, code: document.error?.code }).toEqual({
      exitCode: 124,
      code: "GT-LOAD-BALANCER-TIMEOUT",
    });
    expect(document.error?.message).toContain("FailedBuildModel");
    rules.clear();
    lab.balancers.refuse = false;
  });

  test("a security group that closes port 80 is found before the CA is asked", async () => {
    lab.front.closedPorts.add(80);
    lab.front.look();
    const { exitCode, document } = await init("--timeout=20");
    expect({ exitCode, code: document.error?.code }).toEqual({
      exitCode: 124,
      code: "GT-REHEARSAL-TIMEOUT",
    });
    const orders = await lab.controlPlane.client.list("/apis/acme.cert-manager.io/v1/orders");
    expect(orders).toEqual([]);
    lab.front.closedPorts.delete(80);
    lab.front.look();
  });

  test("then the same command ends at HTTPS", async () => {
    const { exitCode, document, stderr } = await init();
    expect({ exitCode, error: document.error }, stderr).toEqual({ exitCode: 0, error: null });
    const answer = await visit(lab, "http://www.lab.example/");
    expect(answer.status).toBe(301);
  });
});

describe("a CA that refuses the name", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startWorld({ delays: DELAYS, blocked: ["www.lab.example"] });
  });
  afterAll(() => lab.stop());

  test("is quoted, and ends the run at once", async () => {
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
