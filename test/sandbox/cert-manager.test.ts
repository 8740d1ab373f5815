import { describe, expect, test } from "vitest";
import { kinds } from "../../src/kinds.ts";
import type { Kubernetes } from "../../src/ports/kubernetes.ts";
import { at, list, text } from "../../src/sandbox/fields.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp, condition, getCertificate, newSandbox, until } from "./bring-up.ts";
import { gateway, HOST, route } from "./manifests.ts";

/** A cluster whose host answers on port 80. */
async function withRecord(faults: string[] = []) {
  const sandbox = await newSandbox({ faults });
  const kubernetes = await bringUp(sandbox);
  await kubernetes.apply([route(["http"])]);
  await until(sandbox, async () => {
    const { answers } = await sandbox.resolver.query(HOST, "A");
    return answers.length > 0;
  });
  return { sandbox, kubernetes };
}

const namespace = "gateway-tls";
const issue = (kubernetes: Kubernetes, issuer: string) =>
  kubernetes.apply([gateway({ https: true, issuer })]);
const untilIssuing = (sandbox: Sandbox, kubernetes: Kubernetes, status: string) =>
  until(sandbox, async () => {
    const found = condition(await getCertificate(kubernetes), "Issuing");
    return found?.status === status && found;
  });
const untilReady = (sandbox: Sandbox, kubernetes: Kubernetes) =>
  until(sandbox, async () => {
    const live = await getCertificate(kubernetes);
    return condition(live, "Ready")?.status === "True" && live;
  });

describe("cert-manager", () => {
  test("walks Certificate, request, order and challenge, and cleans up after itself", async () => {
    const { sandbox, kubernetes } = await withRecord();
    await issue(kubernetes, "staging");
    const challenge = await until(sandbox, async () => {
      const [first] = await kubernetes.list(kinds.Challenge, { namespace });
      return first;
    });
    expect(challenge["spec"]).toMatchObject({ dnsName: HOST, type: "HTTP-01" });
    await until(sandbox, async () => {
      const routes = await kubernetes.list(kinds.HTTPRoute, {
        namespace,
        labelSelector: "acme.cert-manager.io/http01-solver=true",
      });
      return routes.length === 1;
    });
    const live = await untilReady(sandbox, kubernetes);
    expect(condition(live, "Ready")?.observedGeneration).toBe(live.metadata.generation);
    expect(live["status"]).toMatchObject({ revision: 1, notAfter: expect.stringMatching(/Z$/) });
    await sandbox.clock.sleep(10_000);
    expect(await kubernetes.list(kinds.Challenge)).toEqual([]);
    expect(await kubernetes.list(kinds.HTTPRoute, { namespace })).toEqual([]);
    const events = await kubernetes.list(kinds.Event, { namespace });
    const reasons = events.map(({ reason }) => reason);
    expect(reasons).toEqual(
      expect.arrayContaining(["CreateCertificate", "Presented", "DomainVerified"]),
    );
  });

  test("another issuer's name issues anew, and says why", async () => {
    const { sandbox, kubernetes } = await withRecord();
    await issue(kubernetes, "staging");
    await untilReady(sandbox, kubernetes);
    await issue(kubernetes, "production");
    const issuing = await untilIssuing(sandbox, kubernetes, "True");
    expect(issuing).toMatchObject({
      reason: "IncorrectIssuer",
      message:
        'Issuing certificate as Secret was previously issued by "ClusterIssuer.cert-manager.io/staging"',
    });
    const live = await untilReady(sandbox, kubernetes);
    expect(live["status"]).toMatchObject({ revision: 2 });
    expect(await kubernetes.list(kinds.CertificateRequest)).toHaveLength(1);
  });

  test.each([
    ["port-80-blocked", /Timeout during connect \(likely firewall problem\)/],
    ["caa-forbids", /CAA record for example\.com prevents issuance/],
  ])("%s fails with the CA's words, and backs off", async (fault, words) => {
    const { sandbox, kubernetes } = await withRecord([fault]);
    await issue(kubernetes, "staging");
    await until(sandbox, async () => {
      const [challenge] = await kubernetes.list(kinds.Challenge, { namespace });
      return words.test(text(at(challenge, "status", "reason")));
    });
    const failed = await untilIssuing(sandbox, kubernetes, "False");
    expect(failed).toMatchObject({
      reason: "Failed",
      message: expect.stringMatching(
        /has failed to complete and will be retried: .*"invalid" state/,
      ),
    });
    const attempts = async () =>
      at(await getCertificate(kubernetes), "status", "failedIssuanceAttempts");
    expect(await attempts()).toBe(1);
    await sandbox.clock.sleep(3_000_000);
    expect(await attempts()).toBe(1);
    await sandbox.clock.sleep(3_600_000);
    expect(await attempts()).toBe(2);
  });

  test("a path that is not served waits, with the status it got", async () => {
    const { sandbox, kubernetes } = await withRecord(["redirect-breaks-challenge"]);
    const redirect = route(["http"], "redirect");
    const filters = [
      { type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } },
    ];
    const spec = { ...Object(redirect["spec"]), rules: [{ filters }] };
    await kubernetes.apply([{ ...redirect, spec }]);
    await issue(kubernetes, "staging");
    const reason = await until(sandbox, async () => {
      const [challenge] = await kubernetes.list(kinds.Challenge, { namespace });
      const told = text(at(challenge, "status", "reason"));
      return told !== "" && told;
    });
    expect(reason).toMatch(/^Waiting for HTTP-01 challenge propagation: /);
  });

  test("renews at two thirds of the lifetime", async () => {
    const { sandbox, kubernetes } = await withRecord();
    await issue(kubernetes, "production");
    const first = await untilReady(sandbox, kubernetes);
    await sandbox.clock.sleep(61 * 86_400_000);
    const second = await untilReady(sandbox, kubernetes);
    expect(at(second, "status", "revision")).toBe(2);
    expect(text(at(second, "status", "notAfter")) > text(at(first, "status", "notAfter"))).toBe(
      true,
    );
  });

  test("a listener without a hostname is skipped with a BadConfig event", async () => {
    const { sandbox, kubernetes } = await withRecord();
    const wanted = gateway({ https: true, issuer: "staging" });
    for (const listener of list(at(wanted, "spec", "listeners"))) delete listener["hostname"];
    await kubernetes.apply([wanted]);
    await sandbox.clock.sleep(2_000);
    const events = await kubernetes.list(kinds.Event, { namespace });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "Warning",
        reason: "BadConfig",
        message: expect.stringMatching(/^Skipped a listener block: /),
      }),
    );
    expect(await getCertificate(kubernetes)).toBeUndefined();
  });

  test("a listener that goes takes its Certificate along", async () => {
    const { sandbox, kubernetes } = await withRecord();
    await issue(kubernetes, "staging");
    await untilReady(sandbox, kubernetes);
    await kubernetes.apply([gateway({ issuer: "staging" })]);
    await until(sandbox, async () => (await getCertificate(kubernetes)) === undefined);
    const events = await kubernetes.list(kinds.Event, { namespace });
    expect(events.map(({ reason }) => reason)).toContain("DeleteCertificate");
  });
});
