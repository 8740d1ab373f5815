import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { breakWrite } from "../support/break-write.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";
import { plantDecoys } from "../support/decoys.ts";
import { snapshot } from "../support/snapshot.ts";
import { takeDown } from "../support/take-down.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-uninstall-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (...faults: string[]): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults });

const identities = ["pod-identity", "irsa"] as const;

describe("uninstall", () => {
  it.each(identities)(
    "leaves the world as it was before init, decoys too: %s",
    async (identity) => {
      const sandbox = await openSandbox();
      await plantDecoys(sandbox);
      const before = snapshot(sandbox);
      const config = buildConfig({ identity });
      expect((await bringUp(sandbox, { config })).error).toBeUndefined();
      const { error, result } = await takeDown(sandbox, { config });
      expect(error).toBeUndefined();
      expect(result).toMatchObject({ result: "done", command: "uninstall" });
      expect(snapshot(sandbox)).toEqual(before);
      const again = await takeDown(await openSandbox(), { config });
      expect(again.result).toMatchObject({ result: "unchanged", writes: 0 });
    },
  );

  it("of the older version set too, whose load balancer is the chart's", async () => {
    const sandbox = await openSandbox("old-kubernetes");
    const before = snapshot(sandbox);
    const config = buildConfig({ identity: "irsa", versions: "2025" });
    expect((await bringUp(sandbox, { config })).error).toBeUndefined();
    expect((await takeDown(sandbox, { config })).error).toBeUndefined();
    expect(snapshot(sandbox)).toEqual(before);
  });

  it("takes away what an unfinished init left", async () => {
    const sandbox = await openSandbox();
    const before = snapshot(sandbox);
    for (const number of [3, 9, 14, 18]) {
      const { happened, through } = breakWrite(number, "after");
      await bringUp(sandbox, { through });
      expect(happened()).toBe(true);
      expect((await takeDown(sandbox)).error, `write ${number}`).toBeUndefined();
      expect(snapshot(sandbox), `write ${number}`).toEqual(before);
    }
  });

  it("lists what goes before it goes, and writes nothing for a list", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    const { items } = await takeDown(sandbox, {
      through: breakWrite(0, "before").through,
    });
    const going = items
      .filter(({ intent }) => intent === "delete")
      .map(({ kind, name }) => `${kind} ${name}`);
    expect(going).toEqual(
      expect.arrayContaining([
        "HTTPS listener www.example.com",
        "Certificate gateway-tls/www.example.com-tls",
        "HTTPRoute gateway-tls-sample/www.example.com",
        "DNS record www.example.com A",
        "Gateway gateway-tls/gateway-tls",
        "Helm release cert-manager/cert-manager",
        "IAM role gateway-tls-external-dns.eu-west-1.demo",
        "Secret cert-manager/gateway-tls-production-account",
        "Namespace external-dns",
        "Namespace gateway-tls",
      ]),
    );
  });
});

describe("what others have come to share", () => {
  it("stays, and is named", async () => {
    const sandbox = await openSandbox();
    const config = buildConfig({ identity: "irsa" });
    await bringUp(sandbox, { config });
    const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
    const [provider] = Object.values(sandbox.simulation.state.aws.oidcProviders);
    await sandbox.identity.createRole({
      name: "shop",
      description: "of the shop",
      trust: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: provider?.arn ?? "" },
            Action: "sts:AssumeRoleWithWebIdentity",
          },
        ],
      },
      tags: {},
    });
    await plantForeign(sandbox);
    const { error, items } = await takeDown(sandbox, { config });
    expect(error).toBeUndefined();
    const reasons = items.flatMap(({ name, reason }) =>
      reason === undefined ? [] : [`${name}: ${reason}`],
    );
    expect(reasons).toEqual(
      expect.arrayContaining([
        expect.stringContaining("kept: trusted by shop"),
        "cert-manager/cert-manager: kept: Certificate shop/internal uses it",
        "nginx-gateway/nginx-gateway-fabric: kept: Gateway shop/theirs uses it",
        "gateway-tls-production: kept: Certificate shop/internal uses it",
        "external-dns: kept: ConfigMap external-dns/dashboards is in it",
      ]),
    );
    expect(
      await kubernetes.get({ kind: kinds.ClusterIssuer, name: "gateway-tls-production" }),
    ).toBeDefined();
    expect(
      await kubernetes.get({ kind: kinds.ClusterIssuer, name: "gateway-tls-staging" }),
    ).toBeUndefined();
    expect((await takeDown(sandbox, { config })).result).toMatchObject({
      result: "unchanged",
      writes: 0,
    });
  });

  it("--delete-crds is refused while others use them, before anything is written", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    await plantForeign(sandbox);
    const before = snapshot(sandbox);
    await expect(takeDown(sandbox, { options: { deleteCrds: true } })).rejects.toMatchObject({
      code: "GT-CRDS-IN-USE",
      message: expect.stringContaining("Gateway shop/theirs"),
    });
    expect(snapshot(sandbox)).toEqual(before);
  });

  it("--delete-crds takes them when nobody does", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    const { error } = await takeDown(sandbox, { options: { deleteCrds: true } });
    expect(error).toBeUndefined();
    const names = sandbox.simulation.store
      .all("CustomResourceDefinition")
      .map(({ metadata }) => metadata.name);
    expect(names.filter((name) => /gateway\.networking|cert-manager|nginx/.test(name))).toEqual([]);
  });
});

async function plantForeign({ simulation: { store } }: Sandbox): Promise<void> {
  store.create({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "internal", namespace: "shop" },
    spec: {
      secretName: "internal-tls",
      dnsNames: ["internal.example.com"],
      issuerRef: {
        group: "cert-manager.io",
        kind: "ClusterIssuer",
        name: "gateway-tls-production",
      },
    },
  });
  store.create({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "theirs", namespace: "shop" },
    spec: { gatewayClassName: "nginx", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
  });
  store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "dashboards", namespace: "external-dns" },
    data: {},
  });
}

describe("after a failure at any write of uninstall", () => {
  it.each(
    identities.flatMap(
      (identity) =>
        [
          [identity, "before"],
          [identity, "after"],
        ] as const,
    ),
  )(
    "the same command goes on to the same end: %s, %s each write",
    async (identity, when) => {
      const config = buildConfig({ identity });
      const before = snapshot(await openSandbox());
      await bringUp(await openSandbox(), { config });
      const state = join(directory, "sandbox.json");
      copyFileSync(state, `${state}.installed`);
      let number = 0;
      for (; number < 100; number += 1) {
        copyFileSync(`${state}.installed`, state);
        const { happened, through } = breakWrite(number, when);
        await takeDown(await openSandbox(), { config, through });
        if (!happened()) break;
        const sandbox = await openSandbox();
        const { error } = await takeDown(sandbox, { config });
        expect(error, `write ${number}`).toBeUndefined();
        expect(snapshot(sandbox), `write ${number}`).toEqual(before);
        const again = await takeDown(sandbox, { config });
        expect(again.result?.writes, `write ${number}`).toBe(0);
      }
      expect(number).toBeGreaterThan(12);
    },
    120_000,
  );
});
