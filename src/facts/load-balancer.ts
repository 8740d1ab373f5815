import { kinds } from "../kinds.ts";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseDeployment } from "./objects.ts";

/** The AWS Load Balancer Controller of the cluster, as far as it runs there. */
export interface LoadBalancerFact {
  controller:
    | { namespace: string; name: string; version: string | undefined; ready: boolean }
    | undefined;
  /** Its webhook is registered: it claims every new Service of type LoadBalancer. */
  webhook: boolean;
}

/** As its chart labels it. */
export const LOAD_BALANCER_CONTROLLER = "app.kubernetes.io/name=aws-load-balancer-controller";
/** The webhook that mutates Services (aws-load-balancer-controller, its chart's webhook.yaml). */
const SERVICE_WEBHOOK = "mservice.elbv2.k8s.aws";

/** Which controller besides the in-tree one would make load balancers (EKS Auto Mode: Cluster). */
export async function readLoadBalancer(kubernetes: Kubernetes): Promise<Fact<LoadBalancerFact>> {
  return readFact(async () => {
    const [deployments, webhooks] = await Promise.all([
      kubernetes.list(kinds.Deployment, { labelSelector: LOAD_BALANCER_CONTROLLER }),
      kubernetes.list(kinds.MutatingWebhookConfiguration),
    ]);
    const [deployment] = deployments.map(parseDeployment);
    const image = deployment?.spec.template.spec.containers[0]?.image ?? "";
    return {
      webhook: webhooks.some((one) =>
        JSON.stringify(one["webhooks"] ?? "").includes(SERVICE_WEBHOOK),
      ),
      controller: deployment && {
        namespace: deployment.metadata.namespace ?? "default",
        name: deployment.metadata.name,
        version: /:v?(\d+\.\d+\.\d+)/.exec(image)?.[1],
        ready: (deployment.status.readyReplicas ?? 0) > 0,
      },
    };
  });
}
