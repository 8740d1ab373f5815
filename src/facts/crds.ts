import { kinds } from "../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { type Condition, findCondition } from "./condition.ts";
import { isTrue, parseCustomResourceDefinition } from "./objects.ts";
import { findOwner, type Owner } from "./ownership.ts";

/** A CRD without the condition `Established`. */
export interface OpenCrd {
  name: string;
  /** ISO 8601. */
  since: string | undefined;
  /** What stands against it; it does not pass by itself. */
  refusal: Condition | undefined;
}

/** The CRDs of one upstream project, as far as the cluster has them. */
export interface CrdGroup {
  names: string[];
  /** Their versions as upstream marks them, sorted, without `v`; empty when unmarked. */
  versions: string[];
  /** `standard` or `experimental`, for the Gateway API; experimental when any of them is. */
  channel: string | undefined;
  /** One of those who own them: the first that is not us, if any. */
  owner: Owner;
  /** Those that the API server does not serve yet, or does not take at all. */
  notEstablished: OpenCrd[];
  /** Names of those that it does not serve as the version that gateway-tls reads. */
  notServed: string[];
}

/** Each is `undefined` when the cluster has none of its CRDs. */
export interface CrdsFact {
  gatewayApi: CrdGroup | undefined;
  certManager: CrdGroup | undefined;
  nginxGatewayFabric: CrdGroup | undefined;
}

/** On the Gateway API's own CRDs (kubernetes-sigs/gateway-api, pkg/consts). */
const BUNDLE_VERSION = "gateway.networking.k8s.io/bundle-version";
/** `standard` or `experimental`. */
const CHANNEL = "gateway.networking.k8s.io/channel";
/** On cert-manager's CRDs. */
const VERSION_LABEL = "app.kubernetes.io/version";

/** Which CRDs of the Gateway API, cert-manager and NGINX Gateway Fabric exist, and whose they are. */
export async function readCrds(kubernetes: Kubernetes): Promise<Fact<CrdsFact>> {
  return readFact(async () => {
    const all = await kubernetes.list(kinds.CustomResourceDefinition);
    return {
      gatewayApi: group(all, ["gateway.networking.k8s.io"]),
      certManager: group(all, ["cert-manager.io", "acme.cert-manager.io"]),
      nginxGatewayFabric: group(all, ["gateway.nginx.org"]),
    };
  });
}

function group(all: readonly KubernetesObject[], groups: readonly string[]): CrdGroup | undefined {
  const found = all.filter(({ metadata }) => {
    const at = metadata.name.indexOf(".");
    return groups.includes(metadata.name.slice(at + 1));
  });
  if (found.length === 0) return undefined;
  const owners = found.map(({ metadata }) => findOwner(metadata));
  const channels = found.flatMap(({ metadata }) => metadata.annotations?.[CHANNEL] ?? []);
  return {
    names: found.map(({ metadata }) => metadata.name).sort(),
    versions: [...new Set(found.flatMap(versionOf))].sort(),
    channel: channels.find((channel) => channel !== "standard") ?? channels[0],
    owner: owners.find(({ ours }) => !ours) ?? { ours: true, name: "gateway-tls" },
    notEstablished: found.filter((crd) => !isTrue(crd, "Established", undefined)).map(openOf),
    notServed: found.filter((crd) => !isServed(crd)).map(({ metadata }) => metadata.name),
  };
}

function openOf(crd: KubernetesObject): OpenCrd {
  const { name, creationTimestamp } = crd.metadata;
  const { conditions } = parseCustomResourceDefinition(crd).status;
  const since = findCondition(conditions, "Established")?.lastTransitionTime ?? creationTimestamp;
  return { name, since, refusal: findRefusal(crd) };
}

/**
 * Why the API server will not serve a CRD: another of its group has its names, or its conversion
 * cannot be called (apiextensions-apiserver, pkg/controller/status/naming_controller.go and
 * pkg/controller/establish/establishing_controller.go).
 */
function findRefusal(crd: KubernetesObject): Condition | undefined {
  const { conditions } = parseCustomResourceDefinition(crd).status;
  const accepted = findCondition(conditions, "NamesAccepted");
  if (accepted?.status === "False") return accepted;
  const established = findCondition(conditions, "Established");
  return established?.reason === "InvalidCABundle" ? established : undefined;
}

/** A CRD that names no versions is one of a list, as `kubectl get` prints it. */
function isServed(crd: KubernetesObject): boolean {
  const { versions } = parseCustomResourceDefinition(crd).spec;
  return versions.length === 0 || versions.some(({ name, served }) => name === "v1" && served);
}

function versionOf({ metadata }: KubernetesObject): string[] {
  const version = metadata.annotations?.[BUNDLE_VERSION] ?? metadata.labels?.[VERSION_LABEL];
  return version === undefined ? [] : [version.replace(/^v/, "")];
}
