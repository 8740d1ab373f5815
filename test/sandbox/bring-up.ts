import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds } from "../../src/kinds.ts";
import type { Kubernetes, KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { ReleaseRequest } from "../../src/ports/charts.ts";
import { parseCrdBundle } from "../../src/plan/crd-bundle.ts";
import { findCondition } from "../../src/sandbox/conditions.ts";
import { at, list, text } from "../../src/sandbox/fields.ts";
import {
  gateway,
  HOST,
  issuer,
  labels,
  namespace,
  PRODUCTION,
  route,
  STAGING,
} from "./manifests.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";

export const START = new Date("2026-10-01T09:00:00.000Z");
export async function newSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), "gateway-tls-sandbox-"));
  const statePath = join(directory, "state.json");
  return createSandbox({ statePath, faults: [], startAt: START, ...options });
}

/** Waits on the virtual clock until `look` answers with something. */
export async function until<T>(
  sandbox: Sandbox,
  look: () => Promise<T | undefined | false>,
  limitMs = 900_000,
): Promise<T> {
  const deadline = sandbox.clock.now().getTime() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (sandbox.clock.now().getTime() > deadline) throw new Error(`not within ${limitMs} ms`);
    await sandbox.clock.sleep(1_000);
  }
}

/** A condition of an object's status; absent parts are empty. */
export function condition(object: KubernetesObject | undefined, type: string) {
  const found = findCondition(object, type);
  if (found === undefined) return undefined;
  const { status, reason, message, observedGeneration } = found;
  return {
    status: text(status),
    reason: text(reason),
    message: text(message),
    observedGeneration,
  };
}

const requests: Record<string, Omit<ReleaseRequest, "labels" | "timeLimitMs">> = {
  nginx: {
    name: "ngf",
    namespace: "nginx-gateway",
    chart: "oci://ghcr.io/nginx/charts/nginx-gateway-fabric",
    version: "2.6.7",
    values: { nginx: { service: { loadBalancerClass: "service.k8s.aws/nlb" } } },
  },
  certManager: {
    name: "cert-manager",
    namespace: "cert-manager",
    chart: "oci://quay.io/jetstack/charts/cert-manager",
    version: "v1.21.1",
    values: { crds: { enabled: true }, config: { enableGatewayAPI: true } },
  },
  externalDns: {
    name: "external-dns",
    namespace: "external-dns",
    chart: "external-dns",
    version: "1.21.1",
    values: {
      provider: { name: "aws" },
      sources: ["gateway-httproute"],
      policy: "upsert-only",
      txtOwnerId: "gateway-tls-1",
      txtPrefix: "%{record_type}-edns.",
      triggerLoopOnEvent: true,
      domainFilters: ["example.com"],
      serviceAccount: { create: false, name: "external-dns" },
      extraArgs: ["--zone-id-filter=Z0123456789EXAMPLE01", "--aws-zone-type=public"],
    },
  },
};

/** One of the three charts as gateway-tls installs it; `more` replaces parts of the request. */
export async function installRelease(
  sandbox: Sandbox,
  name: string,
  more: Partial<ReleaseRequest> = {},
  signal = new AbortController().signal,
): Promise<void> {
  const request = requests[name];
  if (request === undefined) throw new Error(name);
  const { kubernetes, charts } = await sandbox.connect(undefined, {});
  await kubernetes.apply([namespace(request.namespace)]);
  await charts.apply({ ...request, labels: {}, timeLimitMs: 300_000, ...more }, { signal });
}

export async function installCrds(sandbox: Sandbox, version = "1.5.1"): Promise<void> {
  const { kubernetes } = await sandbox.connect(undefined, {});
  const source = `https://example.org/v${version}/standard-install.yaml`;
  const crds = parseCrdBundle(await sandbox.downloads.read(source), source);
  await kubernetes.apply(crds);
  await until(sandbox, async () => {
    const all = await kubernetes.list(kinds.CustomResourceDefinition);
    return all.every((crd) => condition(crd, "Established")?.status === "True");
  });
}

/** Policy, role, association and ServiceAccount of ExternalDNS. */
async function makeIdentity(sandbox: Sandbox): Promise<void> {
  const { identity } = sandbox;
  const { kubernetes } = await sandbox.connect(undefined, {});
  const zone = "arn:aws:route53:::hostedzone/Z0123456789EXAMPLE01";
  const policy = await identity.createPolicy({
    name: "external-dns",
    tags: {},
    document: {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "route53:ListHostedZones", Resource: "*" },
        { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: zone },
        {
          Effect: "Allow",
          Action: "route53:ChangeResourceRecordSets",
          Resource: zone,
          Condition: {
            "ForAllValues:StringEquals": {
              "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME", "TXT"],
            },
          },
        },
      ],
    },
  });
  const trusted = { Service: "pods.eks.amazonaws.com" };
  const role = await identity.createRole({
    name: "external-dns",
    description: "",
    tags: {},
    trust: {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: trusted, Action: ["sts:AssumeRole", "sts:TagSession"] },
      ],
    },
  });
  await identity.attachPolicy(role.name, policy.arn);
  await sandbox.clock.sleep(10_000);
  const account = { namespace: "external-dns", serviceAccount: "external-dns" };
  await identity.createAssociation({ cluster: "demo", ...account, roleArn: role.arn, tags: {} });
  await kubernetes.apply([
    namespace("external-dns"),
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "external-dns", namespace: "external-dns", labels },
    },
  ]);
}

/** Everything up to the HTTP listener and the record. */
export async function bringUp(sandbox: Sandbox): Promise<Kubernetes> {
  const { kubernetes } = await sandbox.connect(undefined, {});
  await installCrds(sandbox);
  await makeIdentity(sandbox);
  await Promise.all(Object.keys(requests).map((name) => installRelease(sandbox, name)));
  await kubernetes.apply([issuer("staging", STAGING), issuer("production", PRODUCTION)]);
  await kubernetes.apply([namespace("gateway-tls"), gateway()]);
  return kubernetes;
}

export const getGateway = (kubernetes: Kubernetes) =>
  kubernetes.get({ kind: kinds.Gateway, name: "gateway", namespace: "gateway-tls" });
export const getCertificate = (kubernetes: Kubernetes) =>
  kubernetes.get({ kind: kinds.Certificate, name: "www-tls", namespace: "gateway-tls" });

/** The whole way, by hand: the record, and a certificate of the production authority. */
export async function bringUpToCertificate(
  sandbox: Sandbox,
): Promise<{ kubernetes: Kubernetes; address: string }> {
  const kubernetes = await bringUp(sandbox);
  await kubernetes.apply([route(["http"])]);
  const address = await until(sandbox, async () => {
    const { answers } = await sandbox.resolver.query(HOST, "A");
    return answers[0]?.value;
  });
  await kubernetes.apply([gateway({ https: true, issuer: "production" })]);
  await until(sandbox, async () => {
    return condition(await getCertificate(kubernetes), "Ready")?.status === "True";
  });
  await kubernetes.apply([route(["https-www"])]);
  await sandbox.clock.sleep(3_000);
  return { kubernetes, address };
}

/** The load balancer's name that the Gateway shows. */
export async function addressOf(kubernetes: Kubernetes): Promise<string | undefined> {
  const [address] = list(at(await getGateway(kubernetes), "status", "addresses"));
  return address === undefined ? undefined : text(address["value"]);
}
