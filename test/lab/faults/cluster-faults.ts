import { readFileSync } from "node:fs";
import { join } from "node:path";
import { releaseSecret } from "../../support/fake-cluster/releases.ts";
import { pause } from "../process.ts";
import { kubectl } from "../suite/kubectl.ts";
import type { Begin, FaultScene } from "./fault.ts";

const RELEASE = { name: "cert-manager", namespace: "cert-manager" };
const MANAGED = { "app.kubernetes.io/managed-by": "gateway-tls" };

/** Faults of the cluster, of what runs in it and of the CA. */
export const clusterFaults = {
  "stuck-release": (scene) => leavePending(scene, MANAGED),
  "foreign-stuck-release": (scene) => leavePending(scene, {}),
  "foreign-crds": async ({ lab }) => {
    const ours = readFileSync(join(lab.built.crds, "gateway-api.yaml"), "utf8").split(/^---$/m);
    // The policy beside the CRDs came later, and lets no older ones in.
    const crds = ours.filter((one) => one.includes("kind: CustomResourceDefinition"));
    const theirs = crds.join("---").replaceAll(/(bundle-version): v[\d.]+/g, "$1: v1.2.1");
    const flags = ["--server-side", "--field-manager=platform-team", "--filename=-"];
    await kubectl(lab, ["apply", ...flags], theirs);
    return () => kubectl(lab, ["delete", "--filename=-", "--wait"], theirs);
  },
  forbidden: async ({ lab: { account } }) => {
    const { groups } = account.operator;
    account.operator.groups = account.reader.groups;
    await outliveTokens();
    return () => {
      account.operator.groups = groups;
      return outliveTokens();
    };
  },
  "old-kubernetes": (scene) => {
    const version = { major: "1", minor: "31", gitVersion: "v1.31.9-eks-0000000" };
    scene.apiServer.replace = (_method, path) =>
      /^\/version(?:\?|$)/.test(path)
        ? { status: 200, type: "application/json", body: version }
        : undefined;
    return connectThrough(scene, scene.apiServer.url);
  },
  // A port of loopback where nobody listens: refused at once, where the real one is silent.
  "unreachable-cluster": (scene) => connectThrough(scene, "https://127.0.0.1:9"),
  "no-load-balancer-address": ({ lab }) => {
    const { balancers } = lab;
    balancers.refuse = true;
    return async () => {
      balancers.refuse = false;
      // As if the hour had passed for which the API server keeps it.
      const complaints = ["events", "--field-selector=reason=FailedBuildModel"];
      await kubectl(lab, ["delete", ...complaints, "--all-namespaces"]);
    };
  },
  "internal-load-balancer": ({ lab: { balancers } }) => {
    balancers.internal = true;
    balancers.remake();
    return () => {
      balancers.internal = false;
      balancers.remake();
    };
  },
  "port-80-blocked": ({ lab: { front } }) => {
    front.closedPorts.add(80);
    front.look();
    return () => {
      front.closedPorts.delete(80);
      front.look();
    };
  },
  "redirect-breaks-challenge": ({ lab: { front } }) => {
    front.redirectFirst = true;
    return () => (front.redirectFirst = false);
  },
  "rate-limited": ({ ca }) => {
    const detail =
      "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2030-01-01 00:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/";
    const body = { type: "urn:ietf:params:acme:error:rateLimited", detail, status: 429 };
    ca.replace = (method, path) =>
      method === "POST" && path === NEW_ORDER
        ? { status: 429, type: "application/problem+json", body }
        : undefined;
    return () => (ca.replace = undefined);
  },
} as const satisfies Record<string, Begin>;

/** Pebble's. */
const NEW_ORDER = "/order-plz";

/** What a killed helm leaves: a first revision that says it is still at it. */
async function leavePending({ lab }: FaultScene, labels: Record<string, string>) {
  const { client } = lab.controlPlane;
  const { namespace } = RELEASE;
  await client.create("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels },
  });
  const chart = { name: "cert-manager", version: "v1.21.1", appVersion: "v1.21.1" };
  const release = { ...RELEASE, chart, revision: 1, labels };
  const secret = releaseSecret({ ...release, status: "pending-install" });
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  await client.create(secrets, secret);
  return () => kubectl(lab, ["delete", "namespace", namespace, "--wait"]);
}

/**
 * Tokens signed within one second are the same, byte by byte, and the API server knows for ten
 * seconds who a token is: who comes after this comes with another one.
 */
function outliveTokens(): Promise<void> {
  return pause(1000 - (Date.now() % 1000));
}

/** EKS gives this address as the cluster's endpoint. */
function connectThrough({ lab }: FaultScene, endpoint: string): () => void {
  const { live } = lab.aws;
  const { cluster } = live;
  live.cluster = { endpoint, ca: lab.ca };
  return () => {
    if (cluster !== undefined) live.cluster = cluster;
  };
}
