import { Cancelled, UserError } from "../errors.ts";
import { kinds, type ResourceKind } from "../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import { BUILT_IN, rememberCustomKinds } from "./namespaced-kinds.ts";
import { followOwners } from "./owner-chain.ts";
import { isOurs } from "./ownership.ts";

/** Made by Kubernetes in every namespace, or left behind by our charts' own programs. */
const BY_THEMSELVES: readonly string[] = [
  "ConfigMap kube-root-ca.crt",
  "ServiceAccount default",
  // cert-manager's webhook and NGINX Gateway Fabric's certificate generator make these at run time.
  "Secret cert-manager-webhook-ca",
  "Secret server-tls",
  "Secret agent-tls",
  "Secret gateway-tls-staging-account",
  "Secret gateway-tls-production-account",
  "ConfigMap gateway-tls",
];

const OWN_ISSUERS = ["gateway-tls-staging", "gateway-tls-production"];

/** On a TargetGroupBinding (aws-load-balancer-controller, pkg/deploy/tracking/provider.go). */
const OF_SERVICE = ["service.k8s.aws/stack-name", "service.eks.amazonaws.com/stack-name"];

interface ReleaseName {
  name: string;
  namespace: string;
}

/**
 * Something in a namespace that neither we nor our charts made and that belongs to nothing of ours,
 * as a clause: "kept: ConfigMap shop/settings is in it". Also when a kind cannot be listed. Those
 * who ask of several namespaces share what they know of the cluster's kinds.
 */
export async function findForeignContent(
  kubernetes: Kubernetes,
  namespace: string,
  releases: readonly ReleaseName[],
  customKinds = rememberCustomKinds(kubernetes),
): Promise<string | undefined> {
  const custom = await unlessRefused(customKinds, isFinal);
  if (custom === undefined) return "kept: which kinds the cluster has cannot be listed";
  const look = async (kind: ResourceKind, isRefusal: IsRefusal): Promise<Seen> => {
    const list = () => kubernetes.list(kind, { namespace });
    return { kind, objects: await unlessRefused(list, isRefusal) };
  };
  const seen = await Promise.all([
    ...BUILT_IN.map((kind) => look(kind, isFinal)),
    // Somebody's conversion webhook may never answer.
    ...custom.map((kind) => look(kind, () => true)),
  ]);
  const foreign = findForeign(seen, releases);
  if (foreign !== undefined) return `kept: ${foreign.kind} ${namespace}/${foreign.name} is in it`;
  const unseen = seen.find(({ objects }) => objects === undefined);
  return unseen && `kept: ${nameKind(unseen.kind)} in it cannot be listed`;
}

/** Without objects where the kind may not be listed. */
interface Seen {
  kind: ResourceKind;
  objects: KubernetesObject[] | undefined;
}

type IsRefusal = (error: UserError) => boolean;

const isFinal: IsRefusal = ({ retry }) => retry === undefined;

async function unlessRefused<T>(ask: () => Promise<T>, is: IsRefusal): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof UserError) || !is(error)) throw error;
    return undefined;
  }
}

/** As kubectl names a kind: `secrets`, `widgets.example.com`. */
function nameKind({ apiVersion, plural }: ResourceKind): string {
  return apiVersion.includes("/") ? `${plural}.${apiVersion.split("/")[0] ?? ""}` : plural;
}

function findForeign(
  seen: readonly Seen[],
  releases: readonly ReleaseName[],
): { kind: string; name: string } | undefined {
  const found = seen.flatMap(({ objects = [] }) => objects);
  const objects = found.map((object) => withOwner(object, found));
  const mayGo = followOwners({ kinds: seen.map(({ kind }) => kind), objects }, (object) =>
    isExpected(object, releases),
  );
  const foreign = objects.find((object) => !mayGo(object));
  return foreign && { kind: foreign.kind, name: foreign.metadata.name };
}

/** The load balancer controllers make it for a Service, without an owner reference. */
function withOwner(object: KubernetesObject, all: readonly KubernetesObject[]): KubernetesObject {
  const { labels = {} } = object.metadata;
  const [name] = OF_SERVICE.flatMap((label) => labels[label] ?? []);
  if (object.kind !== "TargetGroupBinding" || name === undefined) return object;
  const { apiVersion, kind } = kinds.Service;
  const service = all.find((one) => one.kind === kind && one.metadata.name === name);
  const owner = { apiVersion, kind, name, uid: service?.metadata.uid ?? "" };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

function isExpected(object: KubernetesObject, releases: readonly ReleaseName[]): boolean {
  const { name, labels, annotations = {} } = object.metadata;
  if (isOurs(labels)) return true;
  // Made for a Gateway by its controller: it goes with the Gateway (GEP-1762).
  if (labels?.["gateway.networking.k8s.io/gateway-name"] !== undefined) return true;
  if (BY_THEMSELVES.includes(`${object.kind} ${name}`)) return true;
  if (OWN_ISSUERS.includes(annotations["cert-manager.io/issuer-name"] ?? "")) return true;
  if (object.kind === kinds.Secret.kind && isOfHelm(name, releases)) return true;
  return releases.some((release) => isOfRelease(object, release));
}

/** helm marks no hook as the release's, and leaves some behind (`before-hook-creation`). */
function isOfRelease({ metadata }: KubernetesObject, release: ReleaseName): boolean {
  const { labels, annotations = {} } = metadata;
  if (annotations["helm.sh/hook"] !== undefined) {
    const instance = labels?.["app.kubernetes.io/instance"];
    return instance === release.name && metadata.namespace === release.namespace;
  }
  return (
    annotations["meta.helm.sh/release-name"] === release.name &&
    annotations["meta.helm.sh/release-namespace"] === release.namespace
  );
}

/** `sh.helm.release.v1.cert-manager.v1` (helm, pkg/storage/driver/secrets.go). */
function isOfHelm(name: string, releases: readonly { name: string }[]): boolean {
  return releases.some((release) => name.startsWith(`sh.helm.release.v1.${release.name}.v`));
}
