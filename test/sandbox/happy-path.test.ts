import { expect, test } from "vitest";
import { addressOf, bringUp, condition, getCertificate, newSandbox, until } from "./bring-up.ts";
import { gateway, HOST, route } from "./manifests.ts";

test("from an empty cluster to a trusted certificate, through the ports", async () => {
  const sandbox = await newSandbox();
  const kubernetes = await bringUp(sandbox);
  const address = await until(sandbox, () => addressOf(kubernetes));
  expect(address).toMatch(/\.elb\.eu-west-1\.amazonaws\.com$/);
  await kubernetes.apply([route(["http"])]);
  const record = await until(sandbox, async () => {
    const { answers } = await sandbox.resolver.query(HOST, "A");
    return answers[0]?.value;
  });
  const page = {
    protocol: "http",
    hostname: HOST,
    path: "/",
    address: record,
    timeoutMs: 5000,
  } as const;
  expect((await sandbox.probe.get(page)).status).toBe(200);

  await kubernetes.apply([gateway({ https: true, issuer: "staging" })]);
  const ready = () =>
    until(sandbox, async () => {
      const live = await getCertificate(kubernetes);
      return (
        condition(live, "Ready")?.status === "True" && condition(live, "Issuing") === undefined
      );
    });
  await ready();
  const target = { hostname: HOST, address: record, timeoutMs: 5000 };
  const staging = await until(sandbox, () =>
    sandbox.probe.handshake(target).catch(() => undefined),
  );
  expect(staging).toMatchObject({ names: [HOST], trusted: false });
  expect(staging.issuer).toContain("(STAGING)");

  await kubernetes.apply([gateway({ https: true, issuer: "production" }), route(["https-www"])]);
  const trusted = await until(sandbox, async () => {
    const served = await sandbox.probe.handshake(target);
    return served.trusted && served;
  });
  expect(trusted.issuer).not.toContain("STAGING");
  await ready();
  await until(
    sandbox,
    async () => (await sandbox.probe.get({ ...page, protocol: "https" })).status === 200,
  );
});
