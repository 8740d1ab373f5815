import type { Cluster } from "../ports/aws.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { targetGroupBindingCrd } from "./controllers/target-groups.ts";
import { seedWorkload } from "./seed-workload.ts";
import type { Simulation } from "./simulation.ts";
import type { ObjectStore } from "./store/object-store.ts";
import type { WorldState } from "./world-state.ts";

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";
const OIDC_ID = "EXAMPLED539D4633E53DE1B71EXAMPLE";
/** The public zone that every new sandbox has. */
export const ZONE_ID = "Z0123456789EXAMPLE01";
export const ZONE_NAME = "example.com";

/** A world in which nothing of ours is yet. */
export function emptyState(now: number): WorldState {
  return {
    schemaVersion: 1,
    now,
    faults: [],
    counter: 1000,
    timers: {},
    objects: {},
    logs: {},
    releases: [],
    aws: {
      account: ACCOUNT,
      region: REGION,
      partition: "aws",
      callerArn: `arn:aws:sts::${ACCOUNT}:assumed-role/operator/you`,
      clusters: { demo: demoCluster() },
      addons: {
        demo: [agentAddon()],
      },
      policies: {},
      roles: {},
      oidcProviders: {},
      associations: [],
      zones: { [ZONE_ID]: hostedZone(ZONE_ID) },
    },
    loadBalancers: {},
    acme: { certificates: {} },
  };
}

/** The EKS Pod Identity agent, as a cluster has it. */
export function agentAddon() {
  return {
    name: "eks-pod-identity-agent",
    version: "v1.3.10-eksbuild.1",
    status: "ACTIVE",
    tags: {},
    activeFrom: 0,
  };
}

function demoCluster(): Cluster {
  return {
    name: "demo",
    arn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/demo`,
    region: REGION,
    status: "ACTIVE",
    version: "1.34",
    endpoint: `https://${OIDC_ID}.gr7.${REGION}.eks.amazonaws.com`,
    certificateAuthority: Buffer.from("the sandbox has no certificate authority").toString(
      "base64",
    ),
    oidcIssuer: `https://oidc.eks.${REGION}.amazonaws.com/id/${OIDC_ID}`,
    autoModeCompute: false,
    autoModeLoadBalancing: false,
  };
}

/** A public zone of the name `example.com`, as Route 53 makes one. */
export function hostedZone(id: string, name = ZONE_NAME, first = 1) {
  const nameServers = [
    `ns-${first}.awsdns-0${first}.org`,
    `ns-${first + 511}.awsdns-0${first}.net`,
    `ns-${first + 1023}.awsdns-0${first}.com`,
    `ns-${first + 1535}.awsdns-0${first}.co.uk`,
  ];
  const soa = `${nameServers[0] ?? ""}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return {
    id,
    name,
    private: false,
    nameServers,
    records: [
      record(
        name,
        "NS",
        nameServers.map((server) => `${server}.`),
        172_800,
      ),
      record(name, "SOA", [soa], 900),
    ],
  };
}

function record(name: string, type: string, values: string[], ttlSeconds: number) {
  return { name, type, ttlSeconds, values, visibleFrom: 0 };
}

/** What runs in the cluster before us. */
export function seedCluster({ store }: Simulation): void {
  for (const name of ["default", "kube-system", "shop"]) store.create(namespace(name));
  store.create(targetGroupBindingCrd);
  seedController(store);
  const shop = { namespace: "shop", image: "public.ecr.aws/docker/library/nginx:1.29" };
  seedWorkload(store, { ...shop, name: "web", port: 8080, servicePort: 80, replicas: 2 });
  seedWorkload(store, { ...shop, name: "api", port: 8080, servicePort: 8080, replicas: 2 });
}

/** The AWS Load Balancer Controller, as its chart installs it. */
export function seedController(store: ObjectStore): void {
  const lbc = "aws-load-balancer-controller";
  const image = "public.ecr.aws/eks/aws-load-balancer-controller:v2.14.1";
  seedWorkload(store, { namespace: "kube-system", name: lbc, image, port: 9443, replicas: 2 });
  store.create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: "aws-load-balancer-webhook", labels: { "app.kubernetes.io/name": lbc } },
    webhooks: [{ name: "mservice.elbv2.k8s.aws", failurePolicy: "Fail" }],
  });
}

function namespace(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}
