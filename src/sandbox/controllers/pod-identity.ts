import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { fields, list, stringMap, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";

const IRSA_ANNOTATION = "eks.amazonaws.com/role-arn";
const AGENT = "eks-pod-identity-agent";
/** From Amazon's pod identity webhook (eks-pod-identity-agent's address on every node). */
const AGENT_URI = "http://169.254.170.23/v1/credentials";

/** What EKS's webhook writes into a Pod when it is created, and never afterwards. */
export function injectIdentity(
  simulation: Simulation,
  deployment: KubernetesObject,
  pod: KubernetesObject,
): KubernetesObject {
  const env = environmentFor(simulation, pod);
  if (env.length === 0 || isLeftOut(simulation, deployment)) return pod;
  const spec = fields(pod["spec"]);
  const containers = list(spec["containers"]).map((container) => ({
    ...container,
    env: [...list(container["env"]), ...env],
  }));
  return { ...pod, spec: { ...spec, containers } };
}

function environmentFor(
  simulation: Simulation,
  pod: KubernetesObject,
): { name: string; value: string }[] {
  const { namespace = "" } = pod.metadata;
  const account = text(fields(pod["spec"])["serviceAccountName"]);
  const { aws } = simulation.state;
  const associated = aws.associations.some(
    (one) => one.namespace === namespace && one.serviceAccount === account,
  );
  const agent = Object.values(aws.addons)
    .flat()
    .some(({ name, activeFrom }) => name === AGENT && simulation.now >= activeFrom);
  if (associated && agent)
    return [{ name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: AGENT_URI }];
  const found = simulation.store.findKind("ServiceAccount", account, namespace);
  const role = stringMap(found?.metadata.annotations)[IRSA_ANNOTATION];
  if (role === undefined) return [];
  return [
    { name: "AWS_ROLE_ARN", value: role },
    {
      name: "AWS_WEB_IDENTITY_TOKEN_FILE",
      value: "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    },
  ];
}

/** `identity-not-injected`: the first Pods start before EKS knows of the association. */
function isLeftOut(simulation: Simulation, { metadata }: KubernetesObject): boolean {
  if (!simulation.hasFault("identity-not-injected")) return false;
  if (metadata.labels?.["app.kubernetes.io/name"] !== "external-dns") return false;
  const first = `${metadata.uid ?? ""}/first-pods`;
  simulation.after(first, 1);
  return simulation.now < (simulation.dueAt(first) ?? 0);
}
