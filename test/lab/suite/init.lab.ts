import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, list } from "../../../src/sandbox/fields.ts";
import type { Lab } from "../lab.ts";
import { runInit } from "./gateway-tls.ts";
import { until } from "./until.ts";
import { visit } from "./visit.ts";
import { startWorld } from "./world.ts";
import { markWrites, writesSince } from "./writes.ts";

const HOST = "www.lab.example";
const CERTIFICATE = `/apis/cert-manager.io/v1/namespaces/gateway-tls/certificates/${HOST}-tls`;

describe.each([
  { identity: "pod-identity", helm: 4 },
  { identity: "irsa", helm: 3 },
] as const)("with $identity and Helm $helm", ({ identity, helm }) => {
  let lab: Lab;
  const init = () => runInit(lab, ["--sample-app", `--identity=${identity}`], { helm });

  beforeAll(async () => {
    lab = await startWorld();
  });
  afterAll(() => lab.stop());

  test("init ends with the CA's certificate served on the host's name", async () => {
    const { exitCode, document, stderr } = await init();
    expect({ exitCode, error: document.error }, stderr).toEqual({ exitCode: 0, error: null });
    const { status, body, certificate } = await visit(lab, `https://${HOST}/`);
    expect({ status, body }).toEqual({ status: 200, body: expect.stringContaining("coffee") });
    expect(certificate).toMatchObject({ names: `DNS:${HOST}` });
    expect(certificate?.issuer).toMatch(/^Pebble Intermediate CA/);
  });

  test("both CAs have issued once: staging's proves it, production's is served", () => {
    // What Pebble logs of each certificate (ca/ca.go, CompleteOrder).
    const issued = lab.processes
      .list()
      .map((part) => [part.name, part.log(Infinity).split("Issued certificate").length - 1]);
    expect(Object.fromEntries(issued)).toMatchObject({ "pebble-staging": 1, pebble: 1 });
  });

  test("port 80 redirects", async () => {
    const answer = await visit(lab, `http://${HOST}/menu`);
    expect(answer).toMatchObject({ status: 301, location: `https://${HOST}/menu` });
  });

  test("a second run writes nothing", async () => {
    const mark = markWrites(lab);
    const { exitCode, document } = await init();
    expect({ exitCode, result: document.result, writes: document.writes }).toEqual({
      exitCode: 0,
      result: "unchanged",
      writes: 0,
    });
    expect(writesSince(lab, mark)).toEqual([]);
  });

  test("a renewal gets through behind the redirect", async () => {
    const { client } = lab.controlPlane;
    const before = await visit(lab, `https://${HOST}/`);
    const live = await client.get(CERTIFICATE);
    // What `cmctl renew` writes.
    const issuing = {
      type: "Issuing",
      status: "True",
      reason: "ManuallyTriggered",
      message: "Certificate re-issuance manually triggered",
      lastTransitionTime: new Date().toISOString(),
    };
    const conditions = [...list(at(live, "status", "conditions")), issuing];
    await client.patch(`${CERTIFICATE}/status`, { status: { conditions } });
    const asked = lab.front.requests.length;
    const after = await until("a new certificate is served", async () => {
      const now = await visit(lab, `https://${HOST}/`);
      return now.certificate?.serial === before.certificate?.serial ? undefined : now;
    });
    expect(after.certificate?.issuer).toBe(before.certificate?.issuer);
    const challenges = lab.front.requests
      .slice(asked)
      .filter(({ url, port }) => port === 80 && url.startsWith("/.well-known/acme-challenge/"));
    expect(challenges.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  });
});
