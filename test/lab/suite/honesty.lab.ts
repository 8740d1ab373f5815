import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, type Fields, list } from "../../../src/sandbox/fields.ts";
import { run } from "../build/run.ts";
import type { Lab } from "../lab.ts";
import { runInit } from "./gateway-tls.ts";
import {
  type Change,
  chooseGoogle,
  DEPLOYMENT,
  dropAudience,
  forbidWrites,
  hideRoutes,
  passUnknownFlag,
  trustOther,
} from "./real-changes.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };
const PODS = "/api/v1/namespaces/external-dns/pods";
const ROUTES = "/apis/gateway.networking.k8s.io/v1/namespaces/gateway-tls/httproutes";

let lab: Lab;

beforeAll(async () => {
  lab = await startWorld({ delays: DELAYS });
  const { document, stderr } = await runInit(lab, [
    "--sample-app",
    "--issuer=staging",
    "--identity=irsa",
  ]);
  if (document.error !== null) throw new Error(`${document.error.message}\n${stderr}`);
});
afterAll(() => lab.stop());

/** What is changed, and what ExternalDNS says of it. */
const refusals: [string, { change: Change; says: RegExp; ends?: true }][] = [
  [
    "a trust policy that is about another ServiceAccount",
    { change: trustOther, says: /AccessDenied: Not authorized to perform sts:Assume/ },
  ],
  [
    "an OIDC provider without the token's audience",
    { change: dropAudience, says: /InvalidIdentityToken: Incorrect token audience/ },
  ],
  [
    "a policy without route53:ChangeResourceRecordSets",
    { change: forbidWrites, says: /AccessDenied: .*route53:ChangeResourceRecordSets/ },
  ],
  [
    "a ClusterRole without httproutes",
    { change: hideRoutes, says: /httproutes\.gateway\.networking\.k8s\.io is forbidden/ },
  ],
  [
    "a flag that ExternalDNS does not know",
    { change: passUnknownFlag, says: /unknown long flag '--gateway-nmae'/, ends: true },
  ],
  [
    "the provider google",
    { change: chooseGoogle, says: /unknown dns provider: google/, ends: true },
  ],
];

describe("no record is written until it is taken back:", () => {
  test.each(refusals)("%s", async (_, { change, says, ends }) => {
    const host = `host-${refusals.findIndex(([, one]) => one.change === change)}.lab.example`;
    await stop();
    const takeBack = await change(lab);
    try {
      await plantRoute(host);
      await start();
      await untilSaid(says);
      if (ends) await until("its container is restarted", findRestarted);
      expect(await listRecords()).not.toContain(host);
      await stop();
    } finally {
      await takeBack();
    }
    await start();
    await until("the record is written", async () =>
      (await listRecords()).find((it) => it === host),
    );
  });
});

test.each(["helm3", "helm4"])("%s refuses a value that ExternalDNS's chart lacks", async (helm) => {
  const { bin, charts } = inject("built");
  const render = (key: string) =>
    run(join(bin, helm, "helm"), [
      "template",
      "external-dns",
      join(charts, "external-dns"),
      `--set=policy=sync,${key}=gateway-tls`,
    ]);
  expect(await render("gatewayNamespace")).toContain("--gateway-namespace=gateway-tls");
  await expect(render("gatewayNamspace")).rejects.toThrow(/gatewayNamspace/);
});

async function untilSaid(words: RegExp): Promise<void> {
  await until(
    `ExternalDNS says ${words.source}`,
    async () => ((await readLogs()).some((log) => words.test(log)) ? true : undefined),
    20_000,
  );
}

/** Awaited: a pod that is deleted while it starts would leave its process behind. */
async function start(): Promise<void> {
  await lab.controlPlane.client.patch(DEPLOYMENT, { spec: { replicas: 1 } });
  await until("ExternalDNS has a pod that has started", async () =>
    (await listContainers()).find(({ ready, restartCount }) => ready || restartCount),
  );
}

/** All pods are gone before it answers: none acts on what was true before. */
async function stop(): Promise<void> {
  await lab.controlPlane.client.patch(DEPLOYMENT, { spec: { replicas: 0 } });
  await until("ExternalDNS has no pod", async () => (await listPods()).length === 0 || undefined);
}

/** On port 80 of our Gateway, so that nothing but ExternalDNS has to act on it. */
async function plantRoute(host: string): Promise<void> {
  const { client } = lab.controlPlane;
  await client.create(ROUTES, {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: host },
    spec: { parentRefs: [{ name: "gateway-tls", sectionName: "http" }], hostnames: [host] },
  });
  await until(`the Gateway accepts the route of ${host}`, async () => {
    const route = await client.get(`${ROUTES}/${host}`);
    return list(at(route, "status", "parents"))
      .flatMap((parent) => list(parent["conditions"]))
      .find(({ type, status }) => type === "Accepted" && status === "True");
  });
}

const listPods = (): Promise<KubernetesObject[]> => lab.controlPlane.client.list(PODS);

/** Whole, with those of containers that ended. */
async function readLogs(): Promise<string[]> {
  const files = (await listPods()).map(({ metadata: { name } }) =>
    join(lab.folder, "logs", `${name}.log`),
  );
  return files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
}

async function listContainers(): Promise<Fields[]> {
  return (await listPods()).flatMap((pod) => list(at(pod, "status", "containerStatuses")));
}

const findRestarted = async () =>
  (await listContainers()).find(({ restartCount }) => restartCount !== 0);

async function listRecords(): Promise<string[]> {
  const { clients, zone } = lab.aws;
  const asked = new ListResourceRecordSetsCommand({ HostedZoneId: zone.id });
  const { ResourceRecordSets = [] } = await clients.route53.send(asked);
  return ResourceRecordSets.map(({ Name = "" }) => Name.replace(/\.$/, ""));
}
