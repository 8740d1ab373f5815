import { kinds } from "../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseConfigMap, parseDeployment, type Deployment } from "./objects.ts";
import { findOwner, type Owner } from "./ownership.ts";

/** A cert-manager controller that runs in the cluster, whoever installed it. */
export interface CertManagerFact {
  namespace: string;
  name: string;
  /** From the image's tag, without `v`; `undefined` for a digest or an odd tag. */
  version: string | undefined;
  /** Whether it watches Gateways; `unknown` when its settings could not be read. */
  gatewayApi: "enabled" | "disabled" | "unknown";
  owner: Owner;
  ready: boolean;
  /** Scaled to 0: it acts on nothing. */
  stopped: boolean;
}

/** As its chart labels the controller, and not the webhook or the cainjector. */
const SELECTOR = "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller";

/** The cert-manager controllers of the cluster: none, one, or a mistake. */
export async function readCertManagers(kubernetes: Kubernetes): Promise<Fact<CertManagerFact[]>> {
  return readFact(async () => {
    const found = await kubernetes.list(kinds.Deployment, { labelSelector: SELECTOR });
    return Promise.all(found.map((object) => describe(kubernetes, object)));
  });
}

async function describe(
  kubernetes: Kubernetes,
  object: KubernetesObject,
): Promise<CertManagerFact> {
  const deployment = parseDeployment(object);
  const [container] = deployment.spec.template.spec.containers;
  return {
    namespace: object.metadata.namespace ?? "default",
    name: object.metadata.name,
    version: /:v?(\d+\.\d+\.\d+[^@]*)/.exec(container?.image ?? "")?.[1],
    gatewayApi: await readGatewayApiSetting(kubernetes, deployment),
    owner: findOwner(object.metadata),
    ready: (deployment.status.readyReplicas ?? 0) > 0,
    stopped: deployment.spec.replicas === 0,
  };
}

/** A flag wins over the file that `--config` names; without either it is off (cert-manager 1.15+). */
async function readGatewayApiSetting(
  kubernetes: Kubernetes,
  deployment: Deployment,
): Promise<CertManagerFact["gatewayApi"]> {
  const { containers, volumes } = deployment.spec.template.spec;
  const args = containers[0]?.args ?? [];
  const flag = args.findLast((arg) => /^--enable-gateway-api(=|$)/.test(arg));
  if (flag !== undefined) return flag.endsWith("=false") ? "disabled" : "enabled";
  if (!args.some((arg) => arg.startsWith("--config"))) return "disabled";
  const name = volumes.find(({ configMap }) => configMap.name !== undefined)?.configMap.name;
  if (name === undefined) return "unknown";
  const namespace = deployment.metadata.namespace ?? "default";
  const config = await readFact(() => kubernetes.get({ kind: kinds.ConfigMap, namespace, name }));
  if (!config.known || config.value === undefined) return "unknown";
  return readConfigFile(Object.values(parseConfigMap(config.value).data).join("\n"));
}

/** `enableGatewayAPI: true`, or since 1.21 `gatewayAPI.enabled: true`. */
async function readConfigFile(text: string): Promise<CertManagerFact["gatewayApi"]> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  if (document.errors.length > 0) return "unknown";
  const on =
    document.get("enableGatewayAPI") === true || document.getIn(["gatewayAPI", "enabled"]) === true;
  return on ? "enabled" : "disabled";
}
