import { describe, expect, test } from "vitest";
import { kinds } from "../../src/kinds.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { txtName } from "../../src/sandbox/controllers/external-dns/records.ts";
import { addressOf, bringUp, newSandbox, until } from "./bring-up.ts";
import { HOST, route } from "./manifests.ts";

const ZONE = "Z0123456789EXAMPLE01";

async function recordsIn(sandbox: Sandbox): Promise<string[]> {
  const records = await sandbox.zones.listRecords(ZONE);
  return records
    .filter(({ type }) => type !== "NS" && type !== "SOA")
    .map(({ name, type }) => `${name} ${type}`)
    .sort();
}

async function ready(options: { faults?: string[] } = {}) {
  const sandbox = await newSandbox(options);
  const kubernetes = await bringUp(sandbox);
  await until(sandbox, () => addressOf(kubernetes));
  return { sandbox, kubernetes };
}

const logsOf = async (sandbox: Sandbox) => {
  const { kubernetes } = await sandbox.connect(undefined, {});
  const labelSelector = "app.kubernetes.io/name=external-dns";
  return kubernetes.logs({ namespace: "external-dns", labelSelector, tailLines: 50 });
};

describe("ExternalDNS", () => {
  test("writes aliases and their owner for an accepted route, visible a little later", async () => {
    const { sandbox, kubernetes } = await ready();
    await kubernetes.apply([route(["http"])]);
    await sandbox.clock.sleep(7_000);
    expect(await recordsIn(sandbox)).toEqual([
      `aaaa-edns.${HOST} TXT`,
      `cname-edns.${HOST} TXT`,
      `${HOST} A`,
      `${HOST} AAAA`,
    ]);
    expect((await sandbox.resolver.query(HOST, "A")).status).toBe("NXDOMAIN");
    await sandbox.clock.sleep(15_000);
    expect((await sandbox.resolver.query(HOST, "A")).answers).toHaveLength(2);
    const { answers } = await sandbox.resolver.query(`cname-edns.${HOST}`, "TXT");
    expect(answers[0]?.value).toBe(
      "heritage=external-dns,external-dns/owner=gateway-tls-1,external-dns/resource=httproute/shop/www",
    );
  });

  test("skips a route that is not accepted, and one that is annotated for another controller", async () => {
    const { sandbox, kubernetes } = await ready();
    const other = route(["http"], "other");
    other.metadata.annotations = { "external-dns.alpha.kubernetes.io/controller": "nobody" };
    await kubernetes.apply([route(["nowhere"]), other]);
    await sandbox.clock.sleep(120_000);
    expect(await recordsIn(sandbox)).toEqual([]);
  });

  test("leaves a record alone that has another owner", async () => {
    const { sandbox, kubernetes } = await ready();
    const theirs = { name: HOST, type: "A", ttlSeconds: 60, values: ["192.0.2.1"], visibleFrom: 0 };
    sandbox.simulation.state.aws.zones[ZONE]?.records.push(theirs);
    await kubernetes.apply([route(["http"])]);
    await sandbox.clock.sleep(120_000);
    expect(await recordsIn(sandbox)).toEqual([`${HOST} A`]);
  });

  test("with upsert-only it keeps the record of a route that went", async () => {
    const { sandbox, kubernetes } = await ready();
    await kubernetes.apply([route(["http"])]);
    await sandbox.clock.sleep(30_000);
    await kubernetes.delete([{ kind: kinds.HTTPRoute, name: "www", namespace: "shop" }]);
    await sandbox.clock.sleep(120_000);
    expect(await recordsIn(sandbox)).toHaveLength(4);
  });

  test("without an identity it stays Running, says AccessDenied of the node's role, until it is restarted", async () => {
    const { sandbox, kubernetes } = await ready({ faults: ["identity-not-injected"] });
    await kubernetes.apply([route(["http"])]);
    await sandbox.clock.sleep(120_000);
    expect(await recordsIn(sandbox)).toEqual([]);
    const denied = /msg="Failed to do run once: .*demo-node-role.*\(consecutive soft errors: 2\)"/;
    expect(await logsOf(sandbox)).toContainEqual(expect.stringMatching(denied));
    const ref = { kind: kinds.Deployment, name: "external-dns", namespace: "external-dns" };
    const restartedAt = sandbox.clock.now().toISOString();
    const annotations = { "kubectl.kubernetes.io/restartedAt": restartedAt };
    await kubernetes.patch(ref, { spec: { template: { metadata: { annotations } } } });
    await sandbox.clock.sleep(30_000);
    expect(await recordsIn(sandbox)).toHaveLength(4);
  });

  test("a policy that was taken away shows the right role in the refusal", async () => {
    const { sandbox } = await ready();
    await sandbox.identity.detachPolicy(
      "external-dns",
      "arn:aws:iam::123456789012:policy/external-dns",
    );
    const { kubernetes } = await sandbox.connect(undefined, {});
    await kubernetes.apply([route(["http"])]);
    await sandbox.clock.sleep(60_000);
    expect((await logsOf(sandbox)).at(-1)).toMatch(
      /assumed-role\/external-dns\/.*is not authorized to perform: route53:ListHostedZones/,
    );
  });

  test.each([
    ["%{record_type}-edns.", "cname-edns.www.example.com"],
    ["edns-", "edns-cname-www.example.com"],
    ["", "cname-www.example.com"],
  ])("with the prefix %j its TXT is at %s", (prefix, expected) => {
    expect(txtName(HOST, "cname", prefix)).toBe(expected);
  });
});
