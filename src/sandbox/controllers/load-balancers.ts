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
const PROVISIONING_MS = 60_000;
const DELETION_MS = 15_000;

/** The AWS Load Balancer Controller: a network load balancer per Service of its class. */
export function loadBalancers(simulation: Simulation): void {
  if (readyPods(simulation, NAME, "kube-system").length === 0) return;
  for (const service of simulation.store.all("Service")) {
    if (service.metadata.deletionTimestamp !== undefined) tearDown(simulation, service);
    else if (at(service, "spec", "type") === "LoadBalancer") provision(simulation, service);
  }
}

function provision(simulation: Simulation, found: KubernetesObject): void {
  const service = claim(simulation, found);
  if (service === undefined) return;
  const { uid = "", name, namespace = "" } = service.metadata;
  if (simulation.hasFault("no-load-balancer-address")) return refuse(simulation, service);
  if (at(service, "status", "loadBalancer", "ingress") !== undefined) {
    bindTargetGroups(simulation, service);
    return;
  }
  if (!simulation.after(`${uid}/provisioned`, PROVISIONING_MS)) return;
  const scheme = schemeOf(simulation, service);
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

/** Takes a Service of its class, and one without any (its webhook gives those the class). */
function claim(simulation: Simulation, service: KubernetesObject): KubernetesObject | undefined {
  const loadBalancerClass = text(at(service, "spec", "loadBalancerClass"));
  if (loadBalancerClass !== "" && loadBalancerClass !== CLASS) return undefined;
  return simulation.store.update(service, (draft) => {
    draft["spec"] = { ...fields(draft["spec"]), loadBalancerClass: CLASS };
    draft.metadata.finalizers = [...new Set([...(draft.metadata.finalizers ?? []), FINALIZER])];
  });
}

/** The controller cuts namespace and name for its load balancers' names. */
function clip(part: string): string {
  return part.replaceAll("-", "").slice(0, 8);
}

function schemeOf(
  simulation: Simulation,
  service: KubernetesObject,
): "internet-facing" | "internal" {
  if (simulation.hasFault("internal-load-balancer")) return "internal";
  const scheme = stringMap(service.metadata.annotations)[SCHEME];
  return scheme === "internet-facing" ? "internet-facing" : "internal";
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

function tearDown(simulation: Simulation, service: KubernetesObject): void {
  const { uid = "", name, namespace = "", finalizers = [] } = service.metadata;
  if (!finalizers.includes(FINALIZER)) return;
  if (!simulation.after(`${uid}/torn-down`, DELETION_MS)) return;
  const { loadBalancers: balancers } = simulation.state;
  for (const [hostname, balancer] of Object.entries(balancers)) {
    if (balancer.service === `${namespace}/${name}`) delete balancers[hostname];
  }
  unbindTargetGroups(simulation, service);
  simulation.store.update(service, (draft) => {
    draft.metadata.finalizers = finalizers.filter((one) => one !== FINALIZER);
  });
}
