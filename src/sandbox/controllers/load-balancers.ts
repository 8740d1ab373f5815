import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, fields, stringMap, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";
import { bindTargetGroups, unbindTargetGroups } from "./target-groups.ts";
import { readyPods } from "./workloads.ts";

const NAME = "aws-load-balancer-controller";
const CLASS = "service.k8s.aws/nlb";
const FINALIZER = "service.k8s.aws/resources";
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const INTERNAL = "service.beta.kubernetes.io/aws-load-balancer-internal";
/** Its webhook, as `seed.ts` registers it. */
const WEBHOOK = "aws-load-balancer-webhook";
const PROVISIONING_MS = 60_000;
const DELETION_MS = 15_000;

/** Who makes network load balancers for Services. */
interface Provider {
  finalizer: string;
  /** Of the Services that it takes. */
  loadBalancerClass?: string;
  isInternal: (annotations: Record<string, string>) => boolean;
}

const CONTROLLER: Provider = {
  finalizer: FINALIZER,
  loadBalancerClass: CLASS,
  isInternal: (annotations) => annotations[SCHEME] !== "internet-facing",
};

/** Kubernetes' own (kubernetes/cloud-provider-aws, service controller). */
const IN_TREE: Provider = {
  finalizer: "service.kubernetes.io/load-balancer-cleanup",
  isInternal: (annotations) => annotations[INTERNAL] === "true",
};

/** A network load balancer per Service, by the AWS Load Balancer Controller or the in-tree one. */
export function loadBalancers(simulation: Simulation): void {
  const runs = readyPods(simulation, NAME, "kube-system").length > 0;
  for (const service of simulation.store.all("Service")) {
    const provider = findProvider(simulation, service);
    if (provider === undefined || (provider === CONTROLLER && !runs)) continue;
    if (service.metadata.deletionTimestamp !== undefined) tearDown(simulation, service, provider);
    else if (at(service, "spec", "type") === "LoadBalancer") {
      provision(simulation, service, provider);
    }
  }
}

/** The controller's webhook gives its class to new Services without one, and to no others. */
function findProvider(
  { store }: Simulation,
  { spec, metadata }: KubernetesObject,
): Provider | undefined {
  if (metadata.finalizers?.includes(IN_TREE.finalizer) === true) return IN_TREE;
  const loadBalancerClass = text(fields(spec)["loadBalancerClass"]);
  if (loadBalancerClass === CLASS) return CONTROLLER;
  if (loadBalancerClass !== "") return undefined;
  return store.findKind("MutatingWebhookConfiguration", WEBHOOK) === undefined
    ? IN_TREE
    : CONTROLLER;
}

function provision(simulation: Simulation, found: KubernetesObject, provider: Provider): void {
  const service = claim(simulation, found, provider);
  const { uid = "", name, namespace = "" } = service.metadata;
  if (simulation.hasFault("no-load-balancer-address")) return refuse(simulation, service);
  if (at(service, "status", "loadBalancer", "ingress") !== undefined) {
    if (provider === CONTROLLER) bindTargetGroups(simulation, service);
    return;
  }
  if (!simulation.after(`${uid}/provisioned`, PROVISIONING_MS)) return;
  const scheme = schemeOf(simulation, service, provider);
  const hash = createHash("sha256").update(uid).digest("hex").slice(0, 10);
  const hostname = `k8s-${clip(namespace)}-${clip(name)}-${hash}-${hash.repeat(2).slice(0, 16)}.elb.${simulation.state.aws.region}.amazonaws.com`;
  const number = Object.keys(simulation.state.loadBalancers).length * 2 + 10;
  const prefix = scheme === "internal" ? "10.0.1" : "203.0.113";
  simulation.state.loadBalancers[hostname] = {
    service: `${namespace}/${name}`,
    scheme,
    addresses: [`${prefix}.${number}`, `${prefix}.${number + 1}`],
  };
  simulation.store.setStatus(service, { loadBalancer: { ingress: [{ hostname }] } });
  simulation.event(service, {
    type: "Normal",
    reason: "SuccessfullyReconciled",
    message: "Successfully reconciled",
    from: "service",
  });
}

function claim(
  simulation: Simulation,
  service: KubernetesObject,
  { finalizer, loadBalancerClass }: Provider,
): KubernetesObject {
  return simulation.store.update(service, (draft) => {
    if (loadBalancerClass !== undefined) {
      draft["spec"] = { ...fields(draft["spec"]), loadBalancerClass };
    }
    draft.metadata.finalizers = [...new Set([...(draft.metadata.finalizers ?? []), finalizer])];
  });
}

/** The controller cuts namespace and name for its load balancers' names. */
function clip(part: string): string {
  return part.replaceAll("-", "").slice(0, 8);
}

function schemeOf(
  simulation: Simulation,
  service: KubernetesObject,
  { isInternal }: Provider,
): "internet-facing" | "internal" {
  if (simulation.hasFault("internal-load-balancer")) return "internal";
  return isInternal(stringMap(service.metadata.annotations)) ? "internal" : "internet-facing";
}

function refuse(simulation: Simulation, service: KubernetesObject): void {
  const { uid = "" } = service.metadata;
  const said = `${uid}/refused`;
  if (simulation.dueAt(said) !== undefined) return;
  simulation.after(said, 0);
  simulation.event(service, {
    type: "Warning",
    reason: "FailedBuildModel",
    message:
      "Failed build model due to unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
    from: "service",
  });
}

function tearDown(
  simulation: Simulation,
  service: KubernetesObject,
  { finalizer }: Provider,
): void {
  const { uid = "", name, namespace = "", finalizers = [] } = service.metadata;
  if (!finalizers.includes(finalizer)) return;
  if (!simulation.after(`${uid}/torn-down`, DELETION_MS)) return;
  const { loadBalancers: balancers } = simulation.state;
  for (const [hostname, balancer] of Object.entries(balancers)) {
    if (balancer.service === `${namespace}/${name}`) delete balancers[hostname];
  }
  unbindTargetGroups(simulation, service);
  simulation.store.update(service, (draft) => {
    draft.metadata.finalizers = finalizers.filter((one) => one !== finalizer);
  });
}
