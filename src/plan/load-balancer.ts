import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { Environment } from "./plan.ts";
import type { VersionSet } from "./version-sets.ts";

const PREFIX = "service.beta.kubernetes.io/aws-load-balancer-";
/** `Gateway.spec.infrastructure.annotations` in Gateway API up to 1.5. */
const INFRASTRUCTURE_ANNOTATIONS_LIMIT = 8;

/** What decides which load balancer a Service gets; none of it can change once there is one. */
export interface DesiredLoadBalancer {
  /** `undefined` for the in-tree controller, and where the chart knows no class. */
  loadBalancerClass: string | undefined;
  annotations: Record<string, string>;
}

/**
 * Class and annotations for the controller that runs here. The user's annotations go under those
 * that `--load-balancer` and `--scheme` stand for. Throws `GT-LOAD-BALANCER-CLASS` when Auto Mode
 * meets a chart without a class, `GT-LOAD-BALANCER-ANNOTATIONS` when there are too many.
 */
export function buildLoadBalancer(
  config: Config,
  { loadBalancer }: Pick<Environment, "loadBalancer">,
  { name: set }: Pick<VersionSet, "name">,
): DesiredLoadBalancer {
  const { scheme, annotations: given } = config.loadBalancer;
  const annotations = {
    ...buildDefaults(loadBalancer),
    ...given,
    ...buildFixed(loadBalancer, scheme),
  };
  if (set === "2025") {
    if (loadBalancer !== "auto-mode") return { loadBalancerClass: undefined, annotations };
    throw new UserError(
      "GT-LOAD-BALANCER-CLASS",
      "EKS Auto Mode serves only Services that name its load balancer class, and NGINX Gateway Fabric 1.4.0 cannot set one.",
      { hint: "Use the current version set: --versions current." },
    );
  }
  const count = Object.keys(annotations).length;
  if (count > INFRASTRUCTURE_ANNOTATIONS_LIMIT) {
    throw new UserError(
      "GT-LOAD-BALANCER-ANNOTATIONS",
      `The load balancer would have ${count} annotations, and a Gateway takes at most ${INFRASTRUCTURE_ANNOTATIONS_LIMIT} (ours are ${count - countOwn(given, annotations)}).`,
      { hint: "Give fewer annotations in loadBalancer.annotations." },
    );
  }
  return { loadBalancerClass: classOf(loadBalancer), annotations };
}

/** Whose a live Service is, by its class, else by its annotations; `undefined` where neither tells. */
export function findProvider({
  loadBalancerClass,
  annotations,
}: DesiredLoadBalancer): Environment["loadBalancer"] | undefined {
  if (loadBalancerClass !== undefined) {
    return (["lbc", "auto-mode"] as const).find((one) => classOf(one) === loadBalancerClass);
  }
  const type = annotations[`${PREFIX}type`];
  if (type === "external") return "lbc";
  return type === "nlb" ? "in-tree" : undefined;
}

function countOwn(given: Record<string, string>, all: Record<string, string>): number {
  return Object.keys(given).filter((key) => all[key] === given[key]).length;
}

function classOf(provider: Environment["loadBalancer"]): string | undefined {
  if (provider === "lbc") return "service.k8s.aws/nlb";
  return provider === "auto-mode" ? "eks.amazonaws.com/nlb" : undefined;
}

function buildDefaults(provider: Environment["loadBalancer"]): Record<string, string> {
  return provider === "in-tree" ? {} : { [`${PREFIX}nlb-target-type`]: "ip" };
}

function buildFixed(
  provider: Environment["loadBalancer"],
  scheme: Config["loadBalancer"]["scheme"],
): Record<string, string> {
  if (provider === "auto-mode") return { [`${PREFIX}scheme`]: scheme };
  if (provider === "lbc") return { [`${PREFIX}type`]: "external", [`${PREFIX}scheme`]: scheme };
  const internal = scheme === "internal" ? { [`${PREFIX}internal`]: "true" } : {};
  return { [`${PREFIX}type`]: "nlb", ...internal };
}
